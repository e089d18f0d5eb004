import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diffJson } from '../../../control/values/json-diff.js';
import { canonicalJson, type JsonValue } from '../../../core/content/canonical-json.js';

describe('diffJson', () => {
  it.each<[string, JsonValue, JsonValue, object[]]>([
    ['nothing for equal values', { a: [1, { b: 2 }] }, { a: [1, { b: 2 }] }, []],
    ['nothing for another order of keys', { a: 1, b: 2 }, { b: 2, a: 1 }, []],
    ['a value', { a: 1 }, { a: 2 }, [{ path: 'a', before: 1, after: 2 }]],
    [
      'a value below',
      { t: { g: { q: 1 } } },
      { t: { g: { q: 2 } } },
      [{ path: 't.g.q', before: 1, after: 2 }],
    ],
    ['what was added', { a: 1 }, { a: 1, b: null }, [{ path: 'b', after: null }]],
    ['what was removed', { a: 1, b: 2 }, { b: 2 }, [{ path: 'a', before: 1 }]],
    [
      'another type as one change',
      { a: { b: 1 } },
      { a: [1] },
      [{ path: 'a', before: { b: 1 }, after: [1] }],
    ],
    [
      'a list of plain values as one',
      { a: [1, 2] },
      { a: [0, 1, 2] },
      [{ path: 'a', before: [1, 2], after: [0, 1, 2] }],
    ],
    [
      'an item by its id, wherever it stands',
      {
        hunts: [
          { id: 'x', n: 1 },
          { id: 'y', n: 1 },
        ],
      },
      {
        hunts: [
          { id: 'new', n: 1 },
          { id: 'x', n: 2 },
          { id: 'y', n: 1 },
        ],
      },
      [
        { path: 'hunts.x.n', before: 1, after: 2 },
        { path: 'hunts.new', after: { id: 'new', n: 1 } },
      ],
    ],
    [
      'another order of named items',
      { tiers: [{ name: 'a' }, { name: 'b' }] },
      { tiers: [{ name: 'b' }, { name: 'a' }] },
      [{ path: 'tiers', before: ['a', 'b'], after: ['b', 'a'] }],
    ],
    [
      'items without names by their places',
      { l: [{ n: 1 }, { n: 2 }] },
      { l: [{ n: 1 }, { n: 3 }] },
      [{ path: 'l[1].n', before: 2, after: 3 }],
    ],
    [
      'items whose names repeat by their places',
      [
        { id: 'a', n: 1 },
        { id: 'a', n: 2 },
      ],
      [
        { id: 'a', n: 1 },
        { id: 'a', n: 3 },
      ],
      [{ path: '[1].n', before: 2, after: 3 }],
    ],
  ])('tells %s', (_name, before, after, changes) => {
    expect(diffJson(before, after)).toEqual(changes);
  });

  it('tells a first value as a whole', () => {
    expect(diffJson(undefined, { a: 1 })).toEqual([{ path: '', after: { a: 1 } }]);
  });

  it('is empty exactly when two values are the same JSON', () => {
    const value = fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<JsonValue>;
    fc.assert(
      fc.property(value, value, (a, b) => {
        expect(diffJson(a, structuredClone(a))).toEqual([]);
        expect(diffJson(a, b).length === 0).toBe(canonicalJson(a) === canonicalJson(b));
      }),
    );
  });

  it('holds for lists of named items too', () => {
    const item = fc.record({ id: fc.constantFrom('a', 'b', '1', '__proto__'), n: fc.nat(2) });
    const list = fc.array(item, { maxLength: 4 });
    fc.assert(
      fc.property(list, list, (a, b) => {
        expect(diffJson(a, b).length === 0).toBe(canonicalJson(a) === canonicalJson(b));
      }),
    );
  });
});
