/** Counts how requests ended. */

import { quantile } from '../../figures.js';
import type { KindOutcome, Outcome } from './plan.js';

/** One request that counts. */
export interface Ended {
  readonly kind: string;
  /** From when it was due. */
  readonly tookMs: number;
  /** `answered`, or why it failed. */
  readonly how: string;
}

export class Tally {
  readonly #ended: Ended[] = [];
  readonly #lateMs: number[] = [];

  sent(lateMs: number): void {
    this.#lateMs.push(lateMs);
  }

  ended(ended: Ended): void {
    this.#ended.push(ended);
  }

  outcome(): Outcome {
    const kinds = [...new Set(this.#ended.map(({ kind }) => kind))].toSorted();
    const failures: Record<string, number> = {};
    for (const { how } of this.#ended) if (how !== 'answered') failures[how] = (failures[how] ?? 0) + 1;
    return {
      all: figuresOf(this.#ended),
      byKind: Object.fromEntries(
        kinds.map((name) => [name, figuresOf(this.#ended.filter(({ kind }) => kind === name))]),
      ),
      failures,
      lateMs: this.#lateMs.length === 0 ? 0 : quantile(this.#lateMs, 0.99),
    };
  }
}

function figuresOf(ended: readonly Ended[]): KindOutcome {
  const tookMs = ended.filter(({ how }) => how === 'answered').map((request) => request.tookMs);
  const at = (share: number) => (tookMs.length === 0 ? null : quantile(tookMs, share));
  return { sent: ended.length, answered: tookMs.length, p50Ms: at(0.5), p99Ms: at(0.99) };
}
