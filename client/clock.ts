/** Time, as a node sees it. */

import { type EpochMs, epochMs } from '../core/time.js';

export interface NodeClock {
  /** The wall clock: for what people read and for what survives a restart. */
  now(): EpochMs;
  /** Milliseconds since some moment; never goes back. For durations. */
  monotonicMs(): number;
  /**
   * Calls `run` once, after `delayMs`. A timer that `keepsAlive` holds the process until it fires.
   * @returns a function that cancels it.
   */
  setTimer(run: () => void, delayMs: number, keepsAlive?: 'keepsAlive'): () => void;
}

/** The machine's own time. */
export const systemClock: NodeClock = {
  now: () => epochMs(Date.now()),
  monotonicMs: () => performance.now(),
  setTimer: (run, delayMs, keepsAlive) => {
    const timer = setTimeout(run, delayMs);
    if (!keepsAlive) timer.unref();
    return () => clearTimeout(timer);
  },
};
