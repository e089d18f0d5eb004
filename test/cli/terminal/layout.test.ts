import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { byWord, compact, factLines, moment, wrap } from '../../../cli/terminal/layout.js';
import { createPaint, widthOf } from '../../../cli/terminal/paint.js';

describe('wrap', () => {
  it('breaks at spaces, and a word only where it is longer than a line', () => {
    expect(wrap('one two three', 7)).toEqual(['one two', 'three']);
    expect(wrap('abcdefghij k', 4)).toEqual(['abcd', 'efgh', 'ij k']);
    expect(wrap('', 10)).toEqual(['']);
    expect(wrap('a  b', 10)).toEqual(['a  b']);
  });

  it('never exceeds its columns, and loses nothing but spaces, painted or not', () => {
    const text = fc.array(fc.stringMatching(/^[a-zäö█ ]{0,20}$/)).map((parts) => parts.join(' '));
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 40 }), fc.boolean(), (words, columns, painted) => {
        const lines = wrap(painted ? byWord(createPaint(true).bad, words) : words, columns);
        for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(columns);
        const plain = wrap(words, columns).join('');
        expect(plain.replaceAll(' ', '')).toBe(words.replaceAll(' ', ''));
      }),
      { numRuns: 500 },
    );
  });
});

describe('factLines', () => {
  it('goes on below the value, under itself; a mark stands closer than a name', () => {
    expect(
      factLines(
        [
          ['Why', 'a b c d'],
          ['Longer', 'e'],
        ],
        13,
      ),
    ).toEqual(['Why     a b c', '        d', 'Longer  e']);
    expect(factLines([['→', 'a b']], 4)).toEqual(['→ a', '  b']);
  });
});

describe('numbers and instants', () => {
  it.each([
    [0, '0'],
    [12_400, '12,400'],
    [99_999, '99,999'],
    [123_456, '123k'],
    [4_500_000, '4.5M'],
  ])('%d is %s', (number, text) => {
    expect(compact(number)).toBe(text);
  });

  it('says the clock on the wall to people only', () => {
    const instant = '2026-06-01T02:51:07.000Z';
    expect(moment(instant, { isTerminal: false })).toBe('2026-06-01 02:51 UTC');
    expect(moment(instant, { isTerminal: true })).toMatch(/^2026-06-01 02:51 UTC( \(\d\d:\d\d here\))?$/);
  });
});
