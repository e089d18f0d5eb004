import { describe, expect, it } from 'vitest';
import { describeGoal, isMet } from '../../bench/goals.js';

const import15 = { what: 'import', atMost: 15, unit: ' ms' };
const peers200 = { what: 'the peer', atLeast: 200, unit: '×' };

describe('isMet', () => {
  it.each([
    ['below the most', { ...import15, found: 14.99 }, true],
    ['at the most', { ...import15, found: 15 }, true],
    ['above the most', { ...import15, found: 15.01 }, false],
    ['below the least', { ...peers200, found: 199 }, false],
    ['at the least', { ...peers200, found: 200 }, true],
    ['above the least', { ...peers200, found: 201 }, true],
    ['no number, against a most', { ...import15, found: Number.NaN }, false],
    ['no number, against a least', { ...peers200, found: Number.NaN }, false],
  ])('judges what is %s', (_, goal, expected) => {
    expect(isMet(goal)).toBe(expected);
  });
});

describe('describeGoal', () => {
  it('says that a goal is met', () => {
    expect(describeGoal({ ...import15, found: 9.123 })).toBe('import: at most 15 ms, found 9.12 ms: met');
  });

  it('says loudly that a goal is missed', () => {
    expect(describeGoal({ ...peers200, found: 127.4 })).toBe(
      'the peer: at least 200×, found 127×: **missed**',
    );
  });

  it('shows a narrow miss as the miss it is', () => {
    expect(describeGoal({ ...import15, found: 15.001 })).toBe(
      'import: at most 15 ms, found 15.001 ms: **missed**',
    );
  });
});
