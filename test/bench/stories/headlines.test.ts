import { describe, expect, it } from 'vitest';
import { changeOf, type Finding, headlines, isReached } from '../../../bench/stories/headlines.js';

const finding = (headline: Finding['headline'], before: number, after: number): Finding => ({
  headline,
  where: 'at the knee',
  before,
  after,
  unit: ' ms',
});

describe('headlines', () => {
  it('hold what the five post-mortems claim, sixteen figures in all', () => {
    const claims = Object.values(headlines).map(({ claim }) => claim);
    expect(claims).toEqual([
      '−80 %',
      '−90 %',
      '90 → 20 %',
      '−75 %',
      '−30 %',
      '+25 %',
      '500 → 50 ms',
      '10×',
      '80 → 20 %',
      '16 → 4 GB',
      '−95 %',
      '3×',
      '500 → < 50 ms',
      '20×',
      '−90 %',
      '80 → 40 %',
    ]);
  });
});

describe('isReached', () => {
  it.each<[Finding['headline'], number, number, boolean]>([
    ['responseTime', 100, 20, true],
    ['responseTime', 100, 20.1, false],
    ['storeUtilisation', 90, 20, true],
    ['storeUtilisation', 90, 20.1, false],
    ['changeLatency', 100, 70, true],
    ['changeLatency', 100, 71, false],
    ['concurrency', 100, 125, true],
    ['concurrency', 100, 124, false],
    ['memory', 16, 4, true],
    ['memory', 16, 4.1, false],
    ['reservations', 100, 5, true],
    ['reservations', 100, 5.1, false],
    ['keyedTraffic', 450, 9_000, true],
    ['keyedTraffic', 450, 8_999, false],
    ['hottestNode', 80, 40, true],
    ['hottestNode', 80, 41, false],
  ])('%s: %d → %d is %s', (headline, before, after, expected) => {
    expect(isReached(finding(headline, before, after))).toBe(expected);
  });

  it.each([
    ['there was nothing to gain', 0, 0],
    ['it is no number', 100, Number.NaN],
    ['neither holds anything', Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
    ['what was before is no number', Number.NaN, 1],
  ])('is not where %s', (_, before, after) => {
    expect(isReached(finding('overflow', before, after))).toBe(false);
    expect(isReached(finding('traffic', before, after))).toBe(false);
  });

  it('is where what took for ever takes some time', () => {
    expect(isReached(finding('responseTime', Number.POSITIVE_INFINITY, 5))).toBe(true);
  });
});

describe('changeOf', () => {
  it.each<[Finding['headline'], number, number, string]>([
    ['responseTime', 200, 20, '−90 %'],
    ['responseTime', 200, 250, '+25 %'],
    ['traffic', 300, 960, '3.2×'],
    ['overflow', 0, 0, '–'],
    ['traffic', 0, 10, '–'],
    ['responseTime', Number.POSITIVE_INFINITY, 5, '−100 %'],
  ])('%s: %d → %d is written %s', (headline, before, after, expected) => {
    expect(changeOf(finding(headline, before, after))).toBe(expected);
  });
});
