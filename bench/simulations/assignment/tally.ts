/** What became of the requests of one run. */

import type { Conditions } from './conditions.js';

/** Why a request failed: no node to ask, nobody there, too much to do there, or lost with its node. */
export type Failure = 'nobody' | 'refused' | 'shed' | 'lost';

export interface Figures {
  readonly requests: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly errorPercent: number;
  readonly failures: Readonly<Record<Failure, number>>;
  /** Requests whose key was last served by another node, percent of those whose key was served before. */
  readonly breakPercent: number;
  /** The worst second of it. */
  readonly peakPercent: number;
  readonly movesPerMinute: number;
}

export class Tally {
  readonly #warmUpMs: number;
  readonly #durationMs: number;
  readonly #latencies: Float64Array;
  #answered = 0;
  readonly #failures: Record<Failure, number> = { nobody: 0, refused: 0, shed: 0, lost: 0 };
  readonly #lastNode: Int32Array;
  /** By second: requests accepted whose key was served before, and those of them that another node served. */
  readonly #accepted: Int32Array;
  readonly #broken: Int32Array;

  constructor({ warmUpMs, durationMs, keys }: Conditions, requests: number) {
    this.#warmUpMs = warmUpMs;
    this.#durationMs = durationMs;
    this.#latencies = new Float64Array(requests);
    this.#lastNode = new Int32Array(keys).fill(-1);
    this.#accepted = new Int32Array(Math.ceil(durationMs / 1_000) + 1);
    this.#broken = new Int32Array(Math.ceil(durationMs / 1_000) + 1);
  }

  accepted({ key, node }: { readonly key: number; readonly node: number }, nowMs: number): void {
    const last = this.#lastNode[key] ?? -1;
    this.#lastNode[key] = node;
    if (nowMs < this.#warmUpMs) return;
    if (last < 0) return;
    const second = Math.floor(nowMs / 1_000);
    this.#accepted[second] = (this.#accepted[second] ?? 0) + 1;
    if (last !== node) this.#broken[second] = (this.#broken[second] ?? 0) + 1;
  }

  answered(arrivedAtMs: number, nowMs: number): void {
    if (arrivedAtMs < this.#warmUpMs) return;
    this.#latencies[this.#answered] = nowMs - arrivedAtMs;
    this.#answered += 1;
  }

  failed(arrivedAtMs: number, why: Failure): void {
    if (arrivedAtMs >= this.#warmUpMs) this.#failures[why] += 1;
  }

  /** @param moves partitions that changed owner in the whole run. */
  figures(moves: number): Figures {
    const sorted = this.#latencies.slice(0, this.#answered).sort();
    const failed = Object.values(this.#failures).reduce((sum, count) => sum + count, 0);
    const requests = this.#answered + failed;
    const shares = [...this.#accepted].map((accepted, second) => share(this.#broken[second] ?? 0, accepted));
    return {
      requests,
      p50Ms: at(sorted, 0.5),
      p99Ms: at(sorted, 0.99),
      errorPercent: share(failed, requests),
      failures: { ...this.#failures },
      breakPercent: share(sumOf(this.#broken), sumOf(this.#accepted)),
      peakPercent: Math.max(...shares),
      movesPerMinute: (60_000 * moves) / (this.#durationMs - this.#warmUpMs),
    };
  }
}

const share = (part: number, whole: number): number => (whole === 0 ? 0 : (100 * part) / whole);
const at = (sorted: Float64Array, part: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? 0;
const sumOf = (counts: Int32Array): number => counts.reduce((sum, count) => sum + count, 0);

/** The mean of the same figure over some runs. */
export const meanOf = (runs: readonly Figures[], figure: (run: Figures) => number): number =>
  runs.reduce((sum, run) => sum + figure(run), 0) / runs.length;
