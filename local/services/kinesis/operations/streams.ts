/** Creating, describing, listing and deleting streams. */
import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import type { Json } from '../../../kernel/aws.js';
import { defineOperation } from '../../../kernel/operations.js';
import { invalidArgument, limitExceeded, resourceInUse } from '../errors.js';
import {
  onDemandShards,
  recordSizeKib,
  retentionHours,
  shardsPerDescribe,
  shardsPerStream,
  streamsPerList,
} from '../limits.js';
import { SequenceNumbers } from '../numbers.js';
import { streamInput, streamMode, streamName, tags } from '../schemas.js';
import { openEvenly } from '../shards.js';
import { findStream, type KinesisContext, openShards, type Stream } from '../state.js';
import { describeShard } from './describe-shard.js';

const createInput = z.strictObject({
  StreamName: streamName,
  ShardCount: z.number().int().min(1).optional(),
  StreamModeDetails: streamMode.optional(),
  Tags: tags.optional(),
  MaxRecordSizeInKiB: z.number().int().min(recordSizeKib.byDefault).max(recordSizeKib.most).optional(),
});

type CreateInput = z.output<typeof createInput>;

/** The stream is ACTIVE at once. */
export const createStream = defineOperation({
  input: createInput,
  run(context: KinesisContext, input) {
    const { identity, streams } = context;
    if (streams.has(input.StreamName))
      throw resourceInUse(`Stream ${input.StreamName} under account ${identity.accountId} already exists.`);
    const stream = newStream(context, input);
    openEvenly(stream, shardCount(input), context.clock.now());
    streams.set(stream.name, stream);
    return {};
  },
});

export const deleteStream = defineOperation({
  input: streamInput({ EnforceConsumerDeletion: z.boolean().optional() }),
  run(context: KinesisContext, input) {
    context.streams.delete(findStream(context, input).name);
    return {};
  },
});

export const describeStream = defineOperation({
  input: streamInput({
    Limit: z.number().int().min(1).max(shardsPerDescribe.most).optional(),
    ExclusiveStartShardId: z.string().optional(),
  }),
  run(context: KinesisContext, input) {
    const stream = findStream(context, input);
    const start = input.ExclusiveStartShardId ?? '';
    const rest = stream.shards.filter(({ id }) => id > start);
    const shards = rest.slice(0, input.Limit ?? shardsPerDescribe.byDefault);
    return {
      StreamDescription: {
        ...summary(stream),
        Shards: shards.map(describeShard),
        HasMoreShards: shards.length < rest.length,
      },
    };
  },
});

export const describeStreamSummary = defineOperation({
  input: streamInput({}),
  run(context: KinesisContext, input) {
    const stream = findStream(context, input);
    return {
      StreamDescriptionSummary: {
        ...summary(stream),
        StreamId: stream.id,
        OpenShardCount: openShards(stream).length,
        ConsumerCount: 0,
        MaxRecordSizeInKiB: stream.recordSizeKib,
      },
    };
  },
});

export const listStreams = defineOperation({
  input: z.strictObject({
    Limit: z.number().int().min(1).max(streamsPerList.most).optional(),
    ExclusiveStartStreamName: z.string().optional(),
    NextToken: z.string().optional(),
  }),
  run({ streams }: KinesisContext, input) {
    const start = input.NextToken ?? input.ExclusiveStartStreamName ?? '';
    const rest = [...streams.values()]
      .filter(({ name }) => name > start)
      .sort((one, other) => (one.name < other.name ? -1 : 1));
    const page = rest.slice(0, input.Limit ?? streamsPerList.byDefault);
    const hasMore = page.length < rest.length;
    return {
      StreamNames: page.map(({ name }) => name),
      StreamSummaries: page.map(streamSummary),
      HasMoreStreams: hasMore,
      NextToken: hasMore ? page.at(-1)?.name : undefined,
    };
  },
});

function newStream(context: KinesisContext, input: CreateInput): Stream {
  const { partition, region, accountId } = context.identity;
  return {
    name: input.StreamName,
    arn: `arn:${partition}:kinesis:${region}:${accountId}:stream/${input.StreamName}`,
    id: randomUUID(),
    createdAtMs: context.clock.now(),
    sequences: new SequenceNumbers(0),
    mode: input.StreamModeDetails?.StreamMode ?? 'PROVISIONED',
    retentionHours: retentionHours.byDefault,
    recordSizeKib: input.MaxRecordSizeInKiB ?? recordSizeKib.byDefault,
    tags: new Map(Object.entries(input.Tags ?? {})),
    shards: [],
    nextShardIndex: 0,
    keptBytes: 0,
  };
}

function shardCount(input: CreateInput): number {
  if (input.StreamModeDetails?.StreamMode === 'ON_DEMAND') {
    if (input.ShardCount !== undefined)
      throw invalidArgument('ShardCount must not be given for a stream in ON_DEMAND mode.');
    return onDemandShards;
  }
  if (input.ShardCount === undefined)
    throw invalidArgument('ShardCount is required for a stream in PROVISIONED mode.');
  if (input.ShardCount > shardsPerStream)
    throw limitExceeded(`A stream of the local AWS has at most ${shardsPerStream} shards.`);
  return input.ShardCount;
}

/** What both descriptions and the lists say of a stream. */
function streamSummary(stream: Stream): Json {
  return {
    StreamName: stream.name,
    StreamARN: stream.arn,
    StreamStatus: 'ACTIVE',
    StreamModeDetails: { StreamMode: stream.mode },
    StreamCreationTimestamp: new Date(stream.createdAtMs),
  };
}

function summary(stream: Stream): Json {
  return {
    ...streamSummary(stream),
    RetentionPeriodHours: stream.retentionHours,
    EnhancedMonitoring: [{ ShardLevelMetrics: [] }],
    EncryptionType: stream.encryptionKey === undefined ? 'NONE' : 'KMS',
    KeyId: stream.encryptionKey,
  };
}
