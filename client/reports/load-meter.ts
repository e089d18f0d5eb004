/**
 * How much of the node's capacity is asked for, and what it gets done while it works. Averaged over time rather than sampled: a
 * burst between two looks counts.
 */

import { addPace, loadOf, type Pace, unitsPerSecond, unmeasured } from '../../core/assignment/estimates.js';

/** An average over less than this says little: the window before it is added. */
const windowMinMs = 1000;
/** `core/fleet/node-reports.ts` admits no more. */
const loadMax = 1000;
/** So many units make a pace: of fewer, chance says more than the node. */
const measuredMinUnits = 20;

interface Window {
  readonly startedAtMs: number;
  /** Work units in flight and waiting × milliseconds. */
  areaMs: number;
  /** The node's capacity in use × milliseconds: 1 × 1 while all of it is. */
  busyMs: number;
  offeredUnits: number;
  doneUnits: number;
}

export class LoadMeter {
  readonly #capacity: number;
  readonly #monotonicMs: () => number;
  #inFlight = 0;
  #waiting = 0;
  #levelSinceMs: number;
  #window: Window;
  #before: Window | undefined;
  #pace: Pace = unmeasured;
  #measuredUnits = 0;

  constructor(capacity: number, monotonicMs: () => number) {
    this.#capacity = capacity;
    this.#monotonicMs = monotonicMs;
    this.#levelSinceMs = monotonicMs();
    this.#window = windowFrom(this.#levelSinceMs);
  }

  /** Work units in flight and waiting from `nowMs` on: this moment, on the meter's own clock. */
  setLevel(inFlight: number, waiting: number, nowMs: number): void {
    this.#account(nowMs);
    this.#inFlight = inFlight;
    this.#waiting = waiting;
  }

  /** Work that came, whether it will be done or turned away. */
  offered(units: number): void {
    this.#window.offeredUnits += units;
  }

  done(units: number): void {
    this.#window.doneUnits += units;
    this.#measuredUnits += units;
  }

  /**
   * 0 idle … 1 at capacity: the greater of the share of the capacity that was in use, and what was offered and what waits by what
   * the node can do. Before that is measured, what was in flight and waiting by the capacity.
   */
  load(): number {
    this.#account(this.#monotonicMs());
    const { areaMs, busyMs, offeredUnits, startedAtMs } = this.#wide();
    const windowMs = this.#levelSinceMs - startedAtMs;
    const level = this.#inFlight + this.#waiting;
    if (windowMs <= 0) return Math.min(loadMax, level / this.#capacity);
    if (!this.#isMeasured()) return Math.min(loadMax, areaMs / windowMs / this.#capacity);
    const offered = { offered: offeredUnits, windowMs, waiting: this.#waiting };
    return Math.min(loadMax, Math.max(busyMs / windowMs, loadOf(this.#paceNow(), offered)));
  }

  /** Work units a second that the node can do, as measured; undefined until enough was. */
  unitsPerSecond(): number | undefined {
    this.#account(this.#monotonicMs());
    return this.#isMeasured() ? unitsPerSecond(this.#paceNow()) : undefined;
  }

  /** Begins the next window. */
  nextWindow(): void {
    this.#account(this.#monotonicMs());
    this.#pace = this.#paceNow();
    this.#before = this.#window;
    this.#window = windowFrom(this.#levelSinceMs);
  }

  #isMeasured(): boolean {
    return this.#measuredUnits >= measuredMinUnits && this.#paceNow().busyMs > 0;
  }

  #paceNow(): Pace {
    const { doneUnits, busyMs } = this.#window;
    return addPace(this.#pace, { units: doneUnits, busyMs });
  }

  /** The window, with the one before while it is too short to say anything. */
  #wide(): Window {
    const { startedAtMs, areaMs, busyMs, offeredUnits, doneUnits } = this.#window;
    const before = this.#levelSinceMs - startedAtMs < windowMinMs ? this.#before : undefined;
    if (!before) return this.#window;
    return {
      startedAtMs: before.startedAtMs,
      areaMs: areaMs + before.areaMs,
      busyMs: busyMs + before.busyMs,
      offeredUnits: offeredUnits + before.offeredUnits,
      doneUnits: doneUnits + before.doneUnits,
    };
  }

  #account(nowMs: number): void {
    const durationMs = nowMs - this.#levelSinceMs;
    this.#window.areaMs += (this.#inFlight + this.#waiting) * durationMs;
    this.#window.busyMs += Math.min(1, this.#inFlight / this.#capacity) * durationMs;
    this.#levelSinceMs = nowMs;
  }
}

const windowFrom = (startedAtMs: number): Window => ({
  startedAtMs,
  areaMs: 0,
  busyMs: 0,
  offeredUnits: 0,
  doneUnits: 0,
});
