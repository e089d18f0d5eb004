/** Draws an index in proportion to weights, in constant time (Walker's alias method, as Vose builds it). */

export interface Draw {
  /** Probability to stay with the column drawn, by column. */
  readonly stay: Float64Array;
  /** Where to go otherwise. */
  readonly alias: Int32Array;
}

/** @param weights at least one of them above 0, none below. */
export function createDraw(weights: ArrayLike<number>): Draw {
  const total = Array.from(weights).reduce((sum, weight) => sum + weight, 0);
  const stay = Float64Array.from(weights, (weight) => (weight * weights.length) / total);
  const alias = Int32Array.from(weights, (_, index) => index);
  const small = [...stay.keys()].filter((index) => (stay[index] ?? 0) < 1);
  const large = [...stay.keys()].filter((index) => (stay[index] ?? 0) >= 1);
  for (;;) {
    const [poor, rich] = [small.pop(), large.pop()];
    if (poor === undefined || rich === undefined) break;
    alias[poor] = rich;
    stay[rich] = (stay[rich] ?? 0) + (stay[poor] ?? 0) - 1;
    if ((stay[rich] ?? 0) < 1) small.push(rich);
    else large.push(rich);
  }
  return { stay, alias };
}

/** @param chance uniform in [0, 1). */
export function drawn({ stay, alias }: Draw, chance: number): number {
  const scaled = chance * stay.length;
  const column = Math.floor(scaled);
  return scaled - column < (stay[column] ?? 1) ? column : (alias[column] ?? column);
}
