/** GetShardIterator and GetRecords. */
import * as z from 'zod';
import type { Json } from '../../../kernel/aws.js';
import { defineOperation } from '../../../kernel/operations.js';
import { invalidArgument, resourceNotFound } from '../errors.js';
import { bytesPerGet, recordsPerGet } from '../limits.js';
import { beforeAll, compareSequence, justBefore, sequencePattern, shardIndexOf } from '../numbers.js';
import { streamInput } from '../schemas.js';
import {
  findShard,
  findStream,
  type KinesisContext,
  type Shard,
  type StoredRecord,
  type Stream,
} from '../state.js';
import { decodeIterator, encodeToken, type ShardIterator } from '../tokens.js';
import { describeChild } from './describe-shard.js';

const iteratorInput = streamInput({
  ShardId: z.string(),
  ShardIteratorType: z.enum([
    'AT_SEQUENCE_NUMBER',
    'AFTER_SEQUENCE_NUMBER',
    'TRIM_HORIZON',
    'LATEST',
    'AT_TIMESTAMP',
  ]),
  StartingSequenceNumber: z.string().regex(sequencePattern).optional(),
  Timestamp: z.date().optional(),
});

type IteratorInput = z.output<typeof iteratorInput>;

export const getShardIterator = defineOperation({
  input: iteratorInput,
  run(context: KinesisContext, input) {
    const stream = findStream(context, input);
    const shard = findShard(context, stream, input.ShardId);
    const after = startOf(context, shard, input);
    return { ShardIterator: iteratorAt(context, { stream, shard, after }) };
  },
});

export const getRecords = defineOperation({
  input: z.strictObject({
    ShardIterator: z.string(),
    Limit: z.number().int().min(1).max(recordsPerGet).optional(),
    StreamARN: z.string().optional(),
  }),
  run(context: KinesisContext, input) {
    const iterator = decodeIterator(input.ShardIterator, context.clock.now());
    const stream = streamOf(context, iterator);
    const shard = findShard(context, stream, iterator.shard);
    const first = firstAfter(shard.records, iterator.after);
    const count = countWithinLimits(shard.records, first, input.Limit ?? recordsPerGet);
    const records = shard.records.slice(first, first + count);
    const unread = shard.records[first + count];
    const after = records.at(-1)?.sequence ?? iterator.after;
    return {
      Records: records.map(describeRecord),
      MillisBehindLatest: unread ? Math.max(0, context.clock.now() - unread.arrivedAtMs) : 0,
      ...continuation(context, { stream, shard, after }, unread === undefined),
    };
  },
});

/** Where reading starts, as "after this sequence number". */
function startOf(context: KinesisContext, shard: Shard, input: IteratorInput): string {
  switch (input.ShardIteratorType) {
    case 'TRIM_HORIZON':
      return beforeAll;
    case 'LATEST':
      return shard.records.at(-1)?.sequence ?? shard.startingSequence;
    case 'AT_SEQUENCE_NUMBER':
      return justBefore(startingSequence(shard, input));
    case 'AFTER_SEQUENCE_NUMBER':
      return startingSequence(shard, input);
    case 'AT_TIMESTAMP':
      return beforeTimestamp(context, shard, input);
  }
}

function startingSequence(shard: Shard, input: IteratorInput): string {
  const sequence = input.StartingSequenceNumber;
  if (sequence === undefined)
    throw invalidArgument(`StartingSequenceNumber is required for ${input.ShardIteratorType}.`);
  if (sequence.length !== shard.startingSequence.length)
    throw invalidArgument(
      `StartingSequenceNumber ${sequence} used in GetShardIterator on shard ${shard.id} is invalid.`,
    );
  if (shardIndexOf(sequence) !== shard.index)
    throw invalidArgument(
      `Invalid StartingSequenceNumber. It encodes shard ${shardIndexOf(sequence)}, while it was used in a call to ${shard.id}.`,
    );
  return sequence;
}

/** Records that arrived at that time or later; in the future there are none. */
function beforeTimestamp(context: KinesisContext, shard: Shard, input: IteratorInput): string {
  if (input.Timestamp === undefined) throw invalidArgument('Timestamp is required for AT_TIMESTAMP.');
  const timestampMs = input.Timestamp.getTime();
  if (timestampMs > context.clock.now())
    throw invalidArgument(`The timestamp ${input.Timestamp.toISOString()} is in the future.`);
  const first = shard.records.find((record) => record.arrivedAtMs >= timestampMs);
  return first ? justBefore(first.sequence) : (shard.records.at(-1)?.sequence ?? shard.startingSequence);
}

interface Position {
  readonly stream: Stream;
  readonly shard: Shard;
  readonly after: string;
}

function iteratorAt(context: KinesisContext, { stream, shard, after }: Position): string {
  const issuedAtMs = context.clock.now();
  return encodeToken({ stream: stream.name, streamId: stream.id, shard: shard.id, after, issuedAtMs });
}

/** A stream deleted and created again is another stream. */
function streamOf(context: KinesisContext, iterator: ShardIterator): Stream {
  const stream = findStream(context, { StreamName: iterator.stream });
  if (stream.id !== iterator.streamId)
    throw resourceNotFound(`Stream ${iterator.stream} was deleted and created again.`);
  return stream;
}

/** Index of the first record after a sequence number, by halving: records are in order. */
function firstAfter(records: readonly StoredRecord[], sequence: string): number {
  let low = 0;
  let high = records.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareSequence(records[middle]?.sequence ?? beforeAll, sequence) > 0) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** At most `limit` records and 10 MB, but at least one, or a large record would never be read. */
function countWithinLimits(records: readonly StoredRecord[], first: number, limit: number): number {
  let count = 0;
  let totalBytes = 0;
  for (const record of records.slice(first, first + limit)) {
    totalBytes += record.data.byteLength + Buffer.byteLength(record.partitionKey);
    if (count > 0 && totalBytes > bytesPerGet) break;
    count++;
  }
  return count;
}

function describeRecord(record: StoredRecord): Json {
  return {
    SequenceNumber: record.sequence,
    ApproximateArrivalTimestamp: new Date(record.arrivedAtMs),
    Data: record.data,
    PartitionKey: record.partitionKey,
    EncryptionType: record.encrypted ? 'KMS' : undefined,
  };
}

/** The next iterator; at the end of a closed shard there is none, but the shards that took over. */
function continuation(context: KinesisContext, position: Position, atTip: boolean): Json {
  const { stream, shard } = position;
  if (shard.closedAtMs === undefined || !atTip) return { NextShardIterator: iteratorAt(context, position) };
  const children = stream.shards.filter(({ parent, adjacentParent }) =>
    [parent, adjacentParent].includes(shard.id),
  );
  return { ChildShards: children.map(describeChild) };
}
