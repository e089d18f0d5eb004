/** Kinesis Data Streams, in memory. See behaviour.md. */
import type { Identity, Service } from '../../kernel/aws.js';
import type { Clock } from '../../kernel/clock.js';
import { handleJson } from '../../kernel/json-protocol.js';
import { createCall, type Operation } from '../../kernel/operations.js';
import { getRecords, getShardIterator } from './operations/get.js';
import { putRecord, putRecords } from './operations/put.js';
import {
  addTags,
  decreaseRetention,
  increaseRetention,
  listTags,
  removeTags,
  startEncryption,
  stopEncryption,
  updateMaxRecordSize,
  updateMode,
} from './operations/settings.js';
import { listShards, mergeShards, splitShard, updateShardCount } from './operations/shards.js';
import {
  createStream,
  deleteStream,
  describeStream,
  describeStreamSummary,
  listStreams,
} from './operations/streams.js';
import { fromSnapshot, toSnapshot } from './snapshot.js';
import { type KinesisContext, trim } from './state.js';

/** How often records past their retention leave memory when nobody reads the stream. */
const trimEveryMs = 60_000;

const operations: Readonly<Record<string, Operation<KinesisContext>>> = {
  AddTagsToStream: addTags,
  CreateStream: createStream,
  DecreaseStreamRetentionPeriod: decreaseRetention,
  DeleteStream: deleteStream,
  DescribeStream: describeStream,
  DescribeStreamSummary: describeStreamSummary,
  GetRecords: getRecords,
  GetShardIterator: getShardIterator,
  IncreaseStreamRetentionPeriod: increaseRetention,
  ListShards: listShards,
  ListStreams: listStreams,
  ListTagsForStream: listTags,
  MergeShards: mergeShards,
  PutRecord: putRecord,
  PutRecords: putRecords,
  RemoveTagsFromStream: removeTags,
  SplitShard: splitShard,
  StartStreamEncryption: startEncryption,
  StopStreamEncryption: stopEncryption,
  UpdateMaxRecordSize: updateMaxRecordSize,
  UpdateShardCount: updateShardCount,
  UpdateStreamMode: updateMode,
};

export interface KinesisDeps {
  readonly clock: Clock;
  readonly identity: Identity;
}

export function createKinesis(deps: KinesisDeps): Service {
  const context: KinesisContext = { ...deps, streams: new Map() };
  const call = createCall({ service: 'kinesis', operations, context });
  const binding = {
    target: 'Kinesis_20131202',
    version: '1.1',
    blobs: ['Data'],
    timestamps: ['StreamCreationTimestamp', 'Timestamp'],
  } as const;
  const stopTrimming = trimRegularly(context);
  return {
    name: 'kinesis',
    call,
    handle: handleJson(binding, call),
    snapshot: () => toSnapshot(context.streams.values()),
    restore: (state) => {
      for (const stream of fromSnapshot(state)) context.streams.set(stream.name, stream);
    },
    close: async () => stopTrimming(),
  };
}

function trimRegularly({ clock, streams }: KinesisContext): () => void {
  let cancel: () => void = () => undefined;
  const arm = () => {
    cancel = clock.after(trimEveryMs, () => {
      for (const stream of streams.values()) trim(stream, clock.now());
      arm();
    });
  };
  arm();
  return () => cancel();
}
