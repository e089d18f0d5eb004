/** When to ask AppConfig again. */

import type { PollState } from './poll-state.js';

/** A fleet that was started at once spreads out over its interval. */
const jitterShare = 0.1;
/** After the first failure a node waits up to this long, then up to twice as long each time ("full jitter"). */
const backoffBaseMs = 1000;
const backoffMaxMs = 60_000;
/** Also the shortest draw leaves room for other work. */
const backoffMinMs = 100;
/** AppConfig's own interval, until an answer names one. */
const defaultIntervalSeconds = 60;

export interface Pace {
  /** Held by AppConfig: polls that are early are refused. */
  readonly requiredIntervalSeconds?: number;
  /** Held by the node alone. */
  readonly ownIntervalSeconds?: number;
}

/** Milliseconds until the next poll. `random` gives numbers from 0 up to 1. */
export function delayMs(state: PollState, pace: Pace, random: () => number): number {
  if (state.failures > 0) return backoffMs(state.failures, random);
  const intervalMs =
    1000 *
    (pace.ownIntervalSeconds ??
      state.intervalSeconds ??
      pace.requiredIntervalSeconds ??
      defaultIntervalSeconds);
  return pace.requiredIntervalSeconds === undefined
    ? jitteredMs(intervalMs, random)
    : laterMs(intervalMs, random);
}

/** The interval, give or take a tenth. */
export const jitteredMs = (intervalMs: number, random: () => number): number =>
  intervalMs * (1 - jitterShare + 2 * jitterShare * random());

/** Where a poll may not be early, the jitter only delays. */
const laterMs = (intervalMs: number, random: () => number): number =>
  intervalMs * (1 + jitterShare * random());

/** Exponential, bounded, and drawn from the whole range, so that a fleet does not come back at once. */
function backoffMs(failures: number, random: () => number): number {
  const ceilingMs = Math.min(backoffMaxMs, backoffBaseMs * 2 ** Math.min(failures - 1, 16));
  return backoffMinMs + random() * (ceilingMs - backoffMinMs);
}
