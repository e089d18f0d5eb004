/** Some of the seeds of `bench/simulations/ownership.ts`, and the proof that they would find a guard that is missing. */

import { describe, expect, it } from 'vitest';
import { usualConditions } from '../../../bench/simulations/ownership/conditions.js';
import { gapMs, simulate } from '../../../bench/simulations/ownership/simulate.js';
import { broken } from './broken.js';
import { guards, shownBy } from './guards.js';

const seeds = Array.from({ length: 250 }, (_, index) => index + 1);

/** A seed at which something is that must not be; undefined when there is none. */
const found = (run: typeof simulate, first: number): number | undefined =>
  [first, ...seeds].find((seed) => run(seed).violations.length > 0);

describe('histories with pauses, lost and late messages, twins and drifting clocks', () => {
  it('never show two owners at work, epochs that do not grow, or a partition that nobody takes', () => {
    const outcomes = seeds.map((seed) => simulate(seed));
    expect(outcomes.flatMap(({ violations }) => violations)).toEqual([]);
    // They would be empty words if little happened.
    const successions = outcomes.reduce((sum, outcome) => sum + outcome.successions, 0);
    expect(successions).toBeGreaterThan(10 * seeds.length);
  }, 120_000);

  it('come out the same from the same seed', () => {
    expect(simulate(7)).toEqual(simulate(7));
  });

  it('need the fencing token for what a pause has kept back', () => {
    const unfenced = { ...usualConditions, isFenced: false };
    const violations = seeds.slice(0, 80).flatMap((seed) => simulate(seed, unfenced).violations);
    expect(new Set(violations)).toEqual(new Set(['an earlier owner wrote after a later one']));
  }, 120_000);

  it.each(Object.entries(guards))(
    'would show it if this did not hold: %s',
    async (name, breaks) => {
      expect(found(await broken(breaks), shownBy[name] ?? 1)).toBeGreaterThan(0);
    },
    120_000,
  );
});

describe('the end of a node in quiet times', () => {
  const some = seeds.slice(0, 40);

  it('leaves its partitions unserved for silence, a run, a read and a wait at most, when it says nothing', () => {
    const mostMs = 15_000 + 4_000 + 2_000 + 10_405 + 100;
    expect(Math.max(...some.map((seed) => gapMs(seed, 'killed')))).toBeLessThanOrEqual(mostMs);
  });

  it('leaves them unserved for less than a lease when it drains', () => {
    expect(Math.max(...some.map((seed) => gapMs(seed, 'drained')))).toBeLessThan(10_000);
  });
});
