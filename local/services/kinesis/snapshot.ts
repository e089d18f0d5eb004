/** Streams as JSON, for `--keep`. */
import * as z from 'zod';
import type { Json } from '../../kernel/aws.js';
import { SequenceNumbers } from './numbers.js';
import { append, type Shard, type Stream } from './state.js';

const recordSchema = z.object({
  sequence: z.string(),
  partitionKey: z.string(),
  data: z.string(),
  arrivedAtMs: z.number(),
  encrypted: z.boolean(),
});

const shardSchema = z.object({
  id: z.string(),
  index: z.number(),
  parent: z.string().optional(),
  adjacentParent: z.string().optional(),
  firstHashKey: z.string().transform(BigInt),
  lastHashKey: z.string().transform(BigInt),
  startingSequence: z.string(),
  createdAtMs: z.number(),
  closedAtMs: z.number().optional(),
  endingSequence: z.string().optional(),
  records: z.array(recordSchema),
});

const streamSchema = z.object({
  name: z.string(),
  arn: z.string(),
  id: z.string(),
  createdAtMs: z.number(),
  latestSequenceMs: z.number(),
  mode: z.enum(['PROVISIONED', 'ON_DEMAND']),
  retentionHours: z.number(),
  recordSizeKib: z.number(),
  encryptionKey: z.string().optional(),
  tags: z.record(z.string(), z.string()),
  shards: z.array(shardSchema),
  nextShardIndex: z.number(),
});

const stateSchema = z.object({ streams: z.array(streamSchema) });

export function toSnapshot(streams: Iterable<Stream>): Json {
  return { streams: [...streams].map(streamToJson) };
}

/** Throws a ZodError for what `toSnapshot` did not make. */
export function fromSnapshot(state: Json): Stream[] {
  return stateSchema.parse(state).streams.map(streamFromJson);
}

function streamToJson({ sequences, keptBytes: _keptBytes, ...stream }: Stream): Json {
  return {
    ...stream,
    latestSequenceMs: sequences.latestMs,
    tags: Object.fromEntries(stream.tags),
    shards: stream.shards.map(shardToJson),
  };
}

function shardToJson(shard: Shard): Json {
  return {
    ...shard,
    firstHashKey: String(shard.firstHashKey),
    lastHashKey: String(shard.lastHashKey),
    records: shard.records.map((record) => ({
      ...record,
      data: Buffer.from(record.data).toString('base64'),
    })),
  };
}

function streamFromJson(kept: z.output<typeof streamSchema>): Stream {
  const { latestSequenceMs, tags, shards, ...rest } = kept;
  const stream: Stream = {
    ...rest,
    tags: new Map(Object.entries(tags)),
    // The counter within a millisecond is not kept, so the next number belongs to a later one.
    sequences: new SequenceNumbers(latestSequenceMs + 1),
    shards: shards.map((shard) => ({ ...shard, records: [] })),
    keptBytes: 0,
  };
  for (const [index, { records }] of shards.entries()) {
    const shard = stream.shards[index];
    for (const record of records)
      if (shard) append(stream, shard, { ...record, data: Buffer.from(record.data, 'base64') });
  }
  return stream;
}
