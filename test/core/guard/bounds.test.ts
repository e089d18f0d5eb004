import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { namesMaxBytes, nodesMax, withinBounds } from '../../../core/guard/bounds.js';
import type { NodeState } from '../../../core/guard/state.js';
import { seen, Watch } from './fleet.js';

const state = (arrivedAtMs = 0, incarnation = 'life-1'): NodeState => ({
  place: 0,
  incarnation,
  sequence: 1,
  arrivedAtMs,
  previous: [0, 0, 0],
  tested: [0, 0, 0],
  habit: [1, 1],
  counted: false,
  restarts: 0,
  silences: 0,
  silent: false,
});

const named = (count: number, prefix = 'n') =>
  Array.from({ length: count }, (_, index) => `${prefix}-${String(index).padStart(5, '0')}`);
const stateOf = (names: readonly string[], arrivedAtMs = 0) =>
  Object.fromEntries(names.map((name) => [name, state(arrivedAtMs)]));
const seenOf = (names: readonly string[]) => names.map((name) => seen(name, 1));

describe('what the guard of one deployment remembers', () => {
  it('is every node of a fleet that is small enough, those that are not seen any more included', () => {
    const nodes = stateOf(named(nodesMax));
    expect(withinBounds(nodes, seenOf(named(1_000)))).toEqual(nodes);
  });

  it('is the first by name of a larger fleet', () => {
    const names = named(nodesMax + 500);
    const kept = withinBounds(stateOf(names), seenOf(names.toReversed()));
    expect(Object.keys(kept).toSorted()).toEqual(names.slice(0, 2_000));
  });

  it('is those that are there before those that went, and of these the last to go', () => {
    const here = named(1_998, 'z');
    const nodes = {
      ...stateOf(['gone-a'], 10),
      ...stateOf(['gone-b'], 30),
      ...stateOf(['gone-c'], 20),
      ...stateOf(here),
    };
    const kept = Object.keys(withinBounds(nodes, seenOf(here)));
    expect(kept).toHaveLength(2_000);
    expect(kept.filter((name) => name.startsWith('gone')).toSorted()).toEqual(['gone-b', 'gone-c']);
  });

  it('is as many as there is room for, where names are long, in bytes of JSON', () => {
    // 253 characters of three bytes and three digits, quoted, and an incarnation of 8: 772 bytes each.
    const names = Array.from({ length: 300 }, (_, index) => '字'.repeat(253) + String(index + 100));
    expect(Object.keys(withinBounds(stateOf(names), seenOf(names)))).toHaveLength(207);
  });

  it('is the same part of the same fleet, in whatever order it is seen, and never more than there is room for', () => {
    const name = fc.string({ unit: 'binary', minLength: 1, maxLength: 256 });
    fc.assert(
      fc.property(fc.uniqueArray(name, { maxLength: 400 }), (names) => {
        const nodes = stateOf(names);
        const kept = withinBounds(nodes, seenOf(names));
        expect(withinBounds(nodes, seenOf(names.toReversed()))).toEqual(kept);
        expect(withinBounds(kept, seenOf(names))).toEqual(kept);
        expect(Buffer.byteLength(JSON.stringify(Object.keys(kept)))).toBeLessThanOrEqual(
          namesMaxBytes + 2 * names.length,
        );
      }),
      { numRuns: 200 },
    );
  });
});

describe('a fleet that is too large for its guard', () => {
  it('is judged by those that fit, look after look, and the summary says so', () => {
    const watch = new Watch();
    const names = named(2_100);
    for (let minute = 0; minute < 3; minute++) {
      const { summary, state: kept } = watch.look(names.map((name) => seen(name, minute)));
      expect(summary).toMatch(/ \(by 2,000 nodes, a part of the fleet\)$/);
      expect(Object.keys(kept.nodes)).toHaveLength(2_000);
    }
  });
});
