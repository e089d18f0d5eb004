/** Which nodes report: the usual way to find out who is there. */

import type { Report, World } from '../strategy.js';

/** Silence for three reports and this is a death. */
const graceMs = 2_000;
/** How often one looks. */
const lookMs = 500;

export class LiveNodes {
  readonly #arrivedAtMs: Float64Array;
  readonly #deadAfterMs: number;
  #nodes: readonly number[];
  #lookedAtMs = Number.NEGATIVE_INFINITY;

  constructor({ conditions }: World) {
    this.#deadAfterMs = 3 * conditions.reportMs + graceMs;
    this.#arrivedAtMs = new Float64Array(conditions.nodes);
    this.#nodes = [...this.#arrivedAtMs.keys()];
  }

  /** The same array while nothing has changed. */
  at(nowMs: number): readonly number[] {
    if (nowMs - this.#lookedAtMs < lookMs) return this.#nodes;
    this.#lookedAtMs = nowMs;
    const nodes = [...this.#arrivedAtMs.keys()].filter(
      (node) => nowMs - (this.#arrivedAtMs[node] ?? 0) <= this.#deadAfterMs,
    );
    const isSame = nodes.length === this.#nodes.length && nodes.every((node, at) => node === this.#nodes[at]);
    if (!isSame) this.#nodes = nodes;
    return this.#nodes;
  }

  readonly hooks = {
    reported: ({ node, arrivedAtMs }: Pick<Report, 'node' | 'arrivedAtMs'>): void => {
      this.#arrivedAtMs[node] = arrivedAtMs;
    },
  };
}
