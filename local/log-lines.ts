/** The last lines that functions and services wrote, for `GET /_local/logs`: a bounded buffer that can be followed. */

import type { Clock } from './kernel/clock.js';

/** A line is some hundred bytes: a few megabytes in all. */
const keptLines = 10_000;

export interface LogLine {
  /** A function's name, or `local` for this local AWS itself. */
  readonly source: string;
  readonly text: string;
  readonly atMs: number;
}

export class LogLines {
  private lines: LogLine[] = [];
  private readonly followers = new Set<(line: LogLine) => void>();
  private readonly clock: Clock;

  constructor(options: { clock: Clock; onLine: ((line: LogLine) => void) | undefined }) {
    this.clock = options.clock;
    if (options.onLine) this.followers.add(options.onLine);
  }

  /** A line of this local AWS itself. */
  note(text: string): void {
    this.add({ source: 'local', text, atMs: this.clock.now() });
  }

  add(line: LogLine): void {
    this.lines.push(line);
    if (this.lines.length > keptLines * 2) this.lines = this.lines.slice(-keptLines);
    for (const follower of this.followers) follower(line);
  }

  last(count: number = keptLines): readonly LogLine[] {
    return this.lines.slice(-Math.min(count, keptLines));
  }

  /** The last `count` lines, then every further one until `signal` aborts. */
  async *follow(count: number, signal: AbortSignal): AsyncGenerator<LogLine> {
    const waiting = [...this.last(count)];
    let wake: () => void = () => undefined;
    const follower = (line: LogLine) => {
      waiting.push(line);
      wake();
    };
    signal.addEventListener('abort', () => wake(), { once: true });
    this.followers.add(follower);
    try {
      while (!signal.aborted) {
        yield* waiting.splice(0);
        if (waiting.length === 0 && !signal.aborted)
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
      }
    } finally {
      this.followers.delete(follower);
    }
  }
}
