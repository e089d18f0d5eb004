/**
 * Records of nodes in DynamoDB. A cluster's records are spread over a fixed number of partition keys (core/names.ts), since
 * one key takes 1,000 writes a second; DynamoDB deletes them by `expiresAtSeconds`, hours late at worst.
 */

import {
  BatchGetItemCommand,
  type DynamoDBClient,
  type KeysAndAttributes,
  PutItemCommand,
  paginateQuery,
} from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import { ServiceUnavailable } from '../core/errors.js';
import type { NodeRecord, NodeRecords, StoredRecord } from '../core/fleet/node-records.js';
import { nodeReportSchema } from '../core/fleet/node-reports.js';
import { nodeShard, nodeShards } from '../core/names.js';
import type { Clock, EpochMs, EpochSeconds } from '../core/time.js';
import { calling } from './failures.js';
import { document, type Item, lost, overRevision, readItem, wholeNumber } from './items.js';

/** DynamoDB: BatchGetItem takes up to 100 keys. */
const batchKeysMax = 100;
/** DynamoDB may leave keys of a batch unread when it is pressed; after so many rounds the caller had better come again. */
const batchRoundsMax = 5;

const epochMsSchema = z
  .int()
  .min(0)
  .transform((value) => value as EpochMs);

const recordSchema = nodeReportSchema.omit({ form: true }).extend({
  arrivedAtMs: epochMsSchema,
  since: epochMsSchema,
  expiresAtSeconds: z
    .int()
    .min(0)
    .transform((value) => value as EpochSeconds),
  retired: z.array(z.string()),
  twin: z
    .object({ incarnation: z.string(), reports: z.int(), lastArrivedAtMs: epochMsSchema })
    .exactOptional(),
});

/** A record that cannot be read must not hide the others, nor stay for ever: the next report replaces it. */
const itemSchema = z.object({
  node: z.object({ S: z.string() }).transform((attribute) => attribute.S),
  revision: wholeNumber,
  record: document(recordSchema).optional().catch(undefined),
});

interface ReadItem extends StoredRecord {
  readonly node: string;
}

/** `table` is the table's name: partition key `cluster` (a shard of it), sort key `node`. The clock tells what has expired. */
export function createNodeRecords(client: DynamoDBClient, table: string, clock: Clock): NodeRecords {
  return {
    async read(cluster, nodes) {
      const keys = [...new Set(nodes)].map((node) => keyOf(cluster, node));
      const batches = chunks(keys, batchKeysMax).map((batch) => readBatch(client, table, batch));
      const stored = (await Promise.all(batches)).flat();
      return new Map(stored.map(({ node, ...item }) => [node, item]));
    },
    async list(cluster) {
      const query = { client, table, nowSeconds: Math.floor(clock() / 1000) };
      const shards = await Promise.all(nodeShards(cluster).map((shard) => listShard(query, shard)));
      return shards.flat();
    },
    async write(record, over) {
      const command = new PutItemCommand({
        TableName: table,
        Item: toItem(record, over + 1),
        ...overRevision(over, 'node'),
      });
      const write = () => client.send(command);
      const answer = await calling(`write the record of ${record.cluster}/${record.node}`, write, lost);
      return answer === 'lost' ? 'lost' : 'saved';
    },
  };
}

async function readBatch(client: DynamoDBClient, table: string, keys: Item[]): Promise<ReadItem[]> {
  const found: ReadItem[] = [];
  // A record that is behind its latest write would only be refused when it is written.
  let request: Record<string, KeysAndAttributes> = { [table]: { Keys: keys, ConsistentRead: true } };
  for (let round = 0; round < batchRoundsMax; round++) {
    const command = new BatchGetItemCommand({ RequestItems: request });
    const answer = await calling(`read records from ${table}`, () => client.send(command));
    found.push(...(answer.Responses?.[table] ?? []).map(readStored));
    request = answer.UnprocessedKeys ?? {};
    if (Object.keys(request).length === 0) return found;
  }
  throw new ServiceUnavailable(`${table} left keys unread ${batchRoundsMax} times`, {
    hint: 'DynamoDB is pressed: try again a little later.',
    retryable: true,
  });
}

interface ShardQuery {
  readonly client: DynamoDBClient;
  readonly table: string;
  readonly nowSeconds: number;
}

async function listShard({ client, table, nowSeconds }: ShardQuery, shard: string): Promise<NodeRecord[]> {
  const pages = paginateQuery(
    { client },
    {
      TableName: table,
      KeyConditionExpression: '#cluster = :shard',
      FilterExpression: '#expires > :now',
      ExpressionAttributeNames: { '#cluster': 'cluster', '#expires': 'expiresAtSeconds' },
      ExpressionAttributeValues: { ':shard': { S: shard }, ':now': { N: String(nowSeconds) } },
    },
  );
  const records: NodeRecord[] = [];
  await calling(`list records of ${shard}`, async () => {
    for await (const page of pages)
      for (const item of page.Items ?? []) {
        const { record } = readStored(item);
        if (record) records.push(record);
      }
  });
  return records;
}

function readStored(item: Item): ReadItem {
  const { node, revision, record } = readItem(
    itemSchema,
    item,
    `The record of ${item['node']?.S ?? 'a node'}`,
  );
  return { node, revision, ...(record && { record }) };
}

const keyOf = (cluster: string, node: string): Item => ({
  cluster: { S: nodeShard(cluster, node) },
  node: { S: node },
});

const toItem = (record: NodeRecord, revision: number): Item => ({
  ...keyOf(record.cluster, record.node),
  revision: { N: String(revision) },
  expiresAtSeconds: { N: String(record.expiresAtSeconds) },
  record: { S: JSON.stringify(record) },
});

function chunks<T>(items: readonly T[], size: number): T[][] {
  const count = Math.ceil(items.length / size);
  return Array.from({ length: count }, (_, index) => items.slice(index * size, (index + 1) * size));
}
