/** What may go wrong, how often, and for how long. */

import type { Chance } from '../guard/chance.js';

export interface Conditions {
  readonly nodes: number;
  readonly partitions: number;
  /** For so long things go wrong; then nothing does for `quietMs`. */
  readonly chaosMs: number;
  readonly quietMs: number;
  /** False: the resource takes every write, whatever its token. */
  readonly isFenced: boolean;
}

export const usualConditions: Conditions = {
  nodes: 4,
  partitions: 6,
  chaosMs: 90_000,
  quietMs: 60_000,
  isFenced: true,
};

/** A node is dead to the writer when nothing arrived for so long. */
export const silenceMs = 15_000;
/** The writer runs at least this often. */
export const runEveryMaxMs = 4_000;
/** What somebody waits for is looked at so long after the run before, at the earliest (functions/record-load/turns.ts). */
export const newsEveryMs = 1_000;

/** Delays of messages: mostly none to speak of, at times as long as a lease. */
export function delayMs(chance: Chance, isChaos: boolean): number {
  if (!isChaos) return 20 * chance.uniform();
  const drawn = chance.uniform();
  if (drawn < 0.5) return 0;
  if (drawn < 0.75) return 50 * chance.uniform();
  return drawn < 0.85 ? 1_500 * chance.uniform() : 9_000 * chance.uniform();
}

export function pick<T>(chance: Chance, values: readonly T[]): T | undefined {
  return values[Math.floor(chance.uniform() * values.length)];
}
