/** Members that many operations share. Unknown members are refused, so that nothing is silently ignored. */
import * as z from 'zod';
import { invalidArgument } from './errors.js';
import { partitionKeyCharacters, streamNameCharacters } from './limits.js';
import { hashKeyPattern, largestHashKey } from './numbers.js';

export const streamName = z
  .string()
  .min(1)
  .max(streamNameCharacters)
  .regex(/^[a-zA-Z0-9_.-]+$/);

const address = { StreamName: streamName.optional(), StreamARN: z.string().optional() };

/** An input that addresses a stream by name, by ARN or by both. */
export function streamInput<Shape extends z.ZodRawShape>(shape: Shape) {
  return z
    .strictObject({ ...address, ...shape })
    .refine((input) => 'StreamName' in input || 'StreamARN' in input, {
      message: 'Either StreamName or StreamARN is required',
    });
}

export const partitionKey = z.string().min(1).max(partitionKeyCharacters);

/** Whether it is within 128 bits is asked by `checkHashKey`: AWS refuses that with another error. */
export const hashKey = z.string().regex(hashKeyPattern);

/** Throws InvalidArgumentException for a hash key beyond 2^128 - 1. */
export function checkHashKey(text: string): bigint {
  const key = BigInt(text);
  if (key > largestHashKey)
    throw invalidArgument(
      `Invalid hash key. It must be in the range [0, 2^128-1]. Specified value was ${text}`,
    );
  return key;
}

export const tags = z.record(z.string().min(1).max(128), z.string().max(256));

export const streamMode = z.strictObject({ StreamMode: z.enum(['PROVISIONED', 'ON_DEMAND']) });
