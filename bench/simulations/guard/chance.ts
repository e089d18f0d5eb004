/** Chance from a seed: the same seed, the same rollout. */

export interface Chance {
  /** Uniform in [0, 1). */
  uniform(): number;
  happens(probability: number): boolean;
  /** Mean 0, variance 1. */
  normal(): number;
  /** A count with this mean, at most `most`. */
  count(mean: number, most: number): number;
}

/** Above this mean a normal approximation is as good. */
const exactMeanMax = 30;

/** Mulberry32: small, fast, and good enough for a simulation. */
export function chanceOf(seed: number): Chance {
  let state = seed >>> 0;
  const uniform = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  const count = (mean: number) =>
    mean > exactMeanMax ? Math.round(mean + Math.sqrt(mean) * normal()) : poisson(mean, uniform);
  return {
    uniform,
    normal,
    happens: (probability) => uniform() < probability,
    count: (mean, most) => Math.min(Math.max(count(mean), 0), most),
  };
}

/** Seeds that do not follow each other's tracks. */
export const seedOf = (cell: number, rollout: number): number =>
  Math.imul(cell + 1, 0x9e3779b1) ^ Math.imul(rollout + 1, 0x85ebca6b);

function poisson(mean: number, uniform: () => number): number {
  const limit = Math.exp(-mean);
  let [drawn, product] = [0, uniform()];
  while (product > limit) {
    drawn += 1;
    product *= uniform();
  }
  return drawn;
}
