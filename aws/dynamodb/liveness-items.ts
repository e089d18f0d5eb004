/**
 * The packed liveness of clusters, beside their records: partition key `<cluster>#live`, sort key the shard of the stream. DynamoDB
 * deletes an item that was not written for an hour.
 */

import { type DynamoDBClient, PutItemCommand, paginateQuery } from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import { recordRetentionMs } from '../../core/fleet/node-records.js';
import {
  decodeLiveness,
  encodeLiveness,
  type LivenessItems,
  type ShardLiveness,
} from '../../core/fleet/shard-liveness.js';
import { liveShard } from '../../core/names.js';
import { plusMs, ttlSeconds } from '../../core/time.js';
import { calling } from '../failures.js';
import { type Item, lost, overRevision, readItem, wholeNumber } from './items.js';
import { readItems } from './read-items.js';

const text = z.object({ S: z.string() }).transform((attribute) => attribute.S);

const itemSchema = z.object({
  node: text,
  revision: wholeNumber,
  /** What cannot be read is as if it were not there: the next write replaces it. */
  live: z
    .object({ B: z.instanceof(Uint8Array) })
    .transform((attribute) => attribute.B)
    .optional()
    .catch(undefined),
});

/** `table` is the name of the table of node records. */
export function createLivenessItems(client: DynamoDBClient, table: string): LivenessItems {
  return {
    async readShard(cluster, shard) {
      const [item] = await readItems(client, table, [keyOf(cluster, shard)]);
      if (!item) return { revision: 0 };
      const { revision } = readItem(itemSchema, item, `The liveness of ${cluster} on ${shard}`);
      const liveness = readLiveness(item);
      return { revision, ...(liveness && { liveness }) };
    },
    async writeShard(cluster, liveness, over) {
      const { shard, throughMs } = liveness;
      const command = new PutItemCommand({
        TableName: table,
        Item: {
          ...keyOf(cluster, shard),
          revision: { N: String(over + 1) },
          expiresAtSeconds: { N: String(ttlSeconds(plusMs(throughMs, recordRetentionMs))) },
          live: { B: encodeLiveness(liveness) },
        },
        ...overRevision(over, 'node'),
      });
      const write = () => client.send(command);
      const answer = await calling(`write the liveness of ${cluster} on ${shard}`, write, lost);
      return answer === 'lost' ? 'lost' : 'saved';
    },
  };
}

/** Of all shards that can be read. `consistent` for who writes by it. @throws ServiceUnavailable */
export async function listLiveness(
  { client, table }: { readonly client: DynamoDBClient; readonly table: string },
  cluster: string,
  consistent: boolean,
): Promise<readonly ShardLiveness[]> {
  const pages = paginateQuery(
    { client },
    {
      TableName: table,
      KeyConditionExpression: '#cluster = :live',
      ExpressionAttributeNames: { '#cluster': 'cluster' },
      ExpressionAttributeValues: { ':live': { S: liveShard(cluster) } },
      ConsistentRead: consistent,
    },
  );
  return calling(`list the liveness of ${cluster}`, async () => {
    const found: ShardLiveness[] = [];
    for await (const page of pages)
      for (const item of page.Items ?? []) {
        const liveness = readLiveness(item);
        if (liveness) found.push(liveness);
      }
    return found;
  });
}

function readLiveness(item: Item): ShardLiveness | undefined {
  const { node, live } = itemSchema.safeParse(item).data ?? {};
  return node !== undefined && live ? decodeLiveness(node, live) : undefined;
}

const keyOf = (cluster: string, shard: string): Item => ({
  cluster: { S: liveShard(cluster) },
  node: { S: shard },
});
