/** A few seeds of `bench/simulations/assignment.ts`: the direction of its goals, not their last percent. */

import { describe, expect, it } from 'vitest';
import {
  type Conditions,
  troubles,
  usualConditions,
} from '../../../bench/simulations/assignment/conditions.js';
import { simulate } from '../../../bench/simulations/assignment/simulate.js';
import { random, rendezvousHash } from '../../../bench/simulations/assignment/strategies/blind.js';
import { packingOracle } from '../../../bench/simulations/assignment/strategies/oracles.js';
import { veltrixFree, veltrixKeyed } from '../../../bench/simulations/assignment/strategies/veltrix.js';
import type { StrategyKind } from '../../../bench/simulations/assignment/strategy.js';

const seed = 12;
const run = (kind: StrategyKind, change: Partial<Conditions> = {}) =>
  simulate(kind, { ...usualConditions, ...change }, seed);

describe('simulated routing', () => {
  it('waits as long as theory says that it must (M/M/1: ln 2 and ln 100 over 17.5 a second)', () => {
    const { p50Ms, p99Ms } = run(random, { speedSigma: 0 });
    expect(Math.abs(p50Ms / 39.6 - 1)).toBeLessThan(0.06);
    expect(Math.abs(p99Ms / 263.2 - 1)).toBeLessThan(0.1);
  });

  it('comes out the same from the same seed', () => {
    const conditions = { nodes: 10, partitions: 640, trouble: troubles.chaos };
    expect(run(veltrixKeyed, conditions)).toEqual(run(veltrixKeyed, conditions));
  });

  it('loses next to nothing in chaos, where any node will do', () => {
    const { errorPercent, p99Ms } = run(veltrixFree, { trouble: troubles.chaos });
    expect(errorPercent).toBeLessThan(0.15);
    expect(p99Ms).toBeLessThan(400);
  });

  it('loses next to nothing in a crash by key, and moves few keys besides those that must', () => {
    const { errorPercent, peakPercent } = run(veltrixKeyed, { trouble: troubles.crash });
    expect(errorPercent).toBeLessThan(0.2);
    expect(peakPercent).toBeLessThan(1.75 * run(rendezvousHash, { trouble: troubles.crash }).peakPercent);
  });

  it('stays near the packing oracle by key, steady and slowed down', () => {
    const against = (change: Partial<Conditions>) =>
      run(veltrixKeyed, change).p99Ms / run(packingOracle, change).p99Ms;
    expect(against({})).toBeLessThan(1.3);
    expect(against({ trouble: troubles.slow })).toBeLessThan(2);
  });

  it('holds a key hotter than any node, where several may serve it', () => {
    const hot = { zipf: 1.1, ownersMost: 32 };
    expect(run(veltrixKeyed, hot).errorPercent).toBeLessThan(0.1);
    expect(run(rendezvousHash, hot).errorPercent).toBeGreaterThan(10);
  });
});
