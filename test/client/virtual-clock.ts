/** Time that stands still until a test moves it. */

import type { NodeClock } from '../../client/clock.js';
import { epochMs } from '../../core/time.js';

interface Timer {
  readonly atMs: number;
  readonly run: () => void;
}

export interface VirtualClock extends NodeClock {
  /** Moves time on, running each timer at its own instant and letting promises settle after each. */
  advance(durationMs: number): Promise<void>;
  /** Lets promises settle; time stands still. */
  settle(): Promise<void>;
  /** Timers that have not fired: in how many milliseconds each will. */
  timers(): readonly number[];
}

export function virtualClock(startMs = Date.UTC(2026, 0, 1)): VirtualClock {
  let nowMs = startMs;
  const timers = new Set<Timer>();
  const settle = async () => {
    for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
  };
  const due = (untilMs: number) =>
    [...timers].filter((timer) => timer.atMs <= untilMs).sort((a, b) => a.atMs - b.atMs)[0];
  const advance = async (durationMs: number) => {
    const endMs = nowMs + durationMs;
    await settle();
    for (let timer = due(endMs); timer; timer = due(endMs)) {
      timers.delete(timer);
      nowMs = Math.max(nowMs, timer.atMs);
      timer.run();
      await settle();
    }
    nowMs = endMs;
  };
  return {
    now: () => epochMs(Math.floor(nowMs)),
    monotonicMs: () => nowMs - startMs,
    setTimer: (run, delayMs) => {
      const timer = { atMs: nowMs + Math.max(0, delayMs), run };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    advance,
    settle,
    timers: () => [...timers].map((timer) => timer.atMs - nowMs),
  };
}
