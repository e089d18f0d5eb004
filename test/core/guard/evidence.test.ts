import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  againstPeers,
  againstRate,
  type Counts,
  noEvidence,
  placeBets,
  type Worth,
  worthOf,
} from '../../../core/guard/counting/evidence.js';

const counts = (change: Partial<Counts>): Counts => ({
  testedRequests: 1_000,
  testedBad: 0,
  previousRequests: 1_000,
  previousBad: 0,
  nodes: 1_000_000,
  ...change,
});

/** The looks one after the other, without a limit on any. */
function worthAfter(looks: readonly Worth[], most = Number.POSITIVE_INFINITY): number {
  const bets = looks.reduce<readonly number[]>(
    (placed, worth, index) => placeBets(placed, { look: index + 1, worth, most }),
    noEvidence.all,
  );
  return worthOf(bets, looks.length);
}

const many = fc.integer({ min: 1, max: 100_000 });
const few = fc.integer({ min: 0, max: 200 });

describe('evidence against peers', () => {
  it('is worth nothing before the first look', () => {
    expect(worthOf(noEvidence.all, 0)).toBeCloseTo(0, 9);
  });

  it.each([
    // 10 of 10 errors on the new half: r = 2 gains (2/3 ÷ 0.6)^10 = 2.868, r = 4 (0.8 ÷ 0.6)^10 = 17.76,
    // r = 10 (10/11 ÷ 0.6)^10 = 63.76, r = 30 (30/31 ÷ 0.6)^10 = 119.15; their mean halved, and the kept half.
    { testedBad: 10, previousBad: 0, worth: 25.94 },
    // 1 of 1: (1.111 + 1.333 + 1.515 + 1.613) / 4 = 1.393.
    { testedBad: 1, previousBad: 0, worth: 1.197 },
    // None of 1: r = 2 leaves 0.3333 ÷ 0.4, 4: 0.2 ÷ 0.4, 10: 0.0909 ÷ 0.4, 30: 0.03226 ÷ 0.4.
    { testedBad: 0, previousBad: 1, worth: 0.7052 },
  ])('makes $testedBad new and $previousBad old errors worth $worth', ({ testedBad, previousBad, worth }) => {
    expect(Math.exp(worthAfter([againstPeers(counts({ testedBad, previousBad }))]))).toBeCloseTo(worth, 2);
  });

  it('never rises by a look whose new share is below the tolerated one', () => {
    fc.assert(
      fc.property(many, many, few, fc.double({ min: 0, max: 1, noNaN: true }), (fresh, old, bad, part) => {
        const share = (1.5 * fresh) / (1.5 * fresh + old);
        const testedBad = Math.floor(bad * share * part);
        const look = againstPeers(
          counts({ testedRequests: fresh, previousRequests: old, testedBad, previousBad: bad - testedBad }),
        );
        const some = againstPeers(counts({ testedBad: 5, previousBad: 2 }));
        expect(worthAfter([some, look])).toBeLessThanOrEqual(worthAfter([some]) + 1e-5);
      }),
    );
  });

  it('rises with each error that is new instead of old', () => {
    fc.assert(
      fc.property(many, many, fc.integer({ min: 1, max: 200 }), few, (fresh, old, bad, some) => {
        const at = (testedBad: number) =>
          worthAfter([
            againstPeers(
              counts({
                testedRequests: fresh,
                previousRequests: old,
                testedBad,
                previousBad: bad - testedBad,
              }),
            ),
          ]);
        const testedBad = some % bad;
        expect(at(testedBad + 1)).toBeGreaterThanOrEqual(at(testedBad));
      }),
    );
  });

  it('passes 100 in at most 1 % of rollouts at the edge of what is tolerated', () => {
    // Exactly 1.5 times as bad: a new error has the share 0.6, seen through a fixed stream of chances.
    let state = 1;
    const chance = () => {
      state = (state * 48_271) % 2_147_483_647;
      return state / 2_147_483_647;
    };
    const passed = Array.from({ length: 2_000 }, () => {
      let bets: readonly number[] = noEvidence.all;
      for (let look = 1; look <= 40; look += 1) {
        const testedBad = [1, 2, 3].filter(() => chance() < 0.6).length;
        const worth = againstPeers(counts({ testedBad, previousBad: 3 - testedBad }));
        bets = placeBets(bets, { look, worth, most: Number.POSITIVE_INFINITY });
        if (worthOf(bets, look) >= Math.log(100)) return true;
      }
      return false;
    });
    expect(passed.filter(Boolean).length).toBeLessThanOrEqual(20);
    expect(passed.filter(Boolean).length).toBeGreaterThan(0);
  });

  it('says nothing while one version serves nothing', () => {
    const alone = againstPeers(counts({ testedBad: 9, previousRequests: 0 }));
    expect([2, 4, 10, 30].map(alone)).toEqual([0, 0, 0, 0]);
  });

  it('makes the same errors worth less on fewer nodes: they come in clumps', () => {
    const spread = againstPeers(counts({ testedBad: 20, nodes: 20 }));
    const clumped = againstPeers(counts({ testedBad: 20, nodes: 2 }));
    // 20 errors on 20 nodes are divided by 1.2, on 2 nodes by 3.
    expect(spread(10) / clumped(10)).toBeCloseTo(2.5, 9);
  });

  it('finds trouble that begins late after a long good time', () => {
    const good = againstPeers(counts({ testedBad: 2, previousBad: 2 }));
    const bad = againstPeers(counts({ testedBad: 10, previousBad: 1 }));
    const late = worthAfter([...Array(50).fill(good), ...Array(8).fill(bad)]);
    expect(Math.exp(late)).toBeGreaterThan(100);
    expect(Math.exp(worthAfter(Array.from({ length: 58 }, () => good)))).toBeLessThan(1);
  });

  it('lets no look gain more than its limit', () => {
    const glaring = againstPeers(counts({ testedBad: 500 }));
    expect(Math.exp(worthAfter([glaring], Math.log(7)))).toBeCloseTo(4, 4);
  });
});

describe('evidence against a known rate', () => {
  it.each([
    // One expected: 9 errors gain 9 ln(10 ÷ 1.5) − 8.5 = 8.574 on r = 10.
    { testedBad: 9, ratio: 10, worth: 8.574 },
    { testedBad: 0, ratio: 10, worth: -8.5 },
    { testedBad: 1, ratio: 2, worth: -0.2123 },
  ])(
    'makes $testedBad errors where one was expected worth $worth to r = $ratio',
    ({ testedBad, ratio, worth }) => {
      expect(againstRate(counts({ testedBad }), 0.001)(ratio)).toBeCloseTo(worth, 3);
    },
  );

  it('falls while no more is bad than tolerated', () => {
    fc.assert(
      fc.property(many, fc.double({ min: 1e-5, max: 0.2, noNaN: true }), (requests, rate) => {
        const look = againstRate(
          counts({ testedRequests: requests, testedBad: Math.floor(1.5 * requests * rate) }),
          rate,
        );
        expect(Math.max(...[2, 4, 10, 30].map(look))).toBeLessThanOrEqual(0);
      }),
    );
  });
});
