import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lookAt } from '../../../../core/assignment/run/facts.js';
import { rosterAfter } from '../../../../core/assignment/run/roster.js';
import type { NodeRecord } from '../../../../core/fleet/node-records.js';
import type { Roster } from '../../../../core/fleet/roster.js';
import { heard, record, startMs } from './fleet.js';

interface Look {
  readonly before?: Roster;
  readonly drained?: readonly string[];
  readonly isSuspect?: boolean;
}

const rosterOf = (records: readonly NodeRecord[], { before, drained = [], isSuspect = false }: Look = {}) =>
  withRevision(
    before,
    rosterAfter(before, lookAt(records, new Set(drained), startMs), { isSuspect, marks: new Map() }),
  );

const withRevision = (before: Roster | undefined, nodes: Roster['nodes'] | undefined) =>
  nodes && { revision: (before?.revision ?? 0) + 1, nodes };

const names = (roster: Roster | undefined) => roster?.nodes.map(({ node }) => node);

describe('the roster', () => {
  it('names who is there, in order, with what routers need', () => {
    const other = record('n2', {
      endpoint: 'http://10.0.0.2:8080',
      labels: { zone: 'b', cohort: 'x' },
      health: 'starting',
      unitsPerSecond: 250,
    });
    expect(rosterOf([other, record('n1'), heard('n3', 9_000), record('n4', { health: 'stopped' })])).toEqual({
      revision: 1,
      nodes: [
        // It has not measured yet: as much as the other does with as much declared.
        { node: 'n1', incarnation: 'n1-1', labels: {}, health: 'ready', unitsPerSecond: 250 },
        {
          node: 'n2',
          incarnation: 'n2-1',
          endpoint: 'http://10.0.0.2:8080',
          labels: { cohort: 'x', zone: 'b' },
          health: 'starting',
          unitsPerSecond: 250,
        },
      ],
    });
  });

  it('says whom a person drains, and no longer when that is over', () => {
    const before = rosterOf([record('n1'), record('n2')], { drained: ['n2'] });
    expect(before?.nodes.map(({ drained }) => drained)).toEqual([undefined, true]);
    const next = rosterOf([record('n1'), record('n2')], { ...(before && { before }) });
    expect([next?.revision, next?.nodes.map(({ drained }) => drained)]).toEqual([2, [undefined, undefined]]);
  });

  it('is not written anew while it says the same, in whatever order nodes and labels come', () => {
    const [one, two] = [record('n1', { labels: { a: '1', b: '2' } }), record('n2')];
    const before = rosterOf([one, two]);
    if (!before) throw new Error('there is a first');
    expect(rosterOf([two, { ...one, labels: { b: '2', a: '1' }, load: 0.9 }], { before })).toBeUndefined();
    expect(rosterOf([], {})).toBeUndefined();
  });

  it.each([
    { what: 'another life', change: { incarnation: 'n1-2' } },
    { what: 'an endpoint', change: { endpoint: 'http://n1' } },
    { what: 'health', change: { health: 'degraded' as const } },
    { what: 'a label', change: { labels: { zone: 'c' } } },
  ])('is written anew for $what', ({ change }) => {
    const before = rosterOf([record('n1')]);
    if (!before) throw new Error('there is a first');
    expect(rosterOf([record('n1', change)], { before })).toMatchObject({ revision: 2, nodes: [change] });
  });

  it('follows what is measured in steps of a tenth, from what it said last', () => {
    const before = rosterOf([record('n1', { unitsPerSecond: 100 })]);
    if (!before) throw new Error('there is a first');
    for (const unitsPerSecond of [110, 90])
      expect(rosterOf([record('n1', { unitsPerSecond })], { before })).toBeUndefined();
    for (const unitsPerSecond of [110.1, 89.9])
      expect(rosterOf([record('n1', { unitsPerSecond })], { before })?.nodes[0]).toMatchObject({
        unitsPerSecond,
      });
  });

  it('keeps the silent as they were while the measurement is suspect, and nobody else', () => {
    const before = rosterOf([record('n1', { unitsPerSecond: 100 }), record('n2'), record('n3')]);
    if (!before) throw new Error('there is a first');
    const silent = [heard('n1', 60_000, { unitsPerSecond: 500 }), heard('n2', 60_000), heard('new', 60_000)];
    const gone = record('n3', { health: 'stopped' });
    expect(names(rosterOf([...silent, gone, record('n4')], { before }))).toEqual(['n4']);
    const kept = rosterOf([...silent, gone, record('n4')], { before, isSuspect: true });
    expect(names(kept)).toEqual(['n1', 'n2', 'n4']);
    expect(kept?.nodes[0]).toEqual(before.nodes[0]);
  });

  it('names exactly those that are there', () => {
    const fleet = fc.uniqueArray(
      fc.record({
        name: fc.string({ minLength: 1, maxLength: 3 }),
        agoMs: fc.nat(16_000),
        isStopped: fc.boolean(),
      }),
      { selector: ({ name }) => name, maxLength: 12 },
    );
    fc.assert(
      fc.property(fleet, (nodes) => {
        const now = record('~now');
        const records = nodes.map(({ name, agoMs, isStopped }) =>
          heard(name, agoMs, isStopped ? { health: 'stopped' } : {}),
        );
        const live = nodes.filter(({ agoMs, isStopped }) => !isStopped && agoMs <= 8_000);
        expect(names(rosterOf([...records, now]))).toEqual(
          [...live.map(({ name }) => name), '~now'].sort((a, b) => (a < b ? -1 : 1)),
        );
      }),
      { numRuns: 300 },
    );
  });
});
