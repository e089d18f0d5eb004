/** What is known of each fleet's load, in DynamoDB: one item per cluster in the table of assignments, under the part `load`. */

import { type DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import type { FleetLoads } from '../../core/assignment/run/fleet-loads.js';
import { fleetLoadStateSchema } from '../../core/fleet/fleet-load.js';
import { calling } from '../failures.js';
import { document, type Item } from './items.js';

/** What another release kept counts as nothing, and is replaced. */
const itemSchema = z.object({ state: document(fleetLoadStateSchema) });

/** `table` is the name of the table of assignments: partition key `cluster`, sort key `part`. */
export function createFleetLoads(client: DynamoDBClient, table: string): FleetLoads {
  return {
    async read(cluster) {
      const command = new GetItemCommand({ TableName: table, Key: keyOf(cluster), ConsistentRead: true });
      const { Item } = await calling(`read the load of ${cluster}`, () => client.send(command));
      return itemSchema.safeParse(Item).data?.state;
    },
    async write(cluster, state) {
      const Item = { ...keyOf(cluster), state: { S: JSON.stringify(state) } };
      const command = new PutItemCommand({ TableName: table, Item });
      await calling(`write the load of ${cluster}`, () => client.send(command));
    },
  };
}

const keyOf = (cluster: string): Item => ({ cluster: { S: cluster }, part: { S: 'load' } });
