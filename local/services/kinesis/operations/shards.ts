/** ListShards, SplitShard, MergeShards, UpdateShardCount. */
import * as z from 'zod';
import { defineOperation, validationError } from '../../../kernel/operations.js';
import { invalidArgument, limitExceeded, resourceInUse } from '../errors.js';
import { shardsPerList, shardsPerStream } from '../limits.js';
import { checkHashKey, hashKey, streamInput, streamName } from '../schemas.js';
import { areAdjacent, merge, scaleTo, split } from '../shards.js';
import { findShard, findStream, type KinesisContext, openShards, type Shard, type Stream } from '../state.js';
import { decodeListToken, encodeToken } from '../tokens.js';
import { describeShard } from './describe-shard.js';

const shardFilter = z.strictObject({
  Type: z.enum([
    'AFTER_SHARD_ID',
    'AT_TRIM_HORIZON',
    'FROM_TRIM_HORIZON',
    'AT_LATEST',
    'AT_TIMESTAMP',
    'FROM_TIMESTAMP',
  ]),
  ShardId: z.string().optional(),
  Timestamp: z.date().optional(),
});

type ShardFilter = z.output<typeof shardFilter>;

const listInput = z.strictObject({
  StreamName: streamName.optional(),
  StreamARN: z.string().optional(),
  NextToken: z.string().optional(),
  ExclusiveStartShardId: z.string().optional(),
  MaxResults: z.number().int().min(1).max(shardsPerList.most).optional(),
  StreamCreationTimestamp: z.date().optional(),
  ShardFilter: shardFilter.optional(),
});

type ListInput = z.output<typeof listInput>;

export const listShards = defineOperation({
  input: listInput,
  run(context: KinesisContext, input) {
    const { stream, after } = listedStream(context, input);
    const rest = stream.shards
      .filter(({ id }) => id > after)
      .filter((shard) => fits(stream, shard, input.ShardFilter));
    const page = rest.slice(0, input.MaxResults ?? shardsPerList.byDefault);
    const last = page.at(-1);
    const hasMore = last !== undefined && page.length < rest.length;
    const token = { stream: stream.name, afterShard: last?.id ?? '', issuedAtMs: context.clock.now() };
    return { Shards: page.map(describeShard), NextToken: hasMore ? encodeToken(token) : undefined };
  },
});

export const splitShard = defineOperation({
  input: streamInput({ ShardToSplit: z.string(), NewStartingHashKey: hashKey }),
  run(context: KinesisContext, input) {
    const stream = provisioned(findStream(context, input));
    const shard = mustBeOpen(findShard(context, stream, input.ShardToSplit), stream);
    const at = checkHashKey(input.NewStartingHashKey);
    if (at <= shard.firstHashKey + 1n || at >= shard.lastHashKey)
      throw invalidArgument(
        `NewStartingHashKey ${at} used in SplitShard() on shard ${shard.id} in stream ${stream.name} is not both greater ` +
          `than one plus the shard's StartingHashKey ${shard.firstHashKey} and less than the shard's EndingHashKey ${shard.lastHashKey}.`,
      );
    refuseMoreThanLimit(openShards(stream).length + 1);
    split(stream, shard, { at, nowMs: context.clock.now() });
    return {};
  },
});

export const mergeShards = defineOperation({
  input: streamInput({ ShardToMerge: z.string(), AdjacentShardToMerge: z.string() }),
  run(context: KinesisContext, input) {
    const stream = provisioned(findStream(context, input));
    const shard = mustBeOpen(findShard(context, stream, input.ShardToMerge), stream);
    const adjacent = mustBeOpen(findShard(context, stream, input.AdjacentShardToMerge), stream);
    if (!areAdjacent(shard, adjacent))
      throw invalidArgument(
        `Shards ${shard.id} and ${adjacent.id} in stream ${stream.name} are not an adjacent pair of shards eligible for merging.`,
      );
    merge(stream, [shard, adjacent], context.clock.now());
    return {};
  },
});

export const updateShardCount = defineOperation({
  input: streamInput({
    TargetShardCount: z.number().int().min(1),
    ScalingType: z.literal('UNIFORM_SCALING'),
  }),
  run(context: KinesisContext, input) {
    const stream = provisioned(findStream(context, input));
    const current = openShards(stream).length;
    const target = input.TargetShardCount;
    refuseFarScaling(current, target);
    refuseMoreThanLimit(target);
    scaleTo(stream, target, context.clock.now());
    return {
      StreamName: stream.name,
      StreamARN: stream.arn,
      CurrentShardCount: current,
      TargetShardCount: target,
    };
  },
});

function refuseFarScaling(current: number, target: number): void {
  const counts = `Current open shard count: ${current} Target shard count: ${target}`;
  if (target > current * 2)
    throw invalidArgument(
      `UpdateShardCount cannot scale up over double your current open shard count. ${counts}`,
    );
  if (target < current / 2)
    throw invalidArgument(
      `UpdateShardCount cannot scale down below half your current open shard count. ${counts}`,
    );
}

function listedStream(context: KinesisContext, input: ListInput): { stream: Stream; after: string } {
  if (input.NextToken === undefined) {
    if (input.StreamName === undefined && input.StreamARN === undefined)
      throw invalidArgument('Either NextToken or StreamName or StreamARN should be provided.');
    return { stream: findStream(context, input), after: startShard(input) };
  }
  if (input.StreamName !== undefined || input.StreamARN !== undefined)
    throw invalidArgument('NextToken and StreamName cannot be provided together.');
  const token = decodeListToken(input.NextToken, context.clock.now());
  return { stream: findStream(context, { StreamName: token.stream }), after: token.afterShard };
}

function startShard({ ExclusiveStartShardId, ShardFilter }: ListInput): string {
  return ExclusiveStartShardId ?? (ShardFilter?.Type === 'AFTER_SHARD_ID' ? (ShardFilter.ShardId ?? '') : '');
}

/** Whether a shard was open at, or at some time from, the filter's instant. */
function fits(stream: Stream, shard: Shard, filter: ShardFilter | undefined): boolean {
  const closedAtMs = shard.closedAtMs ?? Number.POSITIVE_INFINITY;
  const timestampMs = filter?.Timestamp?.getTime() ?? 0;
  switch (filter?.Type) {
    case 'AT_LATEST':
      return shard.closedAtMs === undefined;
    case 'AT_TRIM_HORIZON':
      return shard.createdAtMs <= (stream.shards[0]?.createdAtMs ?? 0);
    case 'AT_TIMESTAMP':
      return shard.createdAtMs <= timestampMs && closedAtMs >= timestampMs;
    case 'FROM_TIMESTAMP':
      return closedAtMs >= timestampMs;
    default:
      return true;
  }
}

function provisioned(stream: Stream): Stream {
  if (stream.mode === 'PROVISIONED') return stream;
  throw validationError(
    `Stream ${stream.name} is in ON_DEMAND mode: its shards are changed only in PROVISIONED mode.`,
  );
}

function mustBeOpen(shard: Shard, stream: Stream): Shard {
  if (shard.closedAtMs === undefined) return shard;
  throw resourceInUse(`Shard ${shard.id} in stream ${stream.name} is already closed.`);
}

function refuseMoreThanLimit(count: number): void {
  if (count > shardsPerStream)
    throw limitExceeded(`A stream of the local AWS has at most ${shardsPerStream} shards.`);
}
