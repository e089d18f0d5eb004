/** Retention, encryption, tags, mode and record size of a stream. */
import * as z from 'zod';
import { defineOperation } from '../../../kernel/operations.js';
import { invalidArgument } from '../errors.js';
import { recordSizeKib, retentionHours } from '../limits.js';
import { streamInput, streamMode, tags } from '../schemas.js';
import { findStream, type KinesisContext } from '../state.js';

const retentionInput = streamInput({ RetentionPeriodHours: z.number().int() });

export const increaseRetention = defineOperation({
  input: retentionInput,
  run(context: KinesisContext, input) {
    const stream = findStream(context, input);
    const hours = within(input.RetentionPeriodHours);
    if (hours < stream.retentionHours)
      throw invalidArgument(
        `Requested retention period (${hours} hours) for stream ${stream.name} can not be shorter than existing retention period (${stream.retentionHours} hours). Use DecreaseRetentionPeriod API.`,
      );
    stream.retentionHours = hours;
    return {};
  },
});

export const decreaseRetention = defineOperation({
  input: retentionInput,
  run(context: KinesisContext, input) {
    const stream = findStream(context, input);
    const hours = within(input.RetentionPeriodHours);
    if (hours > stream.retentionHours)
      throw invalidArgument(
        `Requested retention period (${hours} hours) for stream ${stream.name} can not be longer than existing retention period (${stream.retentionHours} hours). Use IncreaseRetentionPeriod API.`,
      );
    stream.retentionHours = hours;
    return {};
  },
});

const encryptionInput = streamInput({ EncryptionType: z.literal('KMS'), KeyId: z.string().min(1) });

/** Recorded and shown; nothing is encrypted. */
export const startEncryption = defineOperation({
  input: encryptionInput,
  run(context: KinesisContext, input) {
    findStream(context, input).encryptionKey = input.KeyId;
    return {};
  },
});

export const stopEncryption = defineOperation({
  input: encryptionInput,
  run(context: KinesisContext, input) {
    findStream(context, input).encryptionKey = undefined;
    return {};
  },
});

export const addTags = defineOperation({
  input: streamInput({ Tags: tags }),
  run(context: KinesisContext, input) {
    const stream = findStream(context, input);
    for (const [key, value] of Object.entries(input.Tags)) stream.tags.set(key, value);
    return {};
  },
});

export const removeTags = defineOperation({
  input: streamInput({ TagKeys: z.array(z.string()).min(1).max(50) }),
  run(context: KinesisContext, input) {
    const stream = findStream(context, input);
    for (const key of input.TagKeys) stream.tags.delete(key);
    return {};
  },
});

export const listTags = defineOperation({
  input: streamInput({
    ExclusiveStartTagKey: z.string().optional(),
    Limit: z.number().int().min(1).max(50).optional(),
  }),
  run(context: KinesisContext, input) {
    const start = input.ExclusiveStartTagKey ?? '';
    const rest = [...findStream(context, input).tags].filter(([key]) => key > start).sort();
    const page = rest.slice(0, input.Limit ?? rest.length);
    return {
      Tags: page.map(([Key, Value]) => ({ Key, Value })),
      HasMoreTags: page.length < rest.length,
    };
  },
});

export const updateMode = defineOperation({
  input: z.strictObject({ StreamARN: z.string(), StreamModeDetails: streamMode }),
  run(context: KinesisContext, input) {
    findStream(context, input).mode = input.StreamModeDetails.StreamMode;
    return {};
  },
});

export const updateMaxRecordSize = defineOperation({
  input: z.strictObject({
    StreamARN: z.string(),
    MaxRecordSizeInKiB: z.number().int().min(recordSizeKib.byDefault).max(recordSizeKib.most),
  }),
  run(context: KinesisContext, input) {
    findStream(context, input).recordSizeKib = input.MaxRecordSizeInKiB;
    return {};
  },
});

function within(hours: number): number {
  if (hours >= retentionHours.byDefault && hours <= retentionHours.most) return hours;
  throw invalidArgument(
    `Retention is ${retentionHours.byDefault} to ${retentionHours.most} hours, not ${hours}.`,
  );
}
