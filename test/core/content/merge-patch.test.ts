import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../../../core/content/canonical-json.js';
import { mergePatch } from '../../../core/content/merge-patch.js';

/** RFC 7396, appendix A: original, patch, result. */
const examples: readonly (readonly [JsonValue, JsonValue, JsonValue])[] = [
  [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
  [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
  [{ a: 'b' }, { a: null }, {}],
  [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
  [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
  [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
  [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
  [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
  [
    ['a', 'b'],
    ['c', 'd'],
    ['c', 'd'],
  ],
  [{ a: 'b' }, ['c'], ['c']],
  [{ a: 'foo' }, null, null],
  [{ a: 'foo' }, 'bar', 'bar'],
  [{ e: null }, { a: 1 }, { e: null, a: 1 }],
  [[1, 2], { a: 'b', c: null }, { a: 'b' }],
  [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
];

const json = fc.jsonValue() as fc.Arbitrary<JsonValue>;
const map = fc.dictionary(fc.string(), json);

describe('a merge patch', () => {
  it.each(examples)('over %j, %j gives %j', (value, patch, merged) => {
    expect(mergePatch(value, patch)).toEqual(merged);
  });

  it('of nothing changes nothing, applied twice does what once did, and touches neither side', () => {
    fc.assert(
      fc.property(json, map, (value, patch) => {
        const before = JSON.stringify([value, patch]);
        const once = mergePatch(value, patch);
        expect(mergePatch(once, patch)).toEqual(once);
        if (typeof value === 'object' && value !== null && !Array.isArray(value))
          expect(mergePatch(value, {})).toEqual(value);
        expect(JSON.stringify([value, patch])).toBe(before);
      }),
      { numRuns: 300 },
    );
  });

  it('makes a member of "__proto__", never a prototype', () => {
    const merged = mergePatch({}, JSON.parse('{"__proto__":{"admin":true}}') as JsonValue);
    expect(Object.hasOwn(merged as object, '__proto__')).toBe(true);
    expect(Reflect.get(merged as object, 'admin')).toBeUndefined();
  });
});
