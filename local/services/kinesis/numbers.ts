/** Sequence numbers and hash keys: decimal strings too large for a JavaScript number. */
import { createHash } from 'node:crypto';

/** Hash keys are 128-bit: 0 to 2^128 - 1. */
export const largestHashKey = 2n ** 128n - 1n;

/** The hash key of a partition key: its MD5, read as a number. */
export function hashKeyOf(partitionKey: string): bigint {
  return BigInt(`0x${createHash('md5').update(partitionKey, 'utf8').digest('hex')}`);
}

/** 0 to 2^128 - 1 without leading zeros, as AWS accepts it. */
export const hashKeyPattern = /^(0|[1-9]\d{0,38})$/;

/** As AWS accepts it; those issued here have 56 digits, as AWS's have. */
export const sequencePattern = /^(0|[1-9]\d{0,128})$/;

/** Before every sequence number. */
export const beforeAll = '0';

/** Orders two sequence numbers: negative, zero or positive. */
export function compareSequence(one: string, other: string): number {
  if (one.length !== other.length) return one.length - other.length;
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

/** The number just before, so that "from here on" becomes "after". */
export function justBefore(sequence: string): string {
  return sequence === '0' ? '0' : String(BigInt(sequence) - 1n);
}

/** Issues a stream's sequence numbers: strictly increasing, also when the clock steps back or the process restarts. */
export class SequenceNumbers {
  private lastMs: number;
  private countInMs = 0;

  /** `lastMs`: the latest time that an earlier run issued numbers for. */
  constructor(lastMs: number) {
    this.lastMs = lastMs;
  }

  get latestMs(): number {
    return this.lastMs;
  }

  /** 49, then 14 digits of time, 12 of a counter within the millisecond, 28 of the shard. */
  next(nowMs: number, shardIndex: number): string {
    if (nowMs > this.lastMs) {
      this.lastMs = nowMs;
      this.countInMs = 0;
    } else {
      this.countInMs++;
    }
    return `49${digits(this.lastMs, 14)}${digits(this.countInMs, 12)}${digits(shardIndex, 28)}`;
  }
}

function digits(value: number, width: number): string {
  return String(value).padStart(width, '0');
}

/** The shard that a sequence number of ours names in its last digits. */
export function shardIndexOf(sequence: string): number {
  return Number(sequence.slice(-28));
}
