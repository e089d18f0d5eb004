import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addKey, createHotKeys, hottest } from '../../../core/routing/hot-keys.js';

/** What happens to a sketch of four places: skewed keys, some time, some work. */
const steps = fc.array(
  fc.record({
    key: fc.nat(40).map((nth) => `k${Math.floor(nth ** 2 / 100)}`),
    units: fc.integer({ min: 1, max: 9 }),
    passedMs: fc.constantFrom(0, 0, 10, 500, 20_000, 3_000_000),
  }),
  { minLength: 1, maxLength: 120 },
);

/** The plain way: every key's work, each piece halved by every half-life that has passed. */
function exactly(
  done: readonly { key: string; units: number; atMs: number }[],
  nowMs: number,
  halfLifeMs: number,
) {
  const sums = new Map<string, number>();
  for (const { key, units, atMs } of done)
    sums.set(key, (sums.get(key) ?? 0) + units * 0.5 ** ((nowMs - atMs) / halfLifeMs));
  return sums;
}

describe('hot keys', () => {
  it('claim never too much, and miss no key that brings more than its share of the places', () => {
    fc.assert(
      fc.property(steps, fc.constantFrom(1_000, 20_000), (happening, halfLifeMs) => {
        const [size, hot] = [4, createHotKeys(0, { size: 4, halfLifeMs })];
        let nowMs = 0;
        const done = happening.map(({ key, units, passedMs }) => {
          nowMs += passedMs;
          addKey(hot, key, { units, nowMs });
          return { key, units, atMs: nowMs };
        });
        const exact = exactly(done, nowMs, halfLifeMs);
        const total = [...exact.values()].reduce((sum, units) => sum + units, 0);
        const now = 2 ** ((hot.landmarkMs - nowMs) / halfLifeMs);
        expect(hot.total * now).toBeCloseTo(total, 6);
        expect(hot.keys.length).toBeLessThanOrEqual(size);
        expect([...hot.places.keys()].sort()).toEqual([...hot.keys].sort());
        for (const [place, key] of hot.keys.entries()) {
          const truth = exact.get(key) ?? 0;
          const sum = (hot.sums[place] ?? 0) * now;
          const certain = sum - (hot.errors[place] ?? 0) * now;
          expect(sum).toBeGreaterThanOrEqual(truth * (1 - 1e-9));
          expect(certain).toBeLessThanOrEqual(truth * (1 + 1e-9) + 1e-9);
        }
        for (const [key, truth] of exact)
          if (truth > (total / size) * (1 + 1e-9)) expect(hot.keys).toContain(key);
      }),
      { numRuns: 500 },
    );
  });

  it('are named with what they bring in a second, the busiest first', () => {
    const hot = createHotKeys(0);
    for (let atMs = 100; atMs <= 200_000; atMs += 100) {
      addKey(hot, 'hot', { units: 3, nowMs: atMs });
      addKey(hot, 'warm', { units: 1, nowMs: atMs });
      for (let cold = 0; cold < 3; cold += 1) addKey(hot, `cold-${atMs}-${cold}`, { units: 1, nowMs: atMs });
    }
    const found = hottest(hot, 200_000, 8);
    expect(found.map(({ key }) => key)).toEqual(['hot', 'warm']);
    expect(found[0]?.unitsPerSecond).toBeGreaterThan(29);
    expect(found[0]?.unitsPerSecond).toBeLessThan(30.5);
    expect(hottest(hot, 200_000, 1)).toEqual([found[0]]);
    const later = hottest(hot, 220_000, 8);
    expect(later[0]?.unitsPerSecond).toBeCloseTo((found[0]?.unitsPerSecond ?? 0) / 2, 1);
  });

  it('are none while all bring the same, and none before time has passed', () => {
    const hot = createHotKeys(0);
    addKey(hot, 'first', { units: 5, nowMs: 0 });
    expect(hottest(hot, 0, 8)).toEqual([]);
    for (let nth = 0; nth < 5_000; nth += 1) addKey(hot, `k${nth % 500}`, { units: 1, nowMs: nth });
    expect(hottest(hot, 5_000, 8)).toEqual([]);
  });

  it('forget what was hot long ago', () => {
    const hot = createHotKeys(0);
    addKey(hot, 'old', { units: 1_000_000, nowMs: 0 });
    for (let atMs = 0; atMs < 600_000; atMs += 1_000) addKey(hot, 'new', { units: 1, nowMs: atMs });
    expect(hottest(hot, 600_000, 8).map(({ key }) => key)).toEqual(['new']);
  });
});
