/** What Kinesis remembers: streams, their shards and records. Changed only by the functions here and in `operations/`. */
import type { Identity } from '../../kernel/aws.js';
import type { Clock } from '../../kernel/clock.js';
import { resourceNotFound } from './errors.js';
import { keptBytesPerStream, recordOverheadBytes } from './limits.js';
import type { SequenceNumbers } from './numbers.js';

export interface StoredRecord {
  readonly sequence: string;
  readonly partitionKey: string;
  readonly data: Uint8Array;
  readonly arrivedAtMs: number;
  readonly encrypted: boolean;
}

export interface Shard {
  readonly id: string;
  readonly index: number;
  readonly parent?: string | undefined;
  /** The other parent, of a shard that came of a merge. */
  readonly adjacentParent?: string | undefined;
  readonly firstHashKey: bigint;
  readonly lastHashKey: bigint;
  readonly startingSequence: string;
  readonly createdAtMs: number;
  /** Both only of a closed shard. */
  closedAtMs?: number | undefined;
  endingSequence?: string | undefined;
  /** In order of sequence. */
  records: StoredRecord[];
}

export interface Stream {
  readonly name: string;
  readonly arn: string;
  readonly id: string;
  readonly createdAtMs: number;
  readonly sequences: SequenceNumbers;
  mode: 'PROVISIONED' | 'ON_DEMAND';
  retentionHours: number;
  recordSizeKib: number;
  /** Key of the encryption, while there is one. Nothing is encrypted: it is only shown. */
  encryptionKey?: string | undefined;
  readonly tags: Map<string, string>;
  /** In order of creation; a closed shard leaves when its retention is over. */
  shards: Shard[];
  nextShardIndex: number;
  keptBytes: number;
}

export interface KinesisContext {
  readonly streams: Map<string, Stream>;
  readonly clock: Clock;
  readonly identity: Identity;
}

export interface StreamAddress {
  readonly StreamName?: string | undefined;
  readonly StreamARN?: string | undefined;
}

/** The stream of that name or ARN, trimmed to its retention. Throws ResourceNotFoundException. */
export function findStream(context: KinesisContext, address: StreamAddress): Stream {
  const name = address.StreamName ?? address.StreamARN?.split(':stream/')[1] ?? '';
  const stream = context.streams.get(name);
  if (!stream || (address.StreamARN !== undefined && address.StreamARN !== stream.arn))
    throw resourceNotFound(
      `Stream ${name || address.StreamARN} under account ${context.identity.accountId} not found.`,
    );
  trim(stream, context.clock.now());
  return stream;
}

/** Throws ResourceNotFoundException. */
export function findShard(context: KinesisContext, stream: Stream, shardId: string): Shard {
  const shard = stream.shards.find(({ id }) => id === shardId);
  if (shard) return shard;
  throw resourceNotFound(
    `Could not find shard ${shardId} in stream ${stream.name} under account ${context.identity.accountId}.`,
  );
}

export function openShards(stream: Stream): Shard[] {
  return stream.shards.filter((shard) => shard.closedAtMs === undefined);
}

/** Forgets records and closed shards whose retention is over. */
export function trim(stream: Stream, nowMs: number): void {
  const oldestMs = nowMs - retentionMs(stream);
  for (const shard of stream.shards) {
    const expired = shard.records.findIndex((record) => record.arrivedAtMs > oldestMs);
    drop(stream, shard, expired < 0 ? shard.records.length : expired);
  }
  stream.shards = stream.shards.filter((shard) => (shard.closedAtMs ?? nowMs) > oldestMs);
}

/** Adds a record at the end of a shard, and makes room when the stream holds more than memory should. */
export function append(stream: Stream, shard: Shard, record: StoredRecord): void {
  shard.records.push(record);
  stream.keptBytes += weigh(record);
  while (stream.keptBytes > keptBytesPerStream) dropOldest(stream);
}

function retentionMs(stream: Stream): number {
  return stream.retentionHours * 3_600_000;
}

/** A tenth of the fullest shard at once, since taking single records off an array's front is slow. */
function dropOldest(stream: Stream): void {
  const fullest = stream.shards.reduce((one, other) =>
    other.records.length > one.records.length ? other : one,
  );
  drop(stream, fullest, Math.ceil(fullest.records.length / 10));
}

function drop(stream: Stream, shard: Shard, count: number): void {
  if (count === 0) return;
  for (const record of shard.records.splice(0, count)) stream.keptBytes -= weigh(record);
}

function weigh(record: StoredRecord): number {
  return record.data.byteLength + record.partitionKey.length + recordOverheadBytes;
}
