import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Answering,
  answeringOf,
  compareInTurn,
  heldUpTo,
  lastHeld,
  pastKnee,
  type Row,
  rowAt,
} from '../../../bench/stories/compare.js';

const row = (at: number, p99Ms: number, failedShare = 0): Row<Answering> => ({
  at,
  median: { p50Ms: 1, p99Ms, failedShare },
});
const bar = { p99Ms: 50, failedShare: 0.001 };

describe('compareInTurn', () => {
  it('goes upwards, round by round, the one before and the one after in turn', async () => {
    const order: string[] = [];
    const design = (name: string, at: readonly number[]) => ({
      at,
      measure: async (point: number, round: number) => {
        order.push(`${name}${point}/${round}`);
        return { ms: point };
      },
    });
    await compareInTurn(design('b', [2, 1]), design('a', [1, 3]), 2);
    expect(order).toEqual(['b1/1', 'a1/1', 'b2/1', 'a3/1', 'b1/2', 'a1/2', 'b2/2', 'a3/2']);
  });

  it('gives the median of the rounds at each point of each curve', async () => {
    const byRound = [0, 30, 10, 20];
    const measure = async (at: number, round: number) => ({ ms: at + (byRound[round] ?? 0) });
    const curves = await compareInTurn({ at: [100], measure }, { at: [100, 200], measure }, 3);
    expect(curves).toEqual({
      before: [{ at: 100, median: { ms: 120 } }],
      after: [
        { at: 100, median: { ms: 120 } },
        { at: 200, median: { ms: 220 } },
      ],
    });
  });

  it('keeps a median of rounds in which nothing was answered', async () => {
    const times = [0, Number.POSITIVE_INFINITY, 5, Number.POSITIVE_INFINITY];
    const measure = async (_: number, round: number) => ({ ms: times[round] ?? 0 });
    const { before } = await compareInTurn({ at: [1], measure }, { at: [], measure }, 3);
    expect(before[0]?.median.ms).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('answeringOf', () => {
  it('counts what failed of all that was sent', () => {
    const all = { sent: 200, answered: 150, p50Ms: 5, p99Ms: 9 };
    expect(answeringOf({ all })).toEqual({ p50Ms: 5, p99Ms: 9, failedShare: 0.25 });
  });

  it('takes for ever where nothing was answered', () => {
    const all = { sent: 10, answered: 0, p50Ms: null, p99Ms: null };
    expect(answeringOf({ all })).toEqual({
      p50Ms: Number.POSITIVE_INFINITY,
      p99Ms: Number.POSITIVE_INFINITY,
      failedShare: 1,
    });
  });

  it('fails nothing where nothing was sent', () => {
    const all = { sent: 0, answered: 0, p50Ms: null, p99Ms: null };
    expect(answeringOf({ all }).failedShare).toBe(0);
  });
});

describe('heldUpTo', () => {
  it.each<[string, readonly Row<Answering>[], number]>([
    ['every point is held', [row(100, 10), row(200, 50)], 200],
    ['the last is too slow', [row(100, 10), row(200, 51)], 100],
    ['the last fails too often', [row(100, 10), row(200, 20, 0.002)], 100],
    ['one in between is not held', [row(100, 10), row(200, 60), row(300, 10)], 100],
    ['the first is not held', [row(100, 60), row(200, 10)], 0],
    ['nothing was measured', [], 0],
  ])('where %s', (_, rows, expected) => {
    expect(heldUpTo(rows, bar)).toBe(expected);
  });

  it('holds every point up to the one it names, and not the next', () => {
    const rows = fc.array(fc.tuple(fc.integer({ min: 1, max: 99 }), fc.constantFrom(0, 0.01)), {
      minLength: 1,
      maxLength: 9,
    });
    fc.assert(
      fc.property(rows, (measured) => {
        const curve = measured.map(([p99Ms, failedShare], index) => row(index + 1, p99Ms, failedShare));
        const isHeld = measured.map(([p99Ms, failedShare]) => p99Ms <= 50 && failedShare === 0);
        const held = heldUpTo(curve, bar);
        expect(isHeld.slice(0, held)).not.toContain(false);
        expect(isHeld[held] ?? false).toBe(false);
      }),
      { numRuns: 300 },
    );
  });
});

describe('lastHeld', () => {
  it('is the last point that is held', () => {
    expect(lastHeld([row(100, 10), row(200, 20), row(300, 90)], bar)).toBe(200);
  });

  it('is the first point where none is held', () => {
    expect(lastHeld([row(100, 90), row(200, 95)], bar)).toBe(100);
  });
});

describe('pastKnee', () => {
  const after = [row(100, 5), row(300, 5), row(900, 5)];

  it('is the first point of both curves that the one before does not hold', () => {
    expect(pastKnee({ before: [row(100, 10), row(200, 60), row(300, 90)], after }, bar)).toBe(300);
  });

  it('is the last point of both where the one before holds all', () => {
    expect(pastKnee({ before: [row(100, 10), row(300, 20)], after }, bar)).toBe(300);
  });
});

describe('rowAt', () => {
  it('gives the row of a point, and refuses one that was not measured', () => {
    expect(rowAt([row(100, 10), row(200, 20)], 200).median.p99Ms).toBe(20);
    expect(() => rowAt([row(100, 10)], 150)).toThrow('nothing was measured at 150');
  });
});
