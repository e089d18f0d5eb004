/** A node's monotonic clock: an origin of its own, too fast or too slow, and corrected now and then, as far as the rule allows. */

import { clockDriftMaxPpm, clockSlewMaxMs } from '../../../core/ownership/lease.js';
import type { Chance } from '../guard/chance.js';
import { pick } from './conditions.js';

/** Corrections come so far apart that no lease and margin hold more than one whole. */
const [correctionEveryMs, correctionLastsMs] = [13_000, 2_400];

export class DriftingClock {
  /** Where its pace changes: real and own instants, both rising. */
  readonly #real: number[] = [];
  readonly #own: number[] = [];

  constructor(chance: Chance, untilMs: number) {
    const rate = 1 + (pick(chance, [-1, 1]) ?? 0) * (clockDriftMaxPpm / 1_000_000);
    let [real, own] = [-correctionEveryMs * chance.uniform(), 1_000_000 * chance.uniform()];
    while (real < 2 * untilMs) {
      this.#knot(real, own);
      const corrected = (pick(chance, [-1, 1]) ?? 0) * clockSlewMaxMs;
      this.#knot(real + correctionLastsMs, own + rate * correctionLastsMs + corrected);
      real += correctionEveryMs;
      own += rate * correctionEveryMs + corrected;
    }
    this.#knot(real, own);
  }

  ownMs(realMs: number): number {
    return between(realMs, this.#real, this.#own);
  }

  realMs(ownMs: number): number {
    return between(ownMs, this.#own, this.#real);
  }

  #knot(real: number, own: number): void {
    this.#real.push(real);
    this.#own.push(own);
  }
}

function between(value: number, from: readonly number[], to: readonly number[]): number {
  let [low, high] = [0, from.length - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((from[middle] as number) <= value) low = middle;
    else high = middle;
  }
  const [x0, x1] = [from[low] as number, from[low + 1] as number];
  const [y0, y1] = [to[low] as number, to[low + 1] as number];
  return y0 + ((value - x0) / (x1 - x0)) * (y1 - y0);
}
