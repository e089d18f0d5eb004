import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Admission, type AdmissionDeps } from '../../../client/reports/admission.js';
import { Overloaded } from '../../../core/errors.js';

function createAdmission(about: Partial<AdmissionDeps> = {}) {
  const depths: (readonly [number, number])[] = [];
  const admission = new Admission({
    node: 'n1',
    capacity: 2,
    queueMax: 3,
    unitsPerSecond: () => 10,
    random: () => 0.5,
    onWaiting: (pieces, units) => depths.push([pieces, units]),
    ...about,
  });
  return { admission, depths };
}

/** What was thrown. */
function shed(admission: Admission, units = 1): Overloaded {
  try {
    void admission.enter(units);
  } catch (error) {
    if (error instanceof Overloaded) return error;
  }
  throw new Error('it was admitted');
}

const step = fc.oneof(
  fc.record({ kind: fc.constant('enter' as const), units: fc.integer({ min: 1, max: 4 }) }),
  fc.record({ kind: fc.constant('leave' as const), which: fc.nat(9) }),
);

describe('admission', () => {
  it('is what a plain line would do: never above capacity, in order, no more waiting than may', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const [capacity, queueMax] = [5, 7];
        const { admission, depths } = createAdmission({ capacity, queueMax });
        const begun: number[] = [];
        const running = new Map<number, number>();
        const line: { readonly id: number; readonly units: number }[] = [];
        let shedUnits = 0;
        const inUse = () => [...running.values()].reduce((sum, units) => sum + units, 0);
        const waiting = () => line.reduce((sum, { units }) => sum + units, 0);
        const fits = (units: number) => running.size === 0 || inUse() + units <= capacity;
        for (const [id, each] of steps.entries()) {
          if (each.kind === 'enter') {
            const { units } = each;
            const admitted = line.length === 0 && fits(units);
            const refused = !admitted && waiting() + units > queueMax;
            if (refused) {
              shed(admission, units);
              shedUnits += units;
            } else {
              const turn = admission.enter(units);
              if (turn !== undefined) void turn.then(() => begun.push(id));
              else begun.push(id);
            }
            if (admitted) running.set(id, units);
            else if (!refused) line.push({ id, units });
          } else {
            const id = [...running.keys()][each.which % Math.max(running.size, 1)];
            if (id === undefined) continue;
            const units = running.get(id) ?? 0;
            running.delete(id);
            admission.leave(units);
            for (let [first] = line; first && fits(first.units); [first] = line) {
              line.shift();
              running.set(first.id, first.units);
            }
          }
          await Promise.resolve();
          for (const id of running.keys()) expect(begun).toContain(id);
          for (const { id } of line) expect(begun).not.toContain(id);
          expect(begun).toEqual(begun.toSorted((a, b) => a - b));
          if (running.size > 1) expect(inUse()).toBeLessThanOrEqual(capacity);
          expect(depths.at(-1) ?? [0, 0]).toEqual([line.length, waiting()]);
          expect(admission.shedUnits).toBe(shedUnits);
        }
      }),
      { numRuns: 400 },
    );
  });

  it('says when to come again: when what waits is done', () => {
    const { admission } = createAdmission();
    for (let nth = 0; nth < 5; nth += 1) void admission.enter(1);
    const overloaded = shed(admission);
    expect(overloaded).toMatchObject({
      code: 'VELTRIX_OVERLOADED',
      retryable: true,
      retryAfterMs: 300,
      message: 'n1 has too much to do: 3 wait already',
    });
  });

  it.each([
    ['no two the same', { random: () => 1 }, 375],
    ['not at once', { unitsPerSecond: () => 1_000_000 }, 100],
    ['not never', { unitsPerSecond: () => 0.001 }, 30_000],
    ['by the capacity while nothing is measured', { unitsPerSecond: () => undefined }, 1_500],
  ] satisfies [string, Partial<AdmissionDeps>, number][])(
    'says it with bounds: %s',
    (_what, about, retryAfterMs) => {
      const { admission } = createAdmission(about);
      for (let nth = 0; nth < 5; nth += 1) void admission.enter(1);
      expect(shed(admission).retryAfterMs).toBe(retryAfterMs);
    },
  );

  it.each([
    [undefined, 16],
    [3, 16],
    [40, 40],
    [40.5, 41],
  ])('lets as many wait as are done in a second, 16 at least: %s a second', (pace, most) => {
    const { admission } = createAdmission({ queueMax: undefined, unitsPerSecond: () => pace });
    for (let nth = 0; nth < 2 + most; nth += 1) void admission.enter(1);
    shed(admission);
  });

  it('lets one wait that is larger than the line, and nobody after it', async () => {
    const { admission } = createAdmission({
      capacity: 100,
      queueMax: undefined,
      unitsPerSecond: () => undefined,
    });
    expect(admission.enter(90)).toBeUndefined();
    const heavy = admission.enter(20);
    shed(admission);
    admission.leave(90);
    expect(await heavy).toBeUndefined();
    expect(admission.shedUnits).toBe(1);
  });

  it('can do without a line, and does alone what is larger than the node', async () => {
    const { admission } = createAdmission({ queueMax: 0 });
    expect(admission.enter(9)).toBeUndefined();
    shed(admission);
    admission.leave(9);
    expect(admission.enter(1)).toBeUndefined();
  });
});
