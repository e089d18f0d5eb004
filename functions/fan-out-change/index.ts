/** Entry point: AppConfig's event logs → Kinesis `changes`. */

import { AppConfigClient } from '@aws-sdk/client-appconfig';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KinesisClient } from '@aws-sdk/client-kinesis';
import { createDirectory } from '../../aws/appconfig/directory.js';
import { createEnvironmentStore } from '../../aws/appconfig/environment-store.js';
import { createChangeCursors } from '../../aws/dynamodb/change-cursors.js';
import { createRolloutRecords } from '../../aws/dynamodb/rollout-records.js';
import { createChangeStream } from '../../aws/kinesis/change-stream.js';
import { applications } from '../../config/applications.js';
import { clock } from '../clock.js';
import { readSettings } from '../environment.js';
import { createGauges } from '../gauges.js';
import { createLog } from '../log.js';
import { createMeasures } from '../measures.js';
import { createPlaces } from '../places.js';
import { createHandler } from './handler.js';
import { fanOutSettingsSchema } from './settings.js';

let handle: ReturnType<typeof createHandler> | undefined;

export const handler = (event: unknown): Promise<void> => {
  handle ??= wire();
  return handle(event);
};

function wire() {
  const settings = readSettings(fanOutSettingsSchema, process.env);
  const [appConfig, dynamodb] = [new AppConfigClient(), new DynamoDBClient()];
  return createHandler({
    places: createPlaces(createDirectory(appConfig), applications),
    storeOf: (place) => createEnvironmentStore(appConfig, { ...place, strategyIds: {} }),
    cursors: createChangeCursors(dynamodb, settings.VELTRIX_CURSORS_TABLE),
    rollouts: createRolloutRecords(dynamodb, settings.VELTRIX_ROLLOUTS_TABLE, clock),
    stream: createChangeStream(new KinesisClient(), settings.VELTRIX_CHANGES_STREAM),
    clock,
    log: createLog('fan-out-change'),
    measures: createMeasures('fan-out-change'),
    gauges: createGauges('fan-out-change'),
  });
}
