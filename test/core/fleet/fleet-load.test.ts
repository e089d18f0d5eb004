import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { NodeFacts } from '../../../core/assignment/rule/facts.js';
import { type FleetLoadState, fleetLoad, fleetLoadStateSchema } from '../../../core/fleet/fleet-load.js';
import { epochMs } from '../../../core/time.js';

const seeds = { numRuns: 300 };
const startMs = 1_700_000_000_000;
const lookEveryMs = 4_000;

/** Ten nodes of an hour ago, each able to do 100 units a second. */
const node = (index: number, facts: Partial<NodeFacts> = {}): NodeFacts => ({
  node: `node-${index}`,
  capacity: 100,
  load: 0.65,
  work: 0,
  health: 'ready',
  sinceMs: epochMs(startMs - 3_600_000),
  measuredAtMs: epochMs(startMs),
  reportIntervalMs: 5_000,
  ...facts,
});
const fleet = (count: number, facts: Partial<NodeFacts> = {}): NodeFacts[] =>
  Array.from({ length: count }, (_, index) => node(index, facts));

interface Told {
  readonly value: number | undefined;
  readonly state: FleetLoadState | undefined;
}

/** Looks every four seconds at what the fleet is then, numbers being as new as the look unless they say otherwise. */
function watch(
  durationMs: number,
  fleetAt: (sinceMs: number) => readonly NodeFacts[],
  before?: FleetLoadState,
): Told[] {
  const told: Told[] = [];
  let state = before;
  for (let sinceMs = 0; sinceMs < durationMs; sinceMs += lookEveryMs) {
    const nowMs = epochMs(startMs + sinceMs);
    const nodes = fleetAt(sinceMs).map((each) =>
      each.measuredAtMs === startMs ? { ...each, measuredAtMs: nowMs } : each,
    );
    const answer = fleetLoad(state, { nodes, nowMs });
    state =
      answer.state === undefined
        ? undefined
        : fleetLoadStateSchema.parse(JSON.parse(JSON.stringify(answer.state)));
    told.push({ ...answer, state });
  }
  return told;
}
const last = (told: readonly Told[]): number | undefined => told.at(-1)?.value;
const values = (told: readonly Told[]): (number | undefined)[] => told.map(({ value }) => value);

describe('the dead band', () => {
  it('says the target from 0.5 to 0.8', () => {
    for (const load of [0.51, 0.65, 0.7, 0.79]) {
      expect(new Set(values(watch(120_000, () => fleet(10, { load }))))).toEqual(new Set([0.7]));
    }
  });

  it('says the load above it, and below it', () => {
    expect(last(watch(120_000, () => fleet(10, { load: 0.9 })))).toBeCloseTo(0.9, 9);
    expect(last(watch(120_000, () => fleet(10, { load: 0.3 })))).toBeCloseTo(0.3, 9);
  });

  it('is left by the average, not by a moment', () => {
    const spike = watch(60_000, (sinceMs) => fleet(10, { load: sinceMs === 20_000 ? 1 : 0.65 }));
    expect(new Set(values(spike))).toEqual(new Set([0.7]));
  });

  it('is back in its inner half only', () => {
    const told = watch(300_000, (sinceMs) => fleet(10, { load: sinceMs < 120_000 ? 1 : 0.78 }));
    expect(last(told)).toBeGreaterThanOrEqual(0.78);
    const calm = watch(300_000, (sinceMs) => fleet(10, { load: sinceMs < 120_000 ? 1 : 0.74 }));
    expect(last(calm)).toBe(0.7);
  });

  it('follows a load above it for 48 s, then in steps of 15 %', () => {
    const at = (load: number) =>
      last(watch(200_000, (sinceMs) => fleet(10, { load: sinceMs < 100_000 ? 1 : load })));
    expect(at(1.1)).toBeCloseTo(1, 1);
    expect(at(1.3)).toBeGreaterThan(1.15);
    const early = watch(60_000, (sinceMs) => fleet(10, { load: sinceMs < 8_000 ? 1 : 1.1 }));
    expect(early.at(13)?.value).toBeGreaterThan(1.09);
  });

  it('takes its time below it: one low moment is not what the fleet is made small by', () => {
    const told = watch(240_000, (sinceMs) => fleet(10, { load: sinceMs < 200_000 ? 0.4 : 0.2 }));
    expect(last(told)).toBeGreaterThan(0.34);
    expect(told.at(-1)?.state?.load).toBeLessThan(0.22);
  });

  it('changes sides at once', () => {
    const busy = watch(120_000, () => fleet(10, { load: 1.2 })).at(-1)?.state;
    const nowMs = epochMs(startMs + 176_000);
    const idle = fleetLoad(busy, { nodes: fleet(10, { load: 0.3, measuredAtMs: nowMs }), nowMs });
    expect(idle.value).toBeCloseTo(0.3 + 0.9 / 64, 6);
  });
});

