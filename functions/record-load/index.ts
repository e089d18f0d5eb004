/** Entry point: Kinesis `load` → records of nodes. */

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import { createDeadLetters } from '../../aws/dead-letters.js';
import { createNodeRecords } from '../../aws/dynamodb/node-records.js';
import { clock } from '../clock.js';
import { readSettings } from '../environment.js';
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
  return createHandler({
    records: createNodeRecords(new DynamoDBClient(), settings.VELTRIX_NODES_TABLE, clock),
    deadLetters: createDeadLetters(new SQSClient(), settings.VELTRIX_DEAD_LETTERS_QUEUE),
    log: createLog('record-load'),
    measures: createMeasures('record-load'),
  });
}
