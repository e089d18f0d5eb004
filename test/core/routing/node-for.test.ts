import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createRoutes,
  nextOwnerFor,
  nodeFor,
  ownerFor,
  ownerToTryFor,
} from '../../../core/routing/node-for.js';
import { begin, end } from '../../../core/routing/standing.js';
import { countsOf, nodesOf, pickingOf } from './standings.js';

const slots = (...owners: string[][]) => owners.map((each) => ({ owners: each }));
const names = (...nodes: number[]) => nodes.map((node) => `n${node}`);

describe('the node for a partition', () => {
  it('is its owner', () => {
    const routes = createRoutes(pickingOf(nodesOf(50, 50, 50)), slots(names(2), names(0), names(1)));
    expect([0, 1, 2].map((partition) => nodeFor(routes, partition, 0))).toEqual([2, 0, 1]);
  });

  it('is, while its owner is aside, a stand-in on which every router agrees, and the owner again afterwards', () => {
    fc.assert(
      fc.property(fc.integer({ min: 3, max: 40 }), fc.nat(1_000), (nodes, partition) => {
        const owners = Array.from({ length: 1_001 }, () => names(0));
        const [one, other] = [1, 2].map(() =>
          createRoutes(pickingOf(nodesOf(...Array.from({ length: nodes }, () => 50))), slots(...owners)),
        );
        if (!one || !other) throw new Error('two routers');
        for (const { picking } of [one, other]) end(picking.standing, 0, { how: 'refused', nowMs: 0 });
        const standIn = nodeFor(one, partition, 0);
        // One router has seen more traffic than the other: that changes nothing.
        begin(other.picking.standing, standIn);
        expect(standIn).toBeGreaterThan(0);
        expect([nodeFor(one, partition, 400), nodeFor(other, partition, 100)]).toEqual([standIn, standIn]);
        expect([nodeFor(one, partition, 500), ownerFor(one, partition, 499)]).toEqual([0, -1]);
      }),
      { numRuns: 200 },
    );
  });

  it('is spread over many stand-ins, by what they can do', () => {
    const routes = createRoutes(
      pickingOf(nodesOf(50, 20, 20, 60)),
      slots(...Array.from({ length: 3_000 }, () => names(0))),
    );
    end(routes.picking.standing, 0, { how: 'refused', nowMs: 0 });
    const shares = countsOf(
      (
        (partition) => () =>
          nodeFor(routes, partition++, 0)
      )(0),
      4,
      3_000,
    );
    expect(shares[0]).toBe(0);
    expect(shares[1]).toBeCloseTo(0.2, 1);
    expect(shares[3]).toBeCloseTo(0.6, 1);
  });

  it('is the one of several owners with less to do', () => {
    const routes = createRoutes(pickingOf(nodesOf(50, 50, 50)), slots(names(0, 1)));
    expect(Math.min(...countsOf(() => nodeFor(routes, 0, 0), 2))).toBeGreaterThan(0.4);
    begin(routes.picking.standing, 0);
    expect(countsOf(() => nodeFor(routes, 0, 0), 2)[1]).toBe(1);
  });

  it('is the last of several owners that is not aside', () => {
    const routes = createRoutes(pickingOf(nodesOf(50, 50, 50, 50, 50)), slots(names(0, 1, 2, 3)));
    for (const node of [0, 1, 3]) end(routes.picking.standing, node, { how: 'broken', nowMs: 0 });
    expect(countsOf(() => nodeFor(routes, 0, 0), 5, 200)[2]).toBe(1);
    end(routes.picking.standing, 2, { how: 'broken', nowMs: 0 });
    expect([ownerFor(routes, 0, 0), nodeFor(routes, 0, 0)]).toEqual([-1, 4]);
  });

  it('is, for work that nobody else may do, also an owner that is aside: the one with least to do that listens', () => {
    const routes = createRoutes(pickingOf(nodesOf(50, 50, 50, 50)), slots(names(0, 1, 2), []));
    const { standing } = routes.picking;
    for (const node of [0, 1]) end(standing, node, { how: 'broken', nowMs: 0 });
    expect(ownerToTryFor(routes, 0, 0)).toBe(2);
    end(standing, 2, { how: 'refused', nowMs: 0 });
    begin(standing, 0);
    expect([ownerToTryFor(routes, 0, 0), ownerToTryFor(routes, 1, 0)]).toEqual([1, -1]);
    for (const node of [0, 1]) end(standing, node, { how: 'refused', nowMs: 100 });
    expect(ownerToTryFor(routes, 0, 100)).toBe(-1);
  });

  it('comes back in the order in which its owners are tried again', () => {
    const routes = createRoutes(pickingOf(nodesOf(50, 50, 50, 50)), slots(names(0, 1, 2), []));
    for (const [node, nowMs] of [
      [0, 300],
      [1, 100],
      [2, 200],
    ] as const)
      end(routes.picking.standing, node, { how: 'refused', nowMs });
    expect([nextOwnerFor(routes, 0), nextOwnerFor(routes, 1)]).toEqual([1, -1]);
  });

  it('is any for a partition without owners that the router knows, and none when there is nobody', () => {
    const routes = createRoutes(pickingOf(nodesOf(50)), slots([], ['stranger']));
    expect([nodeFor(routes, 0, 0), nodeFor(routes, 1, 0)]).toEqual([0, 0]);
    end(routes.picking.standing, 0, { how: 'refused', nowMs: 0 });
    expect(nodeFor(routes, 1, 0)).toBe(-1);
  });
});
