/**
 * A node's places, as its own code would keep them: so many pieces of work at once, the others wait in line, up to a bound. What
 * `node.serve` does for the Veltrix side, so that both sides turn work away by the same rule.
 */

import { setTimeout } from 'node:timers/promises';

export class Slots {
  readonly #waiting: (() => void)[] = [];
  readonly #waitingMax: number;
  #free: number;

  constructor(about: { readonly slots: number; readonly waitingMax: number }) {
    this.#free = about.slots;
    this.#waitingMax = about.waitingMax;
  }

  /** @returns what the work returns; `overflow`, with nothing done, when as many wait as may. */
  async run<Result>(work: () => Promise<Result>): Promise<Result | 'overflow'> {
    if (this.#free > 0) this.#free -= 1;
    else if (this.#waiting.length >= this.#waitingMax) return 'overflow';
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await work();
    } finally {
      this.#next();
    }
  }

  /** The place goes to the next in line without being free in between. */
  #next(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#free += 1;
  }
}

/** Work that takes time and no processor. */
export const working = (workMs: number): Promise<void> => setTimeout(workMs);
