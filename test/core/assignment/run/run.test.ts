import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decide } from '../../../../core/assignment/run/run.js';
import type { GrantTable } from '../../../../core/assignment/table/table.js';
import { forGood } from '../../../../core/ownership/claims.js';
import { plusMs } from '../../../../core/time.js';
import { begun, drain, heard, inputOf, minuteMs, record, settings, startMs } from './fleet.js';

const owned = (table: GrantTable | undefined) => {
  const counts = new Map<string, number>();
  for (const { owners } of table?.slots ?? [])
    for (const owner of owners) counts.set(owner, (counts.get(owner) ?? 0) + 1);
  return Object.fromEntries([...counts].toSorted());
};

const drains = (...all: ReturnType<typeof drain>[]) => ({ cluster: 'shop/staging', drains: all });

describe('a run', () => {
  it('gives a first fleet everything, with nobody to wait for', () => {
    const { table, roster } = begun('n1', 'n2', 'n3', 'n4');
    expect([table.generation, owned(table)]).toEqual([1, { n1: 4, n2: 4, n3: 4, n4: 4 }]);
    for (const { owners, incarnations, epoch, began, waitsFor } of table.slots)
      expect([incarnations, epoch, began, waitsFor]).toEqual([[`${owners[0]}-1`], 1, 1, []]);
    expect([roster.revision, roster.nodes.length]).toEqual([1, 4]);
  });

  it('waits with the first table until its oldest node has been there for five seconds, and not with the roster', () => {
    const young = (node: string, ageMs: number) => record(node, { since: plusMs(startMs, -ageMs) });
    const early = decide(inputOf({ records: [young('n1', 4_999), young('n2', 100)] }));
    expect([early.table, early.moves, early.concerns, early.roster?.nodes.length]).toEqual([
      undefined,
      [],
      [],
      2,
    ]);
    const inTime = decide(inputOf({ records: [young('n1', 5_000), young('n2', 100)] }));
    expect(owned(inTime.table)).toEqual({ n1: 8, n2: 8 });
    const gone = heard('old', minuteMs);
    expect(decide(inputOf({ records: [gone, young('n1', 100)] })).table).toBeUndefined();
    const { table, roster } = begun('n1', 'n2');
    const later = decide(inputOf({ table, roster, records: [young('n1', 100), heard('n2', 9_000)] }));
    expect(owned(later.table)).toEqual({ n1: 16 });
  });

  it('writes nothing where nothing has changed', () => {
    const { table, roster, records } = begun('n1', 'n2', 'n3');
    const again = decide(inputOf({ table, roster, records, nowMs: plusMs(startMs, 2_000) }));
    expect([again.table, again.roster, again.moves, again.concerns]).toEqual([undefined, undefined, [], []]);
  });

  it('moves what a dead node had, and nothing else; its successors wait for it', () => {
    const { table, roster, records } = begun('n1', 'n2', 'n3', 'n4');
    const now = [...records.slice(0, 3), heard('n4', 9_000)];
    const next = decide(inputOf({ table, roster, records: now }));
    expect(next.moves.map(({ from, reason }) => `${from} ${reason}`)).toEqual(Array(4).fill('n4 gone'));
    expect(next.roster?.nodes.map(({ node }) => node)).toEqual(['n1', 'n2', 'n3']);
    for (const [partition, grant] of (next.table?.slots ?? []).entries()) {
      const before = table.slots[partition];
      if (before?.owners[0] !== 'n4') expect(grant).toEqual(before);
      else
        expect(grant).toMatchObject({ epoch: 2, began: 2, waitsFor: [{ node: 'n4', incarnation: 'n4-1' }] });
    }
  });

  it('moves what a drained node has, while it is drained, and tells routers', () => {
    const { table, roster, records } = begun('n1', 'n2', 'n3', 'n4');
    const next = decide(inputOf({ table, roster, records, drains: drains(drain('n2')) }));
    expect([...new Set(next.moves.map(({ from, reason }) => `${from} ${reason}`))]).toEqual(['n2 draining']);
    expect(owned(next.table)['n2']).toBeUndefined();
    expect(next.roster?.nodes.find(({ node }) => node === 'n2')).toMatchObject({
      health: 'ready',
      drained: true,
    });
    const over = drains(drain('n2', { untilMs: startMs }));
    expect(decide(inputOf({ table, roster, records, drains: over })).table).toBeUndefined();
  });

  it('grants anew to a new life of an owner, which waits for the one before', () => {
    const { table, roster, records } = begun('n1', 'n2');
    const restarted = record('n1', { incarnation: 'n1-2' });
    const next = decide(inputOf({ table, roster, records: [restarted, records[1] ?? restarted] }));
    expect(next.moves).toEqual([]);
    const grants = next.table?.slots.filter(({ owners }) => owners[0] === 'n1') ?? [];
    expect(grants).toHaveLength(8);
    for (const grant of grants)
      expect(grant).toMatchObject({
        incarnations: ['n1-2'],
        epoch: 2,
        waitsFor: [{ node: 'n1', incarnation: 'n1-1' }],
      });
  });

  it('waits for nobody who has let go for good, and clears who has let go since', () => {
    const { table, roster, records } = begun('n1', 'n2');
    const [one] = records;
    if (!one) throw new Error('there are two');
    const stopped = record('n2', { health: 'stopped', ownership: { letGo: forGood, begun: 0 } });
    const next = decide(inputOf({ table, roster, records: [one, stopped] }));
    expect(owned(next.table)).toEqual({ n1: 16 });
    expect(next.table?.slots.flatMap(({ waitsFor }) => waitsFor)).toEqual([]);

    const draining = record('n2', { health: 'draining' });
    const waiting = decide(inputOf({ table, roster, records: [one, draining] }));
    expect(waiting.table?.slots.flatMap(({ waitsFor }) => waitsFor)).toHaveLength(8);
    const letGo = { ...draining, ownership: { letGo: 2, begun: 1 } };
    const input = { table: waiting.table, roster: waiting.roster, records: [one, letGo] };
    const cleared = decide(inputOf(input));
    expect([cleared.moves, cleared.table?.generation]).toEqual([[], 3]);
    expect(cleared.table?.slots.flatMap(({ waitsFor }) => waitsFor)).toEqual([]);
  });

  it('does not take the word of another life for it', () => {
    const { table, roster, records } = begun('n1', 'n2');
    const [one] = records;
    if (!one) throw new Error('there are two');
    const restarted = record('n2', {
      incarnation: 'n2-2',
      health: 'draining',
      ownership: { letGo: forGood, begun: 0 },
    });
    const next = decide(inputOf({ table, roster, records: [one, restarted] }));
    expect(next.table?.slots.flatMap(({ waitsFor }) => waitsFor)).toEqual(
      Array(8).fill({ node: 'n2', incarnation: 'n2-1' }),
    );
  });

  it('lets nobody wait where the work may be done by several at once', () => {
    const { table, roster, records } = begun('n1', 'n2', 'n3', 'n4');
    const now = [...records.slice(0, 3), heard('n4', 9_000)];
    const several = settings({ owners: { least: 1, most: 2 } });
    const next = decide(inputOf({ settings: several, table, roster, records: now }));
    expect(next.table?.slots.flatMap(({ waitsFor }) => waitsFor)).toEqual([]);
  });

  const six = ['n1', 'n2', 'n3', 'n4', 'n5', 'n6'];
  const deadFive = (agoMs: number) => [record('n1'), ...six.slice(1).map((node) => heard(node, agoMs))];

  it('moves nothing and loses nobody when most look dead', () => {
    const { table, roster, records } = begun(...six);
    const next = decide(inputOf({ table, roster, records: deadFive(minuteMs) }));
    expect([next.table, next.roster, next.concerns]).toEqual([
      undefined,
      undefined,
      [{ kind: 'panic', suspects: 5, known: 6 }],
    ]);
    const nobody = records.map(({ node }) => heard(node, 2 * minuteMs));
    const stalled = decide(inputOf({ table, roster, records: nobody }));
    expect([stalled.table, stalled.roster]).toEqual([undefined, undefined]);
    const all = drains(...six.map((node) => drain(node)));
    expect(decide(inputOf({ table, roster, records: nobody, drains: all })).roster).toBeUndefined();
  });

  it('moves at once what nodes of a small cluster had, of which most died', () => {
    for (const nodes of [
      ['n1', 'n2'],
      ['n1', 'n2', 'n3'],
      ['n1', 'n2', 'n3', 'n4', 'n5'],
    ]) {
      const { table, roster } = begun(...nodes);
      const left = [record('n1'), ...nodes.slice(1).map((node) => heard(node, 9_000))];
      const next = decide(inputOf({ table, roster, records: left }));
      expect([owned(next.table), next.roster?.nodes.length]).toEqual([{ n1: 16 }, 1]);
    }
    const { table, roster } = begun('n1');
    const replaced = [heard('n1', 9_000), record('n2', { since: plusMs(startMs, -1_000) })];
    expect(owned(decide(inputOf({ table, roster, records: replaced })).table)).toEqual({ n2: 16 });
  });

  it('moves nothing of a small cluster where nobody reports', () => {
    const { table, roster, records } = begun('n1', 'n2');
    const nobody = records.map(({ node }) => heard(node, 2 * minuteMs));
    const next = decide(inputOf({ table, roster, records: nobody }));
    expect([next.table, next.roster, next.concerns]).toEqual([undefined, undefined, [{ kind: 'nobody' }]]);
  });

  it('ends a panic when a person drains the dead, or after a quarter of an hour', () => {
    const { table, roster } = begun(...six);
    const drained = decide(
      inputOf({ table, roster, records: deadFive(minuteMs), drains: drains(drain('n2')) }),
    );
    expect([owned(drained.table), drained.concerns]).toEqual([{ n1: 16 }, []]);
    expect(owned(decide(inputOf({ table, roster, records: deadFive(16 * minuteMs) })).table)).toEqual({
      n1: 16,
    });
    const forgotten = decide(inputOf({ table, roster, records: [record('new')] }));
    expect([owned(forgotten.table), forgotten.roster?.nodes.length]).toEqual([{ new: 16 }, 1]);
  });

  it('keeps the number of partitions that a cluster began with', () => {
    const { table, roster, records } = begun('n1', 'n2');
    const declared = settings({ partitions: 64 });
    const next = decide(inputOf({ settings: declared, table, roster, records: [...records, record('n3')] }));
    expect(next.table?.slots).toHaveLength(16);
    expect(decide(inputOf({ settings: declared, records })).table?.slots).toHaveLength(64);
  });

  it('makes what was lost anew, with greater epochs, and lets the new owners wait', () => {
    const { records } = begun('n1', 'n2');
    const head = { generation: 41, rosterRevision: 7 };
    const { table, roster } = decide(inputOf({ head, records }));
    expect([table?.generation, owned(table), roster?.revision]).toEqual([42, { n1: 8, n2: 8 }, 8]);
    for (const { epoch, began, waitsFor } of table?.slots ?? [])
      expect([epoch, began, waitsFor]).toEqual([42, 42, [{ node: '', incarnation: '' }]]);
    const begunBoth = records.map((each) => ({ ...each, ownership: { letGo: 42, begun: 42 } }));
    const next = decide(inputOf({ table, roster, records: begunBoth }));
    expect(next.table?.slots.flatMap(({ waitsFor }) => waitsFor)).toEqual([]);
  });

  it('has nothing to write where there are no nodes', () => {
    const { table, roster, moves } = decide(inputOf());
    expect([table, roster, moves]).toEqual([undefined, undefined, []]);
  });
});