describe('what counts', () => {
  it('is offered work over capacity, so large nodes count for more', () => {
    const nodes = [node(0, { capacity: 300, load: 1 }), node(1, { capacity: 100, load: 0.6 })];
    expect(last(watch(120_000, () => nodes))).toBeCloseTo(0.9, 9);
  });

  it('takes unknown for what the others have, not for idle', () => {
    const nodes = fleet(10, { load: 0.9 }).map((each, index) =>
      index < 4 ? { ...each, load: 0, measuredAtMs: epochMs(startMs - 60_000) } : each,
    );
    expect(last(watch(120_000, () => nodes))).toBeCloseTo(0.9, 9);
  });

  it('says nothing when more than half is unknown, and keeps what it knew', () => {
    const known = watch(60_000, () => fleet(10)).at(-1)?.state;
    const nodes = fleet(10).map((each, index) =>
      index < 6 ? { ...each, measuredAtMs: epochMs(startMs - 60_000) } : each,
    );
    const told = watch(8_000, () => nodes, known);
    expect(values(told)).toEqual([undefined, undefined]);
    expect(told.at(-1)?.state).toEqual(known);
    expect(fleetLoad(undefined, { nodes: [], nowMs: epochMs(startMs) })).toEqual({
      value: undefined,
      state: undefined,
    });
  });

  it('gives the work of drained nodes to the rest, and asks for no more than the rest needs', () => {
    // 8 nodes serve 6.5 nodes' work and get 1.3 more: 0.975 of them; ten at the value over the target make 11.14 + 2.
    const nodes = fleet(10).map((each, index) =>
      index < 2 ? { ...each, health: 'draining' as const } : each,
    );
    const value = last(watch(200_000, () => nodes, undefined));
    expect(value).toBeCloseTo((0.65 + 1.3 / 8) * 0.8 + 0.7 * 0.2, 9);
    expect((10 * (value ?? 0)) / 0.7).toBeCloseTo((8 * 0.8125) / 0.7 + 2, 9);
  });

  it('leaves out who is silent or has stopped', () => {
    const nodes = [
      ...fleet(5, { load: 0.9 }),
      node(8, { health: 'silent', load: 0 }),
      node(9, { health: 'stopped', load: 0 }),
    ];
    expect(last(watch(120_000, () => nodes))).toBeCloseTo(0.9, 9);
  });
});

describe('a fleet that changes size', () => {
  const young = (index: number, bornMs: number, load = 0.1) =>
    node(index, { sinceMs: epochMs(startMs + bornMs), load });
  const grown = (bornMs: number) => [...fleet(10, { load: 1.2 }), young(10, bornMs), young(11, bornMs)];

  it('is at the target until the new nodes have settled, and then measured anew', () => {
    const told = watch(300_000, (sinceMs) => (sinceMs < 100_000 ? fleet(10, { load: 1.2 }) : grown(100_000)));
    expect(told.at(24)?.value).toBeCloseTo(1.2, 6);
    // 100 s to 155 s: 10 s of blackout and 45 s of slow start.
    expect(new Set(values(told.slice(25, 39)))).toEqual(new Set([0.7]));
    expect(told.at(39)?.value).toBeCloseTo((12 + 0.2) / 12, 6);
  });

  it('is so after a loss', () => {
    const told = watch(200_000, (sinceMs) =>
      fleet(sinceMs < 100_000 ? 10 : 7, { load: sinceMs < 100_000 ? 0.65 : 0.93 }),
    );
    expect(new Set(values(told.slice(0, 38)))).toEqual(new Set([0.7]));
    expect(last(told)).toBeCloseTo(0.93, 6);
  });

  it('is so when as many come as went', () => {
    const told = watch(160_000, (sinceMs) =>
      sinceMs < 100_000
        ? fleet(10, { load: 0.9 })
        : [...fleet(8, { load: 0.9 }), young(8, 100_000), young(9, 100_000)],
    );
    expect(new Set(values(told.slice(25, 38)))).toEqual(new Set([0.7]));
  });

  it('is so while nodes start', () => {
    const told = watch(40_000, () => [
      ...fleet(10, { load: 1.2 }),
      young(10, 0),
      node(11, { health: 'starting', sinceMs: epochMs(startMs) }),
    ]);
    expect(new Set(values(told))).toEqual(new Set([0.7]));
  });

  it('is not so for one of a hundred', () => {
    const told = watch(200_000, (sinceMs) => [...fleet(sinceMs < 100_000 ? 100 : 99, { load: 0.9 })]);
    expect(
      new Set(
        values(told)
          .slice(15)
          .map((value) => Math.round((value ?? 0) * 1e6)),
      ),
    ).toEqual(new Set([900_000]));
  });

  it('may not hide its load for more than five minutes', () => {
    const restless = (sinceMs: number) => [
      ...fleet(8, { load: 1 }),
      young(8, sinceMs, 1),
      young(9, sinceMs, 1),
    ];
    const told = watch(400_000, restless);
    expect(new Set(values(told.slice(0, 75)))).toEqual(new Set([0.7]));
    expect(last(told)).toBeCloseTo(1, 6);
  });

  it('is at the target when all of it is new', () => {
    expect(values(watch(8_000, () => fleet(3, { sinceMs: epochMs(startMs), load: 0 })))).toEqual([0.7, 0.7]);
  });
});

