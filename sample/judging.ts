/**
 * Judging asks a service elsewhere: the map where a player stands, or the dictionary what a word means. That service is
 * simulated; time-outs and retries around it are as they would be.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from './random.js';

/**
 * How the simulated service behaves: usually brisk, sometimes slow, now and then not at all. The time-outs of `limits` must
 * leave room for it: with those of staging about 3 of 10,000 attempts fail; with 240 ms for the free tier, which passes
 * every schema, about 5 of 100.
 */
const quickMs = { from: 60, to: 340 };
const slowMs = { from: 700, to: 1_400 };
const slowShare = 0.02;
const failedShare = 0.01;

/** One question to the service. Rejects when it fails, or when the signal is aborted. */
export type LookUp = (signal: AbortSignal) => Promise<void>;

export interface Patience {
  readonly timeoutMs: number;
  readonly retries: number;
}

/** Asks, and asks again up to `retries` times. @throws what the last try threw: a time-out or the service's failure. */
export async function ask(lookUp: LookUp, { timeoutMs, retries }: Patience): Promise<void> {
  for (let left = retries; ; left -= 1) {
    try {
      return await lookUp(AbortSignal.timeout(timeoutMs));
    } catch (error) {
      if (left === 0) throw error;
    }
  }
}

/** How the simulated service takes one question: for how long, and whether it fails in the end. */
export function drawAnswer(random: Random): { readonly durationMs: number; readonly failed: boolean } {
  const { from, to } = random() < slowShare ? slowMs : quickMs;
  const failed = random() < failedShare;
  return { durationMs: from + random() * (to - from), failed };
}

export function simulatedLookUp(random: Random): LookUp {
  return async (signal) => {
    const { durationMs, failed } = drawAnswer(random);
    await sleep(durationMs, undefined, { signal });
    if (failed) throw new Error('the map service failed');
  };
}
