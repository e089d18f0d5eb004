/** How a stream's hash keys are divided among shards: creating, splitting and merging them. */
import { largestHashKey } from './numbers.js';
import { openShards, type Shard, type Stream } from './state.js';

interface Birth {
  readonly firstHashKey: bigint;
  readonly lastHashKey: bigint;
  readonly parent?: string;
  readonly adjacentParent?: string;
}

/** Opens `count` shards that divide all hash keys evenly. */
export function openEvenly(stream: Stream, count: number, nowMs: number): void {
  const width = (largestHashKey + 1n) / BigInt(count);
  for (let index = 0n; index < BigInt(count); index++) {
    const isLast = index === BigInt(count) - 1n;
    const lastHashKey = isLast ? largestHashKey : (index + 1n) * width - 1n;
    open(stream, { firstHashKey: index * width, lastHashKey }, nowMs);
  }
}

/** The open shard whose range holds the hash key. */
export function shardOf(stream: Stream, hashKey: bigint): Shard {
  const shard = stream.shards.find(
    (one) => one.closedAtMs === undefined && one.firstHashKey <= hashKey && hashKey <= one.lastHashKey,
  );
  if (!shard) throw new Error(`No open shard of ${stream.name} holds hash key ${hashKey}`);
  return shard;
}

/** Closes a shard and opens two children, the second beginning at `at`. */
export function split(stream: Stream, shard: Shard, { at, nowMs }: { at: bigint; nowMs: number }): void {
  close(stream, shard, nowMs);
  open(stream, { firstHashKey: shard.firstHashKey, lastHashKey: at - 1n, parent: shard.id }, nowMs);
  open(stream, { firstHashKey: at, lastHashKey: shard.lastHashKey, parent: shard.id }, nowMs);
}

/** Closes two adjacent shards and opens one child over both ranges. */
export function merge(stream: Stream, [shard, adjacent]: readonly [Shard, Shard], nowMs: number): void {
  close(stream, shard, nowMs);
  close(stream, adjacent, nowMs);
  const [low, high] = shard.firstHashKey < adjacent.firstHashKey ? [shard, adjacent] : [adjacent, shard];
  open(
    stream,
    {
      firstHashKey: low.firstHashKey,
      lastHashKey: high.lastHashKey,
      parent: shard.id,
      adjacentParent: adjacent.id,
    },
    nowMs,
  );
}

export function areAdjacent(shard: Shard, other: Shard): boolean {
  return shard.lastHashKey + 1n === other.firstHashKey || other.lastHashKey + 1n === shard.firstHashKey;
}

/** Splits the widest shards, or merges the narrowest neighbours, until `count` are open. */
export function scaleTo(stream: Stream, count: number, nowMs: number): void {
  while (openShards(stream).length < count) splitWidest(stream, nowMs);
  while (openShards(stream).length > count) mergeNarrowest(stream, nowMs);
}

function splitWidest(stream: Stream, nowMs: number): void {
  const widest = openShards(stream).reduce((one, other) => (width(other) > width(one) ? other : one));
  split(stream, widest, { at: widest.firstHashKey + width(widest) / 2n, nowMs });
}

function mergeNarrowest(stream: Stream, nowMs: number): void {
  const ordered = openShards(stream).sort((one, other) => (one.firstHashKey < other.firstHashKey ? -1 : 1));
  const pairs = ordered.slice(1).map((shard, index) => [ordered[index] ?? shard, shard] as const);
  const pairWidth = ([one, other]: readonly [Shard, Shard]) => width(one) + width(other);
  merge(
    stream,
    pairs.reduce((one, other) => (pairWidth(other) < pairWidth(one) ? other : one)),
    nowMs,
  );
}

function width(shard: Shard): bigint {
  return shard.lastHashKey - shard.firstHashKey + 1n;
}

function open(stream: Stream, birth: Birth, nowMs: number): void {
  const index = stream.nextShardIndex++;
  stream.shards.push({
    ...birth,
    id: `shardId-${String(index).padStart(12, '0')}`,
    index,
    startingSequence: stream.sequences.next(nowMs, index),
    createdAtMs: nowMs,
    records: [],
  });
}

function close(stream: Stream, shard: Shard, nowMs: number): void {
  shard.closedAtMs = nowMs;
  shard.endingSequence = stream.sequences.next(nowMs, shard.index);
}
