import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createDraw, drawn } from '../../../core/routing/draw.js';
import { createPicking, pick } from '../../../core/routing/pick.js';
import {
  earnRetry,
  fullRetryBudget,
  type RetryBudget,
  spendRetry,
} from '../../../core/routing/retry-budget.js';
import { begin, createStanding, end } from '../../../core/routing/standing.js';
import { chances, countsOf, nodesOf, pickingOf } from './standings.js';

describe('a draw', () => {
  it('is in proportion to the weights', () => {
    const draw = createDraw([1, 0, 3, 6]);
    const random = chances(3);
    const shares = countsOf(() => drawn(draw, random()), 4);
    for (const [index, share] of [0.1, 0, 0.3, 0.6].entries()) expect(shares[index]).toBeCloseTo(share, 1);
    expect(shares[1]).toBe(0);
  });

  it('gives every index the room of its weight, exactly', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 1, maxLength: 12 }), (weights) => {
        const total = weights.reduce((sum, weight) => sum + weight, 0);
        fc.pre(total > 0);
        const { stay, alias } = createDraw(weights);
        const rooms = weights.map(
          (_, index) =>
            Math.min(1, stay[index] ?? 0) +
            [...alias].reduce(
              (sum, to, from) => sum + (to === index && from !== index ? 1 - (stay[from] ?? 0) : 0),
              0,
            ),
        );
        for (const [index, weight] of weights.entries())
          expect(rooms[index]).toBeCloseTo((weight * weights.length) / total, 6);
      }),
      { numRuns: 300 },
    );
  });
});

describe('picking', () => {
  it('shares requests by what nodes can do', () => {
    const picking = pickingOf(nodesOf(10, 30, 60));
    const shares = countsOf(() => pick(picking, 0), 3);
    // Idle: the better of two leans to the strong.
    expect(shares[2]).toBeGreaterThan(0.6);
    expect(shares[0]).toBeLessThan(0.1);
  });

  it('takes the one of two with less in flight for its capacity', () => {
    const picking = pickingOf(nodesOf(50, 50));
    begin(picking.standing, 0);
    const shares = countsOf(() => pick(picking, 0), 2);
    // The first only when it is drawn twice.
    expect(shares[0]).toBeCloseTo(0.25, 1);
  });

  it('leaves nodes aside, down to the last', () => {
    const picking = pickingOf(nodesOf(...Array.from({ length: 200 }, () => 50)));
    for (let node = 0; node < 200; node += 1) {
      if (node !== 123) end(picking.standing, node, { how: 'refused', nowMs: 0 });
    }
    expect(countsOf(() => pick(picking, 0), 200, 100)[123]).toBe(1);
    end(picking.standing, 123, { how: 'refused', nowMs: 0 });
    expect(pick(picking, 499)).toBe(-1);
    expect(pick(picking, 500)).toBeGreaterThanOrEqual(0);
  });

  it('shares requests by what nodes can do where few are left, wherever these stand', () => {
    const picking = pickingOf(nodesOf(...Array.from({ length: 200 }, () => 50)));
    for (let node = 0; node < 200; node += 1)
      if (![10, 11, 199].includes(node)) end(picking.standing, node, { how: 'shed', nowMs: 0 });
    const shares = countsOf(() => pick(picking, 0), 200, 6_000);
    for (const node of [10, 11, 199]) expect(shares[node]).toBeCloseTo(1 / 3, 1);
  });

  it('takes a node that wants no new work only when no other can take it', () => {
    const standing = createStanding(nodesOf(50, 50, 50, 50, 50, 50));
    const wanted = createPicking(
      { ...standing, capacities: Float64Array.of(0, 0, 50, 50, 50, 50) },
      chances(5),
    );
    const picking = { ...wanted, standing };
    for (const node of [2, 3, 4]) end(standing, node, { how: 'shed', nowMs: 0 });
    expect(countsOf(() => pick(picking, 0), 6)[5]).toBe(1);
    end(standing, 5, { how: 'shed', nowMs: 0 });
    const shares = countsOf(() => pick(picking, 0), 6);
    expect([shares[0], shares[1]]).toEqual([expect.closeTo(0.5, 1), expect.closeTo(0.5, 1)]);
    end(standing, 0, { how: 'shed', nowMs: 0 });
    end(standing, 1, { how: 'shed', nowMs: 0 });
    expect(pick(picking, 0)).toBe(-1);
  });

  it('stays in its zone until that has plainly more to do', () => {
    const zones = ['x', 'y', 'y', 'y'].map((zone, index) => ({ node: `n${index}`, zone, capacity: 50 }));
    const picking = pickingOf(zones, 'x');
    expect(countsOf(() => pick(picking, 0), 4)[0]).toBe(1);
    for (let request = 0; request < 10; request += 1) begin(picking.standing, 0);
    expect(countsOf(() => pick(picking, 0), 4)[0]).toBeLessThan(0.1);
    end(picking.standing, 1, { how: 'refused', nowMs: 0 });
    end(picking.standing, 2, { how: 'refused', nowMs: 0 });
    end(picking.standing, 3, { how: 'refused', nowMs: 0 });
    expect(countsOf(() => pick(picking, 0), 4)[0]).toBe(1);
  });

  it('leaves its zone when all of it is aside', () => {
    const picking = pickingOf(
      [
        { node: 'a', zone: 'x', capacity: 50 },
        { node: 'b', zone: 'y', capacity: 50 },
      ],
      'x',
    );
    end(picking.standing, 0, { how: 'timed-out', nowMs: 0 });
    expect(pick(picking, 0)).toBe(1);
  });

  it.each(['nowhere', undefined])('takes any node when its zone (%s) has none', (zone) => {
    const picking = pickingOf(
      [
        { node: 'a', zone: 'x', capacity: 50 },
        { node: 'b', zone: 'y', capacity: 50 },
      ],
      zone,
    );
    expect(Math.min(...countsOf(() => pick(picking, 0), 2))).toBeGreaterThan(0.4);
  });
});

describe('the budget of retries', () => {
  it('is a tenth of the requests, beyond a burst of a hundred', () => {
    let [budget, retries]: [RetryBudget, number] = [fullRetryBudget, 0];
    for (let request = 0; request < 10_000; request += 1) {
      budget = earnRetry(budget);
      const left = spendRetry(budget);
      if (!left) continue;
      budget = left;
      retries += 1;
    }
    expect(retries).toBeGreaterThan(1_090);
    expect(retries).toBeLessThanOrEqual(1_111);
  });

  it('is not saved up beyond the burst', () => {
    expect(earnRetry(fullRetryBudget)).toEqual(fullRetryBudget);
    expect(spendRetry({ tokens: 0.99 })).toBeUndefined();
  });
});
