/** Entry point: Kinesis `load` → records of nodes. */

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SQSClient } from '@aws-sdk/client-sqs';
import { createAssignmentRequests } from '../../aws/assignment-requests.js';
import { createDeadLetters } from '../../aws/dead-letters.js';
import { createAssignments } from '../../aws/dynamodb/assignments.js';
import { createLivenessItems } from '../../aws/dynamodb/liveness-items.js';
import { createNodeRecords } from '../../aws/dynamodb/node-records.js';
import { clock } from '../clock.js';
import { readSettings } from '../environment.js';
import { createGauges } from '../gauges.js';
import { createLog } from '../log.js';
import { createMeasures } from '../measures.js';
import { type BatchAnswer, createHandler } from './handler.js';
import { recordLoadSettingsSchema } from './settings.js';

let handle: ReturnType<typeof createHandler> | undefined;

export const handler = (event: unknown): Promise<BatchAnswer> => {
  handle ??= wire();
  return handle(event);
};

function wire() {
  const settings = readSettings(recordLoadSettingsSchema, process.env);
  const dynamodb = new DynamoDBClient();
  const log = createLog('record-load');
  // It takes turns only, which leaves nothing to sweep.
  const unswept = (error: unknown) => log.error('could not delete old chunks', error);
  return createHandler({
    records: createNodeRecords(dynamodb, settings.VELTRIX_NODES_TABLE, clock),
    liveness: createLivenessItems(dynamodb, settings.VELTRIX_NODES_TABLE),
    assignments: createAssignments(dynamodb, settings.VELTRIX_ASSIGNMENTS_TABLE, unswept),
    requests: createAssignmentRequests(new LambdaClient(), settings.VELTRIX_ASSIGN_FUNCTION),
    routedClusters: settings.VELTRIX_ROUTED_CLUSTERS,
    deadLetters: createDeadLetters(new SQSClient(), settings.VELTRIX_DEAD_LETTERS_QUEUE),
    clock,
    log,
    measures: createMeasures('record-load'),
    gauges: createGauges('record-load'),
  });
}
