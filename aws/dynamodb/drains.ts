/** Drains in DynamoDB: one item per cluster in the table of assignments, under the part `drains`. */

import { type DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import { type Drains, drainSchema } from '../../core/fleet/drains.js';
import { drainsKey } from '../../core/names.js';
import { calling } from '../failures.js';
import { document, type Item, lost, overRevision, readItem, wholeNumber } from './items.js';

const itemSchema = z.object({ revision: wholeNumber, drains: document(z.array(drainSchema)) });

/** `table` is the name of the table of assignments: partition key `cluster`, sort key `part`. */
export function createDrains(client: DynamoDBClient, table: string): Drains {
  return {
    async read(cluster) {
      // Who has just drained a node must find it drained.
      const command = new GetItemCommand({ TableName: table, Key: keyOf(cluster), ConsistentRead: true });
      const answer = await calling(`read the drains of ${cluster}`, () => client.send(command));
      if (!answer.Item) return { list: { cluster, drains: [] }, revision: 0 };
      const { revision, drains } = readItem(itemSchema, answer.Item, `The drains of ${cluster}`);
      return { list: { cluster, drains }, revision };
    },
    async write({ cluster, drains }, over) {
      const command = new PutItemCommand({
        TableName: table,
        Item: {
          ...keyOf(cluster),
          revision: { N: String(over + 1) },
          drains: { S: JSON.stringify(drains) },
        },
        ...overRevision(over, 'part'),
      });
      const write = () => client.send(command);
      const answer = await calling(`write the drains of ${cluster}`, write, lost);
      return answer === 'lost' ? 'lost' : 'saved';
    },
  };
}

const keyOf = (cluster: string): Item => ({ cluster: { S: drainsKey(cluster) }, part: { S: 'drains' } });
