import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chanceOf } from '../../../bench/simulations/guard/chance.js';
import {
  addPace,
  addWork,
  createWorkMeter,
  declaredPace,
  loadOf,
  type Pace,
  unitsPerSecond,
  workOf,
} from '../../../core/assignment/estimates.js';

describe('the work of a partition', () => {
  it('is what it brings in a second, from the first report on', () => {
    const meter = createWorkMeter(2, 0);
    for (let at = 2_000; at <= 120_000; at += 2_000) {
      addWork(meter, 0, { units: 20, nowMs: at });
      expect(workOf(meter, at)[0]).toBeGreaterThan(9.9);
      expect(workOf(meter, at)[0]).toBeLessThan(10.7);
    }
    expect(workOf(meter, 120_000)[1]).toBe(0);
  });

  it('is unknown while nothing has been measured', () => {
    expect(workOf(createWorkMeter(1, 5_000), 5_000)).toEqual([undefined]);
  });

  it('is half of it a half-life after it has ended, and adds up over nodes that share it', () => {
    const meter = createWorkMeter(1, 0, 10_000);
    for (let at = 1_000; at <= 100_000; at += 1_000) {
      addWork(meter, 0, { units: 3, nowMs: at });
      addWork(meter, 0, { units: 5, nowMs: at });
    }
    const before = workOf(meter, 100_000)[0] ?? 0;
    expect(before).toBeCloseTo(8, 0);
    expect(workOf(meter, 110_000)[0]).toBeCloseTo(before / 2, 2);
  });
});

describe('the pace of a node', () => {
  const paceAfter = (pace: Pace, ...reports: Pace[]) => unitsPerSecond(reports.reduce(addPace, pace));

  it('is what it declares, until it has done as much as that counts for', () => {
    expect(paceAfter(declaredPace(50))).toBe(50);
    expect(paceAfter(declaredPace(50), { units: 1, busyMs: 1 })).toBeLessThan(55);
    expect(paceAfter(declaredPace(50), { units: 0, busyMs: 0 })).toBe(50);
  });

  it('is what it measures in the long run', () => {
    const reports = Array.from({ length: 60 }, () => ({ units: 40, busyMs: 1_000 }));
    expect(paceAfter(declaredPace(50), ...reports)).toBeCloseTo(40, 0);
  });

  it('follows a plain change at once, and chance slowly', () => {
    const steady = Array.from({ length: 30 }, () => ({ units: 65, busyMs: 1_300 })).reduce(
      addPace,
      declaredPace(50),
    );
    expect(paceAfter(steady, { units: 25, busyMs: 2_000 })).toBe(12.5);
    expect(paceAfter(steady, { units: 50, busyMs: 1_300 })).toBeCloseTo(48.9, 0);
    expect(paceAfter(steady, { units: 4, busyMs: 2_000 })).toBeCloseTo(42.7, 0);
    expect(paceAfter(steady, { units: 80, busyMs: 400 })).toBe(200);
  });

  it('follows a plain change of a slow node too, of which no single report says enough', () => {
    const slowed = { units: 5, busyMs: 2_000 };
    const reports = (count: number) => Array.from({ length: count }, () => slowed);
    const steady = Array.from({ length: 30 }, () => ({ units: 13, busyMs: 1_300 })).reduce(
      addPace,
      declaredPace(10),
    );
    // 20 expected, 5 done: 10 − 5 ln 2 = 6.5 of the 10 that are enough, and what is expected next is a little less.
    expect(paceAfter(steady, ...reports(1))).toBeCloseTo(8.87, 2);
    expect(paceAfter(steady, ...reports(2))).toBe(2.5);
    // What speaks against it in between counts against it.
    const usual = { units: 20, busyMs: 2_000 };
    expect(paceAfter(steady, slowed, usual, usual, slowed)).toBeGreaterThan(7);
  });

  it('takes chance for a change less than once in 5,000 reports: work that lasts exponentially long', () => {
    const chance = chanceOf(7);
    let restarts = 0;
    for (let node = 0; node < 200; node += 1) {
      let pace = declaredPace(50);
      for (let report = 0; report < 100; report += 1) {
        let busyMs = 0;
        for (let piece = 0; piece < 30; piece += 1) busyMs -= 20 * Math.log(1 - chance.uniform());
        const next = addPace(pace, { units: 30, busyMs });
        if (next.units < pace.units / 2) restarts += 1;
        pace = next;
      }
    }
    expect(restarts).toBeLessThanOrEqual(4);
  });

  it('never leaves what was declared and measured', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ units: fc.nat(200), busyMs: fc.integer({ min: 1, max: 5_000 }) }), {
          maxLength: 30,
        }),
        (reports) => {
          const paces = [50, ...reports.filter(({ units }) => units > 0).map(unitsPerSecond)];
          const found = paceAfter(declaredPace(50), ...reports);
          expect(found).toBeGreaterThanOrEqual(Math.min(...paces) * 0.999);
          expect(found).toBeLessThanOrEqual(Math.max(...paces) * 1.001);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('makes a load of what is offered and what is waiting', () => {
    const about = { offered: 60, windowMs: 2_000, waiting: 0 };
    expect(loadOf(declaredPace(50), about)).toBeCloseTo(0.6, 9);
    expect(loadOf(declaredPace(50), { ...about, waiting: 15 })).toBeCloseTo(0.63, 9);
    // Of 100, 85 more than wait by chance: 0.2 and, to be done within 2 s, 0.85.
    expect(loadOf(declaredPace(50), { ...about, waiting: 100 })).toBeCloseTo(1.65, 9);
  });
});
