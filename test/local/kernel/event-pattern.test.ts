import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PatternError, parsePattern } from '../../../local/kernel/event-pattern.js';

const fits = (pattern: unknown, event: unknown): boolean => parsePattern(JSON.stringify(pattern))(event);

describe('an event pattern', () => {
  it.each<[string, unknown, unknown, boolean]>([
    ['a value of the list', { state: ['on', 'off'] }, { state: 'off', other: 1 }, true],
    ['no value of the list', { state: ['on'] }, { state: 'On' }, false],
    ['a number for a text', { n: [1] }, { n: '1' }, false],
    ['null', { n: [null] }, { n: null }, true],
    ['nothing for null', { n: [null] }, {}, false],
    ['false', { n: [false] }, { n: false }, true],
    ['every member, deep inside', { a: { b: ['x'], c: [1] } }, { a: { b: 'x', c: 1 } }, true],
    ['one member of two', { a: { b: ['x'], c: [1] } }, { a: { b: 'x', c: 2 } }, false],
    ['an element of a list', { a: ['x'] }, { a: ['w', 'x'] }, true],
    ['no element of a list', { a: ['x'] }, { a: ['w'] }, false],
    ['one object of a list', { a: { b: ['x'], c: [1] } }, { a: [{ b: 'x', c: 1 }, {}] }, true],
    ['members of two objects of a list', { a: { b: ['x'], c: [1] } }, { a: [{ b: 'x' }, { c: 1 }] }, false],
    ['a prefix', { a: [{ prefix: 'ab' }] }, { a: 'abc' }, true],
    ['another prefix', { a: [{ prefix: 'ab' }] }, { a: 'bab' }, false],
    ['a suffix', { a: [{ suffix: 'bc' }] }, { a: 'abc' }, true],
    ['another suffix', { a: [{ suffix: 'bc' }] }, { a: 'bca' }, false],
    ['other case', { a: [{ 'equals-ignore-case': 'aB' }] }, { a: 'Ab' }, true],
    ['anything but a text', { a: [{ 'anything-but': 'x' }] }, { a: 'y' }, true],
    ['that text', { a: [{ 'anything-but': 'x' }] }, { a: 'x' }, false],
    ['one of the texts', { a: [{ 'anything-but': ['x', 'y'] }] }, { a: 'y' }, false],
    ['nothing at all', { a: [{ 'anything-but': ['x'] }] }, {}, false],
    ['anything but a prefix', { a: [{ 'anything-but': { prefix: 'ab' } }] }, { a: 'abc' }, false],
    ['a number equal to', { a: [{ numeric: ['=', 5] }] }, { a: 5 }, true],
    ['a number in a range', { a: [{ numeric: ['>', 0, '<=', 5] }] }, { a: 5 }, true],
    ['a number above a range', { a: [{ numeric: ['>', 0, '<=', 5] }] }, { a: 5.1 }, false],
    ['a number below a range', { a: [{ numeric: ['>', 0, '<=', 5] }] }, { a: 0 }, false],
    ['a bound that is within', { a: [{ numeric: ['>=', 0, '<', 5] }] }, { a: 0 }, true],
    ['a bound that is not', { a: [{ numeric: ['>=', 0, '<', 5] }] }, { a: 5 }, false],
    ['a text that reads as a number', { a: [{ numeric: ['=', 5] }] }, { a: '5' }, false],
    ['a member that is there', { a: [{ exists: true }] }, { a: null }, true],
    ['an object is no leaf', { a: [{ exists: true }] }, { a: {} }, false],
    ['a member that is not there', { a: [{ exists: false }] }, { b: 1 }, true],
    ['a parent that is not there', { a: { b: [{ exists: false }] } }, {}, true],
    ['a member that should not be there', { a: [{ exists: false }] }, { a: 1 }, false],
    ['a value or an operator', { a: [1, { prefix: 'x' }] }, { a: 'xy' }, true],
    ['one alternative', { $or: [{ a: [1] }, { b: [2] }] }, { b: 2 }, true],
    ['no alternative', { c: [3], $or: [{ a: [1] }, { b: [2] }] }, { c: 3 }, false],
    ['an alternative without the rest', { c: [3], $or: [{ a: [1] }, { b: [2] }] }, { a: 1 }, false],
    ['a member of Object.prototype', { constructor: [{ exists: true }] }, {}, false],
    ['no object', { a: [1] }, 'a', false],
  ])('meets %s', (_, pattern, event, expected) => {
    expect(fits(pattern, event)).toBe(expected);
  });

  it.each<[string, unknown, string]>([
    ['no JSON', undefined, 'expected JSON text'],
    ['nothing', {}, 'at least one member'],
    ['a list', [], 'expected a JSON object'],
    ['a bare value', { detail: { a: 'x' } }, 'detail.a: expected a list of values'],
    ['an empty list', { a: [] }, 'a: expected at least one value'],
    ['an empty object', { a: {} }, 'a: expected a list of values'],
    ['a list in a list', { a: [['x']] }, 'a: expected texts'],
    [
      'an unknown operator',
      { detail: { a: [{ wildcard: '*' }] } },
      "detail.a: 'wildcard' is no operator here",
    ],
    ['an operator of Object.prototype', { a: [{ toString: 'x' }] }, "'toString' is no operator here"],
    [
      'two operators at once',
      { a: [{ prefix: 'x', suffix: 'y' }] },
      'expected one operator, got prefix, suffix',
    ],
    ['a prefix that is no text', { a: [{ prefix: 1 }] }, 'a.prefix: expected a text'],
    ['an unknown comparison', { a: [{ numeric: ['!=', 1] }] }, 'a.numeric: expected comparisons'],
    ['a bound that is no number', { a: [{ numeric: ['>', '1'] }] }, 'a.numeric: expected comparisons'],
    ['three comparisons', { a: [{ numeric: ['>', 1, '<', 3, '=', 2] }] }, 'one or two comparisons'],
    ['no comparison', { a: [{ numeric: [] }] }, 'one or two comparisons'],
    ['an existence that is no truth', { a: [{ exists: 'yes' }] }, 'a.exists: expected true or false'],
    ['a lonely alternative', { $or: [{ a: [1] }] }, '$or: expected a list of at least two objects'],
  ])('is refused for %s', (_, pattern, message) => {
    const text = pattern === undefined ? '{' : JSON.stringify(pattern);
    expect(() => parsePattern(text)).toThrow(PatternError);
    expect(() => parsePattern(text)).toThrow(message);
  });

  const scalar = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null));
  const name = fc.stringMatching(/^[a-z]{1,4}$/);

  it('of an event’s own values fits it, however deep they stand', () => {
    const event = fc.dictionary(name, fc.oneof(scalar, fc.dictionary(name, scalar, { minKeys: 1 })), {
      minKeys: 1,
    });
    const listed = (value: unknown): unknown =>
      typeof value === 'object' && value !== null
        ? Object.fromEntries(Object.entries(value).map(([key, member]) => [key, listed(member)]))
        : [value];
    fc.assert(
      fc.property(event, (one) => fits(listed(one), one)),
      { numRuns: 300 },
    );
  });

  it('with anything-but fits exactly the values that the same list without it does not', () => {
    const values = fc.array(fc.oneof(fc.string(), fc.integer()), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(values, fc.oneof(fc.string(), fc.integer()), (list, value) => {
        const event = { a: value };
        return fits({ a: [{ 'anything-but': list }] }, event) !== fits({ a: list }, event);
      }),
      { numRuns: 300 },
    );
  });
});
