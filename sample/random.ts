/** Chance that can be repeated. */

/** A number from 0 up to, but not including, 1. */
export type Random = () => number;

/** 32-bit xorshift (Marsaglia, "Xorshift RNGs", 2003): the same seed gives the same numbers. Not for secrets. */
export function seededRandom(seed: number): Random {
  // Neighbouring seeds are spread apart, and zero, which xorshift never leaves, is avoided.
  let state = Math.imul(seed + 1, 0x9e3779b1) | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