describe('runs, one after the other, whatever comes', () => {
  const events = fc.array(
    fc.record({
      node: fc.constantFrom('n1', 'n2', 'n3', 'n4', 'n5'),
      what: fc.constantFrom('report', 'restart', 'silence', 'stop', 'drain'),
      afterMs: fc.integer({ min: 0, max: 20_000 }),
    }),
    { minLength: 1, maxLength: 15 },
  );

  it('make generations and epochs that only grow, in which nobody owns what nobody had who could own it', () => {
    fc.assert(
      fc.property(events, (steps) => {
        let { table, roster } = begun('n1', 'n2', 'n3');
        let records = ['n1', 'n2', 'n3'].map((node) => record(node));
        let nowMs = startMs;
        let lives = 1;
        for (const { node, what, afterMs } of steps) {
          nowMs = plusMs(nowMs, afterMs);
          lives += 1;
          const others = records.map((each) =>
            each.node === node || each.health === 'stopped' ? each : { ...each, arrivedAtMs: nowMs },
          );
          const known = others.find((each) => each.node === node);
          const next = {
            report: () => [record(node, { ...known, arrivedAtMs: nowMs, health: 'ready' as const })],
            restart: () => [
              record(node, { incarnation: `${node}-${lives}`, arrivedAtMs: nowMs, since: nowMs }),
            ],
            silence: () => (known ? [known] : []),
            stop: () => (known ? [{ ...known, health: 'stopped' as const }] : []),
            drain: () => (known ? [{ ...known, health: 'draining' as const, arrivedAtMs: nowMs }] : []),
          }[what]();
          records = [...others.filter((each) => each.node !== node), ...next];
          const decision = decide(inputOf({ table, roster, records, nowMs }));
          if (decision.table) {
            expect(decision.table.generation).toBe(table.generation + 1);
            for (const [partition, grant] of decision.table.slots.entries()) {
              const before = table.slots[partition];
              expect(grant.owners).toHaveLength(1);
              expect(grant.epoch - (before?.epoch ?? 0)).toBe(
                grant.owners[0] === before?.owners[0] && grant.incarnations[0] === before?.incarnations[0]
                  ? 0
                  : 1,
              );
            }
          }
          table = decision.table ?? table;
          roster = decision.roster ?? roster;
          const again = decide(inputOf({ table, roster, records, nowMs }));
          // What was written is in force: the same look finds nothing forced to do.
          expect(again.moves.filter(({ reason }) => reason === 'gone' || reason === 'draining')).toEqual([]);
          expect(again.roster).toBeUndefined();
        }
      }),
      { numRuns: 300 },
    );
  });
});
