import { describe, expect, it } from 'vitest';
import {
  begin,
  canTake,
  createStanding,
  type Ending,
  end,
  mayTry,
  pressure,
  renewStanding,
} from '../../../core/routing/standing.js';
import { nodesOf } from './standings.js';

/** A node that ended so, one request after the other, at these instants. */
function endedWith(...endings: [how: Ending, nowMs: number][]) {
  const standing = createStanding(nodesOf(50));
  for (const [how, nowMs] of endings) {
    begin(standing, 0);
    end(standing, 0, { how, nowMs });
  }
  return standing;
}

describe('a node', () => {
  it.each(['refused', 'timed-out', 'broken'] as const)(
    'that %s is aside at once, and tried again after half a second',
    (how) => {
      const standing = endedWith([how, 1_000]);
      expect([canTake(standing, 0, 1_000), canTake(standing, 0, 1_499), canTake(standing, 0, 1_500)]).toEqual(
        [false, false, true],
      );
    },
  );

  it('that is tried takes one request and no other until that has ended', () => {
    const standing = endedWith(['refused', 0]);
    begin(standing, 0);
    expect(canTake(standing, 0, 900)).toBe(false);
    end(standing, 0, { how: 'answered', nowMs: 900 });
    begin(standing, 0);
    expect(canTake(standing, 0, 900)).toBe(true);
  });

  it('that fails again is tried after twice as long, and after eight seconds at most', () => {
    expect(
      [999, 1_000].map((passedMs) => canTake(endedWith(['refused', 0], ['refused', 500]), 0, 500 + passedMs)),
    ).toEqual([false, true]);
    const often = Array.from({ length: 300 }, (_, time): [Ending, number] => ['refused', 10_000 * time]);
    expect([7_999, 8_000].map((passedMs) => canTake(endedWith(...often), 0, 2_990_000 + passedMs))).toEqual([
      false,
      true,
    ]);
  });

  it('that falls with many requests in flight has failed once', () => {
    const standing = createStanding(nodesOf(50));
    for (let request = 0; request < 20; request += 1) begin(standing, 0);
    for (let request = 0; request < 20; request += 1) end(standing, 0, { how: 'broken', nowMs: 100 });
    expect([canTake(standing, 0, 599), canTake(standing, 0, 600)]).toEqual([false, true]);
  });

  it('that sheds is left alone for a moment, whatever it answers then, and is not tried one by one', () => {
    const standing = endedWith(['shed', 0], ['answered', 100]);
    expect([canTake(standing, 0, 249), canTake(standing, 0, 250)]).toEqual([false, true]);
    begin(standing, 0);
    expect(canTake(standing, 0, 250)).toBe(true);
  });

  it.each([
    ['timed-out', [['timed-out', 0]], true],
    ['broken', [['broken', 0]], true],
    ['shed', [['shed', 0]], true],
    ['refused', [['refused', 0]], false],
    [
      'broken, and refused while it is aside',
      [
        ['broken', 0],
        ['refused', 100],
      ],
      false,
    ],
    [
      'refused, and broken while it is aside',
      [
        ['refused', 0],
        ['broken', 100],
      ],
      false,
    ],
    [
      'refused, and broken when it was tried',
      [
        ['refused', 0],
        ['broken', 500],
      ],
      true,
    ],
    [
      'refused, and shed when it was tried',
      [
        ['refused', 0],
        ['shed', 500],
      ],
      true,
    ],
    [
      'refused, answered and broken',
      [
        ['refused', 0],
        ['answered', 500],
        ['broken', 600],
      ],
      true,
    ],
  ] as [string, [Ending, number][], boolean][])(
    'that has %s may be tried by those who have no other: %s',
    (_what, endings, expected) => {
      const standing = endedWith(...endings);
      const last = endings.at(-1)?.[1] ?? 0;
      expect([canTake(standing, 0, last), mayTry(standing, 0, last)]).toEqual([false, expected]);
      expect(mayTry(renewStanding(standing, nodesOf(50)), 0, last)).toBe(expected);
      expect(mayTry(standing, 0, last + 10_000)).toBe(true);
    },
  );

  it('is under the pressure of what is in flight with it, and one more, by what it can do', () => {
    const standing = createStanding(nodesOf(50, 10));
    begin(standing, 0);
    expect([pressure(standing, 0), pressure(standing, 1)]).toEqual([0.04, 0.1]);
    end(standing, 0, { how: 'answered', nowMs: 0 });
    end(standing, 0, { how: 'answered', nowMs: 0 });
    expect(pressure(standing, 0)).toBe(0.02);
  });

  it('that stays keeps its standing when others come and go', () => {
    const standing = endedWith(['refused', 1_000]);
    begin(standing, 0);
    const next = renewStanding(standing, [
      { node: 'new', capacity: 5 },
      { node: 'n0', capacity: 80 },
    ]);
    expect([canTake(next, 0, 1_000), canTake(next, 1, 1_499)]).toEqual([true, false]);
    expect([pressure(next, 0), pressure(next, 1)]).toEqual([0.2, 2 / 80]);
    end(next, 1, { how: 'refused', nowMs: 1_500 });
    expect([canTake(next, 1, 2_499), canTake(next, 1, 2_500)]).toEqual([false, true]);
  });
});
