import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  canonicalJson,
  describeValue,
  formatPath,
  type JsonValue,
  problemsAsJson,
} from '../../../core/content/canonical-json.js';

const json = fc.jsonValue({ depthSize: 'medium' }) as fc.Arbitrary<JsonValue>;

/** The same value with the keys of every object in another order. */
function shuffled(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(shuffled);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, item]) => [key, shuffled(item)]),
  );
}

describe('canonicalJson', () => {
  it('writes the example of RFC 8785, section 3.2.3', () => {
    const value = {
      '\u20ac': 'Euro Sign',
      '\r': 'Carriage Return',
      '\ufb33': 'Hebrew Letter Dalet With Dagesh',
      '1': 'One',
      '\ud83d\ude00': 'Emoji: Grinning Face',
      '\u0080': 'Control',
      '\u00f6': 'Latin Small Letter O With Diaeresis',
    };
    expect(Object.values(JSON.parse(canonicalJson(value)))).toHaveLength(7);
    expect([...canonicalJson(value).matchAll(/:"([A-Z][a-z]+)/g)].map((match) => match[1])).toEqual([
      'Carriage',
      'One',
      'Control',
      'Latin',
      'Euro',
      'Emoji',
      'Hebrew',
    ]);
  });

  it('says the same for the same value in any order of keys', () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(canonicalJson(shuffled(value))).toBe(canonicalJson(value));
      }),
    );
  });

  it('loses nothing', () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});

describe('problemsAsJson', () => {
  it('finds nothing in plain JSON', () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(problemsAsJson(value)).toEqual([]);
      }),
    );
  });

  it.each([
    ['a date', { at: new Date(0) }, 'at', 'is a Date, which JSON cannot say'],
    ['infinity', { list: [1, Number.POSITIVE_INFINITY] }, 'list[1]', 'is Infinity, which JSON cannot say'],
    ['not a number', Number.NaN, '', 'is NaN, which JSON cannot say'],
    ['undefined', { a: { b: undefined } }, 'a.b', 'is missing, which JSON cannot say'],
    ['a map', { m: new Map() }, 'm', 'is a Map, which JSON cannot say'],
  ])('names %s', (_, value, path, message) => {
    expect(problemsAsJson(value)).toEqual([{ path, message }]);
  });
});

describe('formatPath', () => {
  it('quotes what is no identifier', () => {
    expect(formatPath(['tiers', 'gold', 'limits', 3, 'per minute', 'x-y'])).toBe(
      'tiers.gold.limits[3]["per minute"].x-y',
    );
  });
});

describe('describeValue', () => {
  it('cuts long text', () => {
    expect(describeValue('x'.repeat(100))).toBe(`"${'x'.repeat(57)}..."`);
  });
});
