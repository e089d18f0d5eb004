/** A cluster's assignment as each of its nodes reads it, every two seconds for as long as it lives. */

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { AssignmentReader } from '../../core/assignment/table/tables.js';
import { withoutNodeVersionWarning } from '../node-version-warning.js';
import { createAssignmentReader } from './assignment-reader.js';

/** The reader has a lease to keep: a call that hangs leaves time for another, and what fails twice is tried at the reader's pace. */
const options = {
  maxAttempts: 2,
  requestHandler: { connectionTimeout: 1_000, requestTimeout: 1_400, throwOnRequestTimeout: true },
} as const;

/** `table` is the table's name: partition key `cluster`, sort key `part`. */
export const nodeAssignments = (table: string, cluster: string): AssignmentReader =>
  createAssignmentReader(
    withoutNodeVersionWarning(() => new DynamoDBClient(options)),
    table,
    cluster,
  );
