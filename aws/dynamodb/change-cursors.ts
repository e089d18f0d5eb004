/** Cursors of change events in DynamoDB: one item per profile and environment, keyed by its address. */

import { type DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import { type ChangeCursor, startOfChanges } from '../../core/delivery/change-events.js';
import type { ChangeCursors } from '../../core/delivery/change-stream.js';
import { calling } from '../failures.js';
import { document, type Item, lost, overRevision, readItem, wholeNumber } from './items.js';

const itemSchema = z.object({
  revision: wholeNumber,
  settledThrough: wholeNumber,
  emitted: document(z.record(z.string(), z.int().min(1))),
});

/** `table` is the table's name; its partition key is `address`. */
export function createChangeCursors(client: DynamoDBClient, table: string): ChangeCursors {
  return {
    async read(address) {
      // A cursor that is behind its latest write would only be refused when it is written.
      const key = { TableName: table, Key: { address: { S: address } }, ConsistentRead: true };
      const answer = await calling(`read the cursor of ${address}`, () =>
        client.send(new GetItemCommand(key)),
      );
      if (!answer.Item) return { cursor: startOfChanges(address), revision: 0 };
      const { revision, ...cursor } = readItem(itemSchema, answer.Item, `The cursor of ${address}`);
      return { cursor: { address, ...cursor }, revision };
    },
    async write(cursor, over) {
      const command = new PutItemCommand({
        TableName: table,
        Item: toItem(cursor, over + 1),
        ...overRevision(over, 'address'),
      });
      const write = () => client.send(command);
      const answer = await calling(`write the cursor of ${cursor.address}`, write, lost);
      return answer === 'lost' ? 'lost' : 'saved';
    },
  };
}

const toItem = (cursor: ChangeCursor, revision: number): Item => ({
  address: { S: cursor.address },
  revision: { N: String(revision) },
  settledThrough: { N: String(cursor.settledThrough) },
  emitted: { S: JSON.stringify(cursor.emitted) },
});
