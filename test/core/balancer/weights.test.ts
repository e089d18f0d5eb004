import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextWeights, type Weighed } from '../../../core/balancer/weights.js';

const none = new Map<string, number>();
const weights = (nodes: readonly Weighed[], before: ReadonlyMap<string, number> = none) =>
  Object.fromEntries(nextWeights(nodes, before));

const node = (name: string, capacity: number, load: number | undefined = 0.5): Weighed => ({
  node: name,
  capacity,
  load,
});

describe('weights', () => {
  it('follow what nodes can do, of the largest, in steps of 5, and of 1 for small ones', () => {
    expect(weights([node('a', 200), node('b', 100), node('c', 54), node('d', 7), node('e', 0.1)])).toEqual({
      a: 100,
      b: 50,
      c: 25,
      d: 4,
      e: 1,
    });
  });

  it('leave loads within 0.1 of the mean alone, and take 0.8 of what is beyond', () => {
    expect(weights([node('a', 100, 0.6), node('b', 100, 0.41)])).toEqual({ a: 100, b: 100 });
    // The mean is 0.6: a is 0.4 above it, 0.3 beyond the band.
    expect(weights([node('a', 100, 1), node('b', 100, 0.4), node('c', 100, 0.4)])).toEqual({
      a: 75,
      b: 100,
      c: 100,
    });
  });

  it('never fall below a quarter for load alone', () => {
    expect(weights([node('a', 100, 9), node('b', 100, 0), node('c', 100, 0)])).toEqual({
      a: 25,
      b: 100,
      c: 100,
    });
  });

  it('take a node that nobody has measured for neither idle nor busy', () => {
    const unknown = { node: 'new', capacity: 100, load: undefined };
    expect(weights([unknown, node('a', 100, 0.9), node('b', 100, 0.9)])).toEqual({
      new: 100,
      a: 100,
      b: 100,
    });
  });

  it('change by half of the way, and not at all for less than a tenth', () => {
    expect(
      weights(
        [node('a', 100), node('b', 20)],
        new Map([
          ['a', 92],
          ['b', 100],
        ]),
      ),
    ).toEqual({ a: 92, b: 60 });
    expect(weights([node('a', 100)], new Map([['a', 0]]))).toEqual({ a: 50 });
  });
});

const nodesArbitrary = fc.array(
  fc.record({
    capacity: fc.double({ min: 0.01, max: 1e6, noNaN: true }),
    load: fc.option(fc.double({ min: 0, max: 10, noNaN: true }), { nil: undefined }),
    before: fc.option(fc.integer({ min: 0, max: 100 }), { nil: undefined }),
  }),
  { minLength: 1, maxLength: 12 },
);

describe('weights of any fleet', () => {
  const fleetOf = (
    facts: readonly { capacity: number; load: number | undefined; before: number | undefined }[],
  ) => ({
    nodes: facts.map(({ capacity, load }, index) => ({ node: `n${index}`, capacity, load })),
    before: new Map(
      facts.flatMap(({ before }, index) => (before === undefined ? [] : [[`n${index}`, before] as const])),
    ),
  });

  it('are whole numbers from 1 to 100, one for each node', () => {
    fc.assert(
      fc.property(nodesArbitrary, (facts) => {
        const { nodes, before } = fleetOf(facts);
        const next = nextWeights(nodes, before);
        expect([...next.keys()]).toEqual(nodes.map(({ node: name }) => name));
        for (const weight of next.values()) {
          expect(Number.isInteger(weight)).toBe(true);
          expect(weight).toBeGreaterThanOrEqual(1);
          expect(weight).toBeLessThanOrEqual(100);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('come to rest within eight looks where nothing changes, on one way, near where a new balancer would begin', () => {
    fc.assert(
      fc.property(nodesArbitrary, (facts) => {
        const { nodes, before } = fleetOf(facts);
        const wanted = nextWeights(nodes, none);
        let weighed: ReadonlyMap<string, number> = before;
        const ways = new Map<string, number[]>(nodes.map(({ node: name }) => [name, []]));
        for (let looks = 0; looks < 8; looks += 1) {
          weighed = nextWeights(nodes, weighed);
          for (const [name, weight] of weighed) ways.get(name)?.push(weight);
        }
        expect(nextWeights(nodes, weighed)).toEqual(weighed);
        for (const [name, way] of ways) {
          const sorted = way.toSorted((a, b) => a - b);
          expect([sorted, sorted.toReversed()]).toContainEqual(way);
          const [is, should] = [way.at(-1) ?? 0, wanted.get(name) ?? 0];
          expect(Math.abs(is - should)).toBeLessThanOrEqual(Math.max(5, 0.2 * should));
        }
      }),
      { numRuns: 300 },
    );
  });
});
