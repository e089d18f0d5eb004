/** A few seeds of `bench/simulations/rollout-guard.ts`: the direction of its goals, not their last percent. */

import { describe, expect, it } from 'vitest';
import { percentOf, simulate } from '../../../bench/simulations/guard/rollouts.js';
import { type Conditions, usualConditions } from '../../../bench/simulations/guard/world.js';

function rolledBackPercent(conditions: Partial<Conditions>, rollouts: number): number {
  const outcomes = simulate({ conditions: { ...usualConditions, ...conditions }, cell: 1, rollouts });
  return percentOf(outcomes, ({ rolledBackAt }) => rolledBackAt !== undefined);
}

describe('simulated rollouts', () => {
  it.each([3, 6, 12, 40])('that do no harm to %i nodes go on', (nodes) => {
    expect(rolledBackPercent({ nodes }, 40)).toBeLessThanOrEqual(2.5);
  });

  it.each([
    [3, 92],
    [6, 100],
    [12, 100],
    [40, 100],
  ])('that are 10 times worse on %i nodes are caught in %i %%', (nodes, percent) => {
    expect(rolledBackPercent({ nodes, timesWorse: 10 }, 25)).toBeGreaterThanOrEqual(percent);
  });

  it('that are 3 times worse are caught the more often, the more nodes there are', () => {
    const [few, many] = [3, 40].map((nodes) => rolledBackPercent({ nodes, timesWorse: 3 }, 25));
    expect(many).toBe(100);
    expect(few).toBeLessThan(80);
  });

  it.each([
    [
      'restarts, lost reports, churn, swing and drift',
      { restart: 0.01, missing: 0.1, churn: 0.01, swing: 0.5, drift: 0.3 },
    ],
    ['a node that was always worse, first to apply', { sickAlways: 5 }],
    ['a base rate of 5 %', { baseRate: 0.05 }],
  ])('go on in spite of %s', (_, disturbance) => {
    expect(rolledBackPercent(disturbance, 40)).toBeLessThanOrEqual(2.5);
  });

  it('come out the same from the same seed', () => {
    const run = () => simulate({ conditions: { ...usualConditions, timesWorse: 3 }, cell: 9, rollouts: 5 });
    expect(run()).toEqual(run());
  });
});
