/** How much of the node's capacity is asked for, averaged over time rather than sampled: a burst between two looks counts. */

/** An average over less than this says little: the window before it is added. */
const windowMinMs = 1000;
/** `core/fleet/node-reports.ts` admits no more. */
const loadMax = 1000;

interface Window {
  /** Work units × milliseconds. */
  areaMs: number;
  readonly startedAtMs: number;
}

export class LoadMeter {
  readonly #capacity: number;
  readonly #monotonicMs: () => number;
  #level = 0;
  #levelSinceMs: number;
  #window: Window;
  #before: Window | undefined;

  constructor(capacity: number, monotonicMs: () => number) {
    this.#capacity = capacity;
    this.#monotonicMs = monotonicMs;
    this.#levelSinceMs = monotonicMs();
    this.#window = { areaMs: 0, startedAtMs: this.#levelSinceMs };
  }

  /** Work units in flight and queued, from `nowMs` on: this moment, on the meter's own clock. */
  setLevel(level: number, nowMs: number): void {
    this.#account(nowMs);
    this.#level = level;
  }

  /** 0 idle … 1 at capacity, on average since the window began. */
  load(): number {
    this.#account(this.#monotonicMs());
    const durationMs = this.#levelSinceMs - this.#window.startedAtMs;
    const wide = durationMs >= windowMinMs ? undefined : this.#before;
    const areaMs = this.#window.areaMs + (wide?.areaMs ?? 0);
    const totalMs = this.#levelSinceMs - (wide ?? this.#window).startedAtMs;
    const level = totalMs > 0 ? areaMs / totalMs : this.#level;
    return Math.min(loadMax, level / this.#capacity);
  }

  /** Begins the next window. */
  nextWindow(): void {
    this.#account(this.#monotonicMs());
    this.#before = this.#window;
    this.#window = { areaMs: 0, startedAtMs: this.#levelSinceMs };
  }

  #account(nowMs: number): void {
    this.#window.areaMs += this.#level * (nowMs - this.#levelSinceMs);
    this.#levelSinceMs = nowMs;
  }
}
