import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Growth,
  percentagesOf,
  type ScheduleName,
  scheduleOf,
} from '../../../../local/services/appconfig/deployments/schedule.js';

const linear = (factorPercent: number, minutes: number): Growth => ({
  type: 'LINEAR',
  factorPercent,
  durationMs: minutes * 60_000,
});

/** Minutes and percent of each step, counted from the start, and when the bake begins. */
function timeline(growth: Growth, name: ScheduleName) {
  const { steps, holdMs } = scheduleOf(growth, name);
  let atMs = 0;
  const marks = steps.map((step) => {
    atMs += step.afterMs;
    return [atMs / 60_000, step.percent];
  });
  return { marks, bakeAt: (atMs + holdMs) / 60_000 };
}

describe('percentages', () => {
  it.each([
    ['LINEAR', 25, [25, 50, 75, 100]],
    ['LINEAR', 30, [30, 60, 90, 100]],
    ['LINEAR', 100, [100]],
    ['EXPONENTIAL', 10, [10, 20, 40, 80, 100]],
    ['EXPONENTIAL', 2, [2, 4, 8, 16, 32, 64, 100]],
  ] as const)('of %s %i are %j', (type, factorPercent, expected) => {
    expect(percentagesOf({ type, factorPercent })).toEqual(expected);
  });

  it('do not grow a step of their own out of a rounding error', () => {
    expect(percentagesOf({ type: 'LINEAR', factorPercent: 100 / 7 })).toHaveLength(7);
  });
});

describe('a schedule', () => {
  it('traced: waits an interval, steps, and holds 100 % for another (25 % in 15 minutes)', () => {
    expect(timeline(linear(25, 15), 'traced')).toEqual({
      marks: [
        [3, 25],
        [6, 50],
        [9, 75],
        [12, 100],
      ],
      bakeAt: 15,
    });
  });

  it('api-text: steps at once and every duration/n (20 % in 10 hours)', () => {
    expect(timeline(linear(20, 600), 'api-text')).toEqual({
      marks: [
        [0, 20],
        [120, 40],
        [240, 60],
        [360, 80],
        [480, 100],
      ],
      bakeAt: 600,
    });
  });

  it('guide-table: steps every duration/n and reaches 100 % at the end (20 % in 10 hours)', () => {
    expect(timeline(linear(20, 600), 'guide-table')).toEqual({
      marks: [
        [120, 20],
        [240, 40],
        [360, 60],
        [480, 80],
        [600, 100],
      ],
      bakeAt: 600,
    });
  });

  it('is one step of 100 % at once without a duration, whatever the growth', () => {
    expect(timeline(linear(20, 0), 'traced')).toEqual({ marks: [[0, 100]], bakeAt: 0 });
  });

  const growths = fc.record({
    type: fc.constantFrom('LINEAR' as const, 'EXPONENTIAL' as const),
    factorPercent: fc.double({ min: 1, max: 100, noNaN: true }),
    durationMs: fc.integer({ min: 0, max: 1440 }).map((minutes) => minutes * 60_000),
  });
  const names = fc.constantFrom('traced' as const, 'api-text' as const, 'guide-table' as const);

  it('always rises to exactly 100 and lasts as long as the strategy says', () => {
    fc.assert(
      fc.property(growths, names, (growth, name) => {
        const { steps, holdMs } = scheduleOf(growth, name);
        const percentages = steps.map((step) => step.percent);
        expect(percentages.at(-1)).toBe(100);
        for (const [index, percent] of percentages.entries())
          expect(percent).toBeGreaterThan(percentages[index - 1] ?? 0);
        const totalMs = steps.reduce((sum, step) => sum + step.afterMs, holdMs);
        expect(totalMs).toBeCloseTo(growth.durationMs, 3);
        expect(steps.every((step) => step.afterMs >= 0)).toBe(true);
      }),
    );
  });
});
