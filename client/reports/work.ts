/** The work a node does: what is in flight, what waits, and how it ended. */

import type { WorkCounts } from '../node.js';
import type { SafeLog } from '../safe-log.js';
import type { LabelCounters } from './label-counters.js';
import type { LoadMeter } from './load-meter.js';

/** More than this at once is no count of requests, but something else in its place. */
const countMax = 1_000_000_000;

/** Where one profile's work is counted, and from when on it is slow for that profile. */
export interface Ledger {
  readonly counters: LabelCounters;
  readonly slowAfterMs: number;
}

export interface WorkDeps {
  readonly ledgers: readonly Ledger[];
  readonly meter: LoadMeter;
  readonly monotonicMs: () => number;
  readonly log: SafeLog;
}

export class Work {
  readonly #deps: WorkDeps;
  #inFlight = 0;
  #inFlightUnits = 0;
  /** As the service says. */
  #queueDepth = 0;
  /** In the client's own line. */
  #line = { pieces: 0, units: 0 };
  #hasComplained = false;
  #idle: (() => void)[] = [];

  constructor(deps: WorkDeps) {
    this.#deps = deps;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  get queueDepth(): number {
    return this.#queueDepth + this.#line.pieces;
  }

  measure<Result>(work: () => Result): Result {
    this.offered(1);
    return this.run(work, 1);
  }

  /** Work units that came, whether they will be done or not. */
  offered(units: number): void {
    this.#deps.meter.offered(units);
  }

  /** Like `measure`, for work that was noted when it came. */
  run<Result>(work: () => Result, units: number): Result {
    const end = this.#begin(units);
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
    const { requests = 0, errors = 0, slow = 0 } = counts;
    // Half of what was meant may look like harm: errors without their requests.
    if (![requests, errors, slow].every(isCount)) {
      this.#complain(counts);
      return;
    }
    for (const { counters } of this.#deps.ledgers) {
      const tally = counters.current();
      tally.requests += requests;
      tally.errors += errors;
      tally.slow += slow;
    }
  }

  setQueueDepth(depth: number): void {
    this.#queueDepth = isCount(depth) ? depth : 0;
    this.#tellMeter(this.#deps.monotonicMs());
  }

  /** What waits in the client's own line. */
  setLine(pieces: number, units: number): void {
    this.#line = { pieces, units };
    this.#tellMeter(this.#deps.monotonicMs());
  }

  /** Resolves when nothing is in flight, nor in the client's own line. */
  whenIdle(): Promise<void> {
    if (this.#isIdle()) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  /** @returns what ends it. Only the first call counts: a thenable may settle twice, or throw after it did. */
  #begin(units: number): (failed: boolean) => void {
    const { ledgers, meter, monotonicMs } = this.#deps;
    const startedAtMs = monotonicMs();
    // What is in force now: the version may be another one when the work ends.
    const tallies = ledgers.map(({ counters }) => counters.current());
    let isOver = false;
    this.#inFlight += 1;
    this.#inFlightUnits += units;
    this.#tellMeter(startedAtMs);
    const begun = meter.begun();
    return (failed) => {
      if (isOver) return;
      isOver = true;
      const endedAtMs = monotonicMs();
      for (const [index, tally] of tallies.entries()) {
        tally.requests += 1;
        if (failed) tally.errors += 1;
        if (endedAtMs - startedAtMs > (ledgers[index]?.slowAfterMs ?? Infinity)) tally.slow += 1;
      }
      if (failed) meter.failed(units, begun, endedAtMs);
      else meter.done(units);
      this.#inFlight -= 1;
      this.#inFlightUnits -= units;
      this.#tellMeter(endedAtMs);
      if (this.#isIdle()) for (const resolve of this.#idle.splice(0)) resolve();
    };
  }

  #tellMeter(nowMs: number): void {
    this.#deps.meter.setLevel(this.#inFlightUnits, this.#queueDepth + this.#line.units, nowMs);
  }

  #isIdle(): boolean {
    return this.#inFlight === 0 && this.#line.pieces === 0;
  }

  /** Once: what calls it wrongly calls it often. */
  #complain(counts: WorkCounts): void {
    if (this.#hasComplained) return;
    this.#hasComplained = true;
    this.#deps.log('warn', 'count() takes whole numbers from 0 to a thousand million: nothing was counted', {
      ...counts,
    });
  }
}

const isCount = (value: number): boolean => Number.isInteger(value) && value >= 0 && value <= countMax;

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
