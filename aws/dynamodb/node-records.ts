/**
 * Records of nodes in DynamoDB. A cluster's records are spread over a fixed number of partition keys (core/names.ts), since
 * one key takes 1,000 writes a second; DynamoDB deletes them by `expiresAtSeconds`, hours late at worst.
 */

import { type DynamoDBClient, PutItemCommand, paginateQuery } from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import type { NodeRecord, NodeRecords, NodeSample, StoredRecord } from '../../core/fleet/node-records.js';
import { nodeReportSchema, profileReportSchema } from '../../core/fleet/node-reports.js';
import { type ShardLiveness, withLiveness } from '../../core/fleet/shard-liveness.js';
import { nodeShard, nodeShards } from '../../core/names.js';
import type { Clock, EpochMs, EpochSeconds } from '../../core/time.js';
import { calling } from '../failures.js';
import { document, type Item, lost, overRevision, readItem, wholeNumber } from './items.js';
import { listLiveness } from './liveness-items.js';
import { readItems } from './read-items.js';

const epochMsSchema = z
  .int()
  .min(0)
  .transform((value) => value as EpochMs);

const profileSchema = profileReportSchema.extend({
  held: z.object({ label: z.string(), sinceMs: epochMsSchema }).exactOptional(),
});

const recordSchema = nodeReportSchema.omit({ form: true }).extend({
  profiles: z.record(z.string(), profileSchema),
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

const listedSchema = itemSchema.pick({ record: true });

interface ReadItem extends StoredRecord {
  readonly node: string;
}

/** `table` is the table's name: partition key `cluster` (a shard of it), sort key `node`. The clock tells what has expired. */
export function createNodeRecords(client: DynamoDBClient, table: string, clock: Clock): NodeRecords {
  return {
    async read(cluster, nodes) {
      const keys = [...new Set(nodes)].map((node) => keyOf(cluster, node));
      if (keys.length === 0) return new Map();
      const [items, shards] = await Promise.all([
        readItems(client, table, keys),
        listLiveness({ client, table }, cluster, true),
      ]);
      return new Map(items.map(readStored).map(({ node, ...item }) => [node, withArrival(item, shards)]));
    },
    async list(cluster) {
      const { records } = await sampleAlive({ client, table, clock }, cluster, Number.POSITIVE_INFINITY);
      return records;
    },
    sample: (cluster, nodesMax) => sampleAlive({ client, table, clock }, cluster, nodesMax),
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

interface Table {
  readonly client: DynamoDBClient;
  readonly table: string;
  readonly clock: Clock;
}

async function sampleAlive(table: Table, cluster: string, nodesMax: number): Promise<NodeSample> {
  const [sample, shards] = await Promise.all([
    sampleAll(table, cluster, nodesMax),
    listLiveness(table, cluster, false),
  ]);
  return { ...sample, records: withLiveness(sample.records, shards) };
}

/** To write by: when it was heard counts, and for how long its silence is excused does not. */
function withArrival({ record, revision }: StoredRecord, shards: readonly ShardLiveness[]): StoredRecord {
  if (!record) return { revision };
  const [heard = record] = withLiveness([record], shards);
  return { record: { ...record, arrivedAtMs: heard.arrivedAtMs }, asOfMs: record.arrivedAtMs, revision };
}

/** All shards at once, the same share of each: names fall into shards by their hash, so shards are about as large. */
async function sampleAll(table: Table, cluster: string, nodesMax: number): Promise<NodeSample> {
  const shards = nodeShards(cluster);
  const shardNodesMax = Math.ceil(nodesMax / shards.length);
  const samples = await Promise.all(shards.map((shard) => sampleShard(table, shard, shardNodesMax)));
  return {
    records: samples.flatMap(({ records }) => records),
    isWhole: samples.every(({ isWhole }) => isWhole),
  };
}

async function sampleShard(
  { client, table, clock }: Table,
  shard: string,
  nodesMax: number,
): Promise<NodeSample> {
  const nowSeconds = Math.floor(clock() / 1000);
  const pages = paginateQuery(
    { client },
    {
      TableName: table,
      KeyConditionExpression: '#cluster = :shard',
      FilterExpression: '#expires > :now',
      ExpressionAttributeNames: { '#cluster': 'cluster', '#expires': 'expiresAtSeconds' },
      ExpressionAttributeValues: { ':shard': { S: shard }, ':now': { N: String(nowSeconds) } },
      // One more than asked for tells whether there are others.
      ...(Number.isFinite(nodesMax) && { Limit: nodesMax + 1 }),
    },
  );
  const records: NodeRecord[] = [];
  return calling(`list records of ${shard}`, async () => {
    for await (const page of pages)
      for (const item of page.Items ?? []) {
        const { record } = listedSchema.safeParse(item).data ?? {};
        if (!record) continue;
        if (records.length === nodesMax) return { records, isWhole: false };
        records.push(record);
      }
    return { records, isWhole: true };
  });
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
