/**
 * Time, as the local AWS sees it. Everything that waits, waits on a `Clock`, so a test can drive hours in milliseconds.
 * One clock serves a whole local AWS.
 */

export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /**
   * Runs `run` once, `delayMs` from now (0 or less: at the next turn). Returns a function that cancels it. A pending
   * timer never keeps the process alive.
   */
  after(delayMs: number, run: () => void): () => void;
}

/** Resolves `delayMs` from now on the given clock. */
export function sleep(clock: Clock, delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    clock.after(delayMs, resolve);
  });
}

/** The machine's own clock. */
export const realClock: Clock = {
  now: () => Date.now(),
  after(delayMs, run) {
    const timer = setTimeout(run, Math.max(0, delayMs));
    timer.unref();
    return () => clearTimeout(timer);
  },
};

interface Pending {
  readonly atMs: number;
  readonly order: number;
  readonly run: () => void;
}

/** A clock that stands still until `advance` moves it. It shows whole milliseconds, as the machine's does. */
export class ManualClock implements Clock {
  private currentMs: number;
  private order = 0;
  private readonly pending = new Set<Pending>();

  constructor(startMs: number = Date.UTC(2026, 0, 1)) {
    this.currentMs = startMs;
  }

  now(): number {
    return this.currentMs;
  }

  after(delayMs: number, run: () => void): () => void {
    const entry = { atMs: this.currentMs + Math.max(0, Math.ceil(delayMs)), order: this.order++, run };
    this.pending.add(entry);
    return () => this.pending.delete(entry);
  }

  /**
   * Moves time forward by `durationMs`, running each due timer at its own instant, in order. Before each timer and at the
   * end it waits until work has `settled`, so that what one timer started is over, and may have set the next. Default: until
   * callbacks that are queued already have run; for work on sockets, pass what knows of it (`LocalAws.settled`).
   */
  async advance(durationMs: number, settled: () => Promise<void> = turns): Promise<void> {
    const endMs = this.currentMs + durationMs;
    for (;;) {
      await settled();
      const next = this.earliest();
      if (!next || next.atMs > endMs) break;
      this.pending.delete(next);
      this.currentMs = Math.max(this.currentMs, next.atMs);
      next.run();
    }
    this.currentMs = endMs;
    await settled();
  }

  private earliest(): Pending | undefined {
    let first: Pending | undefined;
    for (const entry of this.pending) {
      if (!first || entry.atMs < first.atMs || (entry.atMs === first.atMs && entry.order < first.order))
        first = entry;
    }
    return first;
  }
}

/** Lets promises and already queued callbacks run. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
}
