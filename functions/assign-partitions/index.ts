/** Entry point: records of nodes → assignment and roster of their cluster. */

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createAssignments } from '../../aws/dynamodb/assignments.js';
import { createDrains } from '../../aws/dynamodb/drains.js';
import { createFleetLoads } from '../../aws/dynamodb/fleet-loads.js';
import { createNodeRecords } from '../../aws/dynamodb/node-records.js';
import { applications } from '../../config/applications.js';
import { clock } from '../clock.js';
import { readSettings } from '../environment.js';
import { createGauges } from '../gauges.js';
import { createLog } from '../log.js';
import { createMeasures } from '../measures.js';
import { createHandler } from './handler.js';
import { assignSettingsSchema } from './settings.js';

let handle: ReturnType<typeof createHandler> | undefined;

export const handler = (event: unknown): Promise<void> => {
  handle ??= wire();
  return handle(event);
};

function wire() {
  const settings = readSettings(assignSettingsSchema, process.env);
  const [dynamodb, log] = [new DynamoDBClient(), createLog('assign-partitions')];
  const table = settings.VELTRIX_ASSIGNMENTS_TABLE;
  return createHandler({
    applications,
    clusters: settings.VELTRIX_ROUTED_CLUSTERS,
    assignments: createAssignments(dynamodb, table, (error) =>
      log.error('could not delete old chunks', error),
    ),
    records: createNodeRecords(dynamodb, settings.VELTRIX_NODES_TABLE, clock),
    drains: createDrains(dynamodb, table),
    fleetLoads: createFleetLoads(dynamodb, table),
    clock,
    after: (durationMs) => AbortSignal.timeout(durationMs),
    log,
    measures: createMeasures('assign-partitions'),
    gauges: createGauges('assign-partitions'),
  });
}
