/** PutRecord and PutRecords. */
import * as z from 'zod';
import type { Json } from '../../../kernel/aws.js';
import { defineOperation } from '../../../kernel/operations.js';
import { invalidArgument } from '../errors.js';
import { bytesPerPut, recordsPerPut } from '../limits.js';
import { hashKeyOf, sequencePattern } from '../numbers.js';
import { checkHashKey, hashKey, partitionKey, streamInput } from '../schemas.js';
import { shardOf } from '../shards.js';
import { append, findStream, type KinesisContext, type Stream } from '../state.js';

const record = {
  Data: z.instanceof(Uint8Array),
  PartitionKey: partitionKey,
  ExplicitHashKey: hashKey.optional(),
};

const recordSchema = z.strictObject(record);

type RecordInput = z.output<typeof recordSchema>;

/** `SequenceNumberForOrdering` is checked and has no further effect: here every number is larger than all before it. */
export const putRecord = defineOperation({
  input: streamInput({
    ...record,
    SequenceNumberForOrdering: z.string().regex(sequencePattern).optional(),
  }),
  run(context: KinesisContext, input) {
    const stream = findStream(context, input);
    refuseLarge(stream, [input]);
    return { ...store(context, stream, input), EncryptionType: encryptionType(stream) };
  },
});

/** Each record has its own result; here every record of a call that is accepted at all succeeds. */
export const putRecords = defineOperation({
  input: streamInput({ Records: z.array(recordSchema).min(1).max(recordsPerPut) }),
  run(context: KinesisContext, input) {
    const stream = findStream(context, input);
    refuseLarge(stream, input.Records);
    return {
      FailedRecordCount: 0,
      Records: input.Records.map((one) => store(context, stream, one)),
      EncryptionType: encryptionType(stream),
    };
  },
});

function store(context: KinesisContext, stream: Stream, input: RecordInput): Json {
  const key =
    input.ExplicitHashKey === undefined ? hashKeyOf(input.PartitionKey) : checkHashKey(input.ExplicitHashKey);
  const shard = shardOf(stream, key);
  const arrivedAtMs = context.clock.now();
  const sequence = stream.sequences.next(arrivedAtMs, shard.index);
  append(stream, shard, {
    sequence,
    partitionKey: input.PartitionKey,
    data: input.Data,
    arrivedAtMs,
    encrypted: stream.encryptionKey !== undefined,
  });
  return { ShardId: shard.id, SequenceNumber: sequence };
}

function refuseLarge(stream: Stream, records: readonly RecordInput[]): void {
  let totalBytes = 0;
  for (const one of records) {
    const sizeBytes = one.Data.byteLength + Buffer.byteLength(one.PartitionKey);
    totalBytes += sizeBytes;
    if (sizeBytes > stream.recordSizeKib * 1024)
      throw invalidArgument(
        `A record of ${sizeBytes} bytes is larger than the ${stream.recordSizeKib} KiB that stream ${stream.name} takes.`,
      );
  }
  if (totalBytes > bytesPerPut)
    throw invalidArgument(`Records of ${totalBytes} bytes in one request are more than ${bytesPerPut}.`);
}

function encryptionType(stream: Stream): 'KMS' | undefined {
  return stream.encryptionKey === undefined ? undefined : 'KMS';
}