describe('always', () => {
  const health = fc.constantFrom<NodeFacts['health']>(
    'ready',
    'ready',
    'ready',
    'degraded',
    'draining',
    'starting',
    'silent',
    'stopped',
  );
  const anyNode = fc.record({
    capacity: fc.double({ min: 1, max: 1_000, noNaN: true }),
    load: fc.double({ min: 0, max: 3, noNaN: true }),
    health,
    ageMs: fc.integer({ min: 0, max: 200_000 }),
    lateMs: fc.constantFrom(0, 0, 0, 4_000, 60_000),
  });
  const histories = fc.array(
    fc.tuple(fc.integer({ min: 0, max: 60_000 }), fc.array(anyNode, { maxLength: 8 })),
    { maxLength: 12 },
  );
  const play = (history: typeof histories extends fc.Arbitrary<infer T> ? T : never) => {
    let [state, nowMs] = [undefined as FleetLoadState | undefined, startMs];
    return history.map(([passedMs, nodes]) => {
      nowMs += passedMs;
      const facts = nodes.map(({ ageMs, lateMs, ...each }, index) =>
        node(index, { ...each, sinceMs: epochMs(nowMs - ageMs), measuredAtMs: epochMs(nowMs - lateMs) }),
      );
      const answer = fleetLoad(state, { nodes: facts, nowMs: epochMs(nowMs) });
      state = answer.state;
      return { answer, facts };
    });
  };

  it('says a number or nothing, and keeps what can be read again', () => {
    fc.assert(
      fc.property(histories, (history) => {
        for (const { answer } of play(history)) {
          if (answer.state)
            expect(fleetLoadStateSchema.parse(JSON.parse(JSON.stringify(answer.state)))).toEqual(
              answer.state,
            );
          if (answer.value !== undefined)
            expect(Number.isFinite(answer.value) && answer.value >= 0).toBe(true);
        }
      }),
      seeds,
    );
  });

  it('never leaves the target while every load is within the band', () => {
    const calm = fc.array(
      fc.array(
        fc.record({
          load: fc.double({ min: 0.51, max: 0.79, noNaN: true }),
          capacity: fc.double({ min: 1, max: 1_000, noNaN: true }),
        }),
        { minLength: 1, maxLength: 8 },
      ),
      { minLength: 1, maxLength: 12 },
    );
    fc.assert(
      fc.property(calm, (looks) => {
        let state: FleetLoadState | undefined;
        for (const [index, nodes] of looks.entries()) {
          const nowMs = epochMs(startMs + index * lookEveryMs);
          const answer = fleetLoad(state, {
            nodes: nodes.map((each, at) => node(at, { ...each, measuredAtMs: nowMs })),
            nowMs,
          });
          state = answer.state;
          expect(answer.value).toBe(0.7);
        }
      }),
      seeds,
    );
  });

  it('tells no more than the greatest load it saw, and the work of who is drained', () => {
    fc.assert(
      fc.property(histories, (history) => {
        let most = 0.7;
        for (const { answer, facts } of play(history)) {
          const sum = (nodes: readonly NodeFacts[]) =>
            nodes.reduce((total, { load, capacity }) => total + load * capacity, 0);
          const serving = facts.filter(({ health: is }) => is === 'ready' || is === 'degraded');
          const room = serving.reduce((total, { capacity }) => total + capacity, 0);
          const drained = sum(facts.filter(({ health: is }) => is === 'draining'));
          most = Math.max(
            most,
            Math.max(0, ...serving.map(({ load }) => load)) + (room > 0 ? drained / room : 0),
          );
          expect(answer.value ?? 0).toBeLessThanOrEqual(most + 1e-9);
        }
      }),
      seeds,
    );
  });
});
