/** The work a node does: what is in flight, what waits, and how it ended. */

import type { WorkCounts } from '../node.js';
import type { LabelCounters } from './label-counters.js';
import type { LoadMeter } from './load-meter.js';

export interface WorkDeps {
  readonly counters: readonly LabelCounters[];
  readonly meter: LoadMeter;
  readonly monotonicMs: () => number;
  readonly slowAfterMs: number;
}

export class Work {
  readonly #deps: WorkDeps;
  #inFlight = 0;
  #queueDepth = 0;
  #idle: (() => void)[] = [];

  constructor(deps: WorkDeps) {
    this.#deps = deps;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  get queueDepth(): number {
    return this.#queueDepth;
  }

  measure<Result>(work: () => Result): Result {
    const end = this.#begin();
    try {
      const result = work();
      if (!isThenable(result)) {
        end(false);
        return result;
      }
      return result.then(
        (value: unknown) => {
          end(false);
          return value;
        },
        (error: unknown) => {
          end(true);
          throw error;
        },
      ) as Result;
    } catch (error) {
      end(true);
      throw error;
    }
  }

  count(counts: WorkCounts): void {
    for (const counters of this.#deps.counters) {
      const tally = counters.current();
      tally.requests += whole(counts.requests);
      tally.errors += whole(counts.errors);
      tally.slow += whole(counts.slow);
    }
  }

  setQueueDepth(depth: number): void {
    this.#queueDepth = whole(depth);
    this.#deps.meter.setLevel(this.#inFlight + this.#queueDepth);
  }

  /** Resolves when nothing is in flight. */
  whenIdle(): Promise<void> {
    if (this.#inFlight === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  #begin(): (failed: boolean) => void {
    const startedAtMs = this.#deps.monotonicMs();
    const tallies = this.#deps.counters.map((counters) => counters.current());
    this.#move(1);
    return (failed) => {
      const slow = this.#deps.monotonicMs() - startedAtMs > this.#deps.slowAfterMs;
      for (const tally of tallies) {
        tally.requests += 1;
        if (failed) tally.errors += 1;
        if (slow) tally.slow += 1;
      }
      this.#move(-1);
    };
  }

  #move(by: 1 | -1): void {
    this.#inFlight += by;
    this.#deps.meter.setLevel(this.#inFlight + this.#queueDepth);
    if (this.#inFlight > 0) return;
    for (const resolve of this.#idle.splice(0)) resolve();
  }
}

/** What cannot be counted counts as nothing: a meter must not break what it measures. */
const whole = (value: number | undefined): number =>
  value !== undefined && Number.isSafeInteger(value) && value > 0 ? value : 0;

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
