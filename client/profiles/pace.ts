/** When to ask AppConfig again. */

import { requiredIntervalMinSeconds } from '../options.js';
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
  const intervalMs =
    1000 *
    (pace.ownIntervalSeconds ??
      state.intervalSeconds ??
      pace.requiredIntervalSeconds ??
      defaultIntervalSeconds);
  if (state.failures > 0) return backoffMs({ failures: state.failures, intervalMs }, random);
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

/**
 * Exponential, and drawn from the whole range, so that a fleet does not come back at once. Bounded by the interval too: a
 * node that would ask every two seconds anyway asks as often while AWS is away, and is current within two polls of its return.
 */
function backoffMs(
  { failures, intervalMs }: { readonly failures: number; readonly intervalMs: number },
  random: () => number,
): number {
  const boundMs = Math.min(backoffMaxMs, Math.max(backoffBaseMs, intervalMs));
  const ceilingMs = Math.min(boundMs, backoffBaseMs * 2 ** Math.min(failures - 1, 16));
  return backoffMinMs + random() * (ceilingMs - backoffMinMs);
}

/** Asked for every 15 seconds or less often, AppConfig holds the node to it; more often, only the node does. */
export function paceOf(intervalSeconds: number | undefined): Pace {
  if (intervalSeconds === undefined) return {};
  if (intervalSeconds < requiredIntervalMinSeconds) return { ownIntervalSeconds: intervalSeconds };
  return { requiredIntervalSeconds: Math.ceil(intervalSeconds) };
}
