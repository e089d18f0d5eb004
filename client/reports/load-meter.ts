/**
 * How much of the node's capacity is asked for, and what it gets done while it works. Averaged over time rather than sampled: a
 * burst between two looks counts.
 */

import { addPace, loadOf, type Pace, unitsPerSecond, unmeasured } from '../../core/assignment/estimates.js';

/** An average over less than this says little: the window before it is added. */
const windowMinMs = 1000;
/** `core/fleet/node-reports.ts` admits no more. */
const [loadMax, ratesMax] = [1000, 1e9];
/** So many units make a pace: of fewer, chance says more than the node. */
const measuredMinUnits = 20;
/** While more of what ends than this share fails, what ends well may be the light part of it: the pace does not rise. */
const failedShareMax = 0.1;
/** Of the event loop, so much is the process's own: reports, polls, timers. Below, nothing is made of it for the pace. */
const ownLoopShare = 0.05;

export interface LoadMeterDeps {
  /** Work units at once. */
  readonly capacity: number;
  readonly monotonicMs: () => number;
  /** For how long the event loop has been busy, since any instant before. Absent: nothing is known of it. */
  readonly loopBusyMs?: (() => number) | undefined;
}

interface Window {
  startedAtMs: number;
  /** Work units in flight and waiting × milliseconds. */
  areaMs: number;
  /** The node's capacity in use × milliseconds: 1 × 1 while all of it is. */
  busyMs: number;
  offeredUnits: number;
  /** Ended well. */
  doneUnits: number;
  failedUnits: number;
  /** What of `busyMs` was work that failed. */
  failedMs: number;
  /** For how long the event loop was busy. */
  loopMs: number;
}

export class LoadMeter {
  readonly #deps: LoadMeterDeps;
  #inFlight = 0;
  #waiting = 0;
  /** Until when all is accounted for. */
  #atMs: number;
  /** Busy time that one work unit in flight had its part of, since the meter began. */
  #partMs = 0;
  #partAtWindowMs = 0;
  /** What the event loop said last. */
  #loopMs: number;
  #window: Window;
  #before: Window | undefined;
  #pace: Pace = unmeasured;
  #measuredUnits = 0;

  constructor(deps: LoadMeterDeps) {
    this.#deps = deps;
    const nowMs = deps.monotonicMs();
    this.#atMs = nowMs;
    this.#loopMs = deps.loopBusyMs?.() ?? 0;
    this.#window = windowFrom(nowMs);
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

  /** Work that ended well. */
  done(units: number): void {
    this.#window.doneUnits += units;
  }

  /** When work begins: what `failed` asks for. Right after `setLevel`. */
  begun(): number {
    return this.#partMs;
  }

  /** Work that failed: how quickly says nothing of what the node can do. Before it is taken out of the level. */
  failed(units: number, begun: number, nowMs: number): void {
    this.#account(nowMs);
    this.#window.failedUnits += units;
    this.#window.failedMs += units * (this.#partMs - Math.max(begun, this.#partAtWindowMs));
  }

  /**
   * 0 idle … 1 at capacity: the greatest of the share of the capacity that was in use, of the event loop that was busy, and what was
   * offered and what waits by what the node can do. Before that is measured, what was in flight and waiting by the capacity, and
   * what failed as if each unit took a second.
   */
  load(): number {
    this.#look();
    const wide = this.#wide();
    const windowMs = this.#atMs - wide.startedAtMs;
    const { capacity } = this.#deps;
    if (windowMs <= 0) return Math.min(loadMax, (this.#inFlight + this.#waiting) / capacity);
    const offered = { offered: wide.offeredUnits, windowMs, waiting: this.#waiting };
    const work = this.#isMeasured()
      ? Math.max(wide.busyMs / windowMs, loadOf(this.#paceNow(), offered))
      : Math.max(wide.areaMs, 1000 * wide.failedUnits) / windowMs / capacity;
    // Two clocks, one of them asked a moment later: never more than all of the time.
    return Math.min(loadMax, Math.max(work, Math.min(1, wide.loopMs / windowMs)));
  }

  /** Work units a second that the node can do, as measured, and no more than a report may say; undefined until enough was. */
  unitsPerSecond(): number | undefined {
    this.#look();
    return this.#isMeasured() ? Math.min(ratesMax, unitsPerSecond(this.#paceNow())) : undefined;
  }

  /** Begins the next window. */
  nextWindow(): void {
    this.#look();
    const pace = this.#paceNow();
    if (pace !== this.#pace) this.#measuredUnits += this.#window.doneUnits;
    this.#pace = pace;
    this.#before = this.#window;
    this.#partAtWindowMs = this.#partMs;
    this.#window = windowFrom(this.#atMs);
  }

  #isMeasured(): boolean {
    return this.#measuredUnits + this.#window.doneUnits >= measuredMinUnits && this.#paceNow().busyMs > 0;
  }

  /**
   * With what ended well, and how long the node was busy with it: by its capacity, or by its event loop. While much fails it may fall,
   * and not rise: from nothing it would rise to anything.
   */
  #paceNow(): Pace {
    const { startedAtMs, busyMs, failedMs, loopMs, doneUnits, failedUnits } = this.#window;
    const windowMs = this.#atMs - startedAtMs;
    const share = doneUnits / (doneUnits + failedUnits);
    const loopWorkMs = Math.max(0, Math.min(loopMs, windowMs) - ownLoopShare * windowMs) / (1 - ownLoopShare);
    const done = { units: doneUnits, busyMs: Math.max(busyMs - failedMs, loopWorkMs * share) };
    const pace = addPace(this.#pace, done);
    const isFailing = share < 1 - failedShareMax;
    return isFailing && !(unitsPerSecond(pace) < unitsPerSecond(this.#pace)) ? this.#pace : pace;
  }

  /** The window, with the one before while it is too short to say anything. */
  #wide(): Window {
    const before = this.#atMs - this.#window.startedAtMs < windowMinMs ? this.#before : undefined;
    return before ? joined(before, this.#window) : this.#window;
  }

  /** Not at each piece of work: it takes a quarter of a microsecond. */
  #look(): void {
    const { monotonicMs, loopBusyMs } = this.#deps;
    this.#account(monotonicMs());
    const loopMs = loopBusyMs?.() ?? 0;
    this.#window.loopMs += loopMs - this.#loopMs;
    this.#loopMs = loopMs;
  }

  #account(nowMs: number): void {
    const durationMs = nowMs - this.#atMs;
    const busyMs = Math.min(1, this.#inFlight / this.#deps.capacity) * durationMs;
    this.#window.areaMs += (this.#inFlight + this.#waiting) * durationMs;
    this.#window.busyMs += busyMs;
    if (this.#inFlight > 0) this.#partMs += busyMs / this.#inFlight;
    this.#atMs = nowMs;
  }
}

const windowFrom = (startedAtMs: number): Window => ({
  startedAtMs,
  areaMs: 0,
  busyMs: 0,
  offeredUnits: 0,
  doneUnits: 0,
  failedUnits: 0,
  failedMs: 0,
  loopMs: 0,
});

function joined(before: Window, window: Window): Window {
  const sum = { ...window };
  for (const key of Object.keys(sum) as (keyof Window)[]) sum[key] += before[key];
  return { ...sum, startedAtMs: before.startedAtMs };
}
