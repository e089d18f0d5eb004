/** Entry point: AppConfig's ticks → go on, or roll back. */

import { AppConfigClient } from '@aws-sdk/client-appconfig';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { abortable, impatient } from '../../aws/abortable.js';
import { createDirectory } from '../../aws/appconfig/directory.js';
import { createEnvironmentStore } from '../../aws/appconfig/environment-store.js';
import { createNodeRecords } from '../../aws/dynamodb/node-records.js';
import { createRolloutRecords } from '../../aws/dynamodb/rollout-records.js';
import { applications } from '../../config/applications.js';
import { clock, upMs } from '../clock.js';
import { readSettings } from '../environment.js';
import { createLog } from '../log.js';
import { createMeasures } from '../measures.js';
import { createPlaces } from '../places.js';
import { createHandler } from './handler.js';
import { guardSettingsSchema } from './settings.js';
import type { TickAnswer } from './tick.js';

let handle: ReturnType<typeof createHandler> | undefined;

export const handler = (event: unknown): Promise<TickAnswer> => {
  handle ??= wire();
  return handle(event);
};

function wire() {
  const settings = readSettings(guardSettingsSchema, process.env);
  const [appConfig, dynamodb] = [new AppConfigClient(impatient), new DynamoDBClient(impatient)];
  return createHandler({
    applications,
    places: createPlaces(createDirectory(appConfig), applications),
    outside: (signal) => ({
      records: createNodeRecords(abortable(dynamodb, signal), settings.VELTRIX_NODES_TABLE, clock),
      rollouts: createRolloutRecords(abortable(dynamodb, signal), settings.VELTRIX_ROLLOUTS_TABLE, clock),
      storeOf: (applicationId, environmentId) =>
        createEnvironmentStore(abortable(appConfig, signal), {
          applicationId,
          environmentId,
          profileIds: {},
          strategyIds: {},
        }),
    }),
    deadline: (afterMs) => AbortSignal.timeout(afterMs),
    clock,
    upMs,
    log: createLog('guard-rollout'),
    measures: createMeasures('guard-rollout'),
  });
}
