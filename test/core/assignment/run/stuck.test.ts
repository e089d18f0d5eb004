/** Nodes that report, and take up nothing that they are granted. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Decision, decide } from '../../../../core/assignment/run/run.js';
import type { GrantTable } from '../../../../core/assignment/table/table.js';
import type { NodeRecord } from '../../../../core/fleet/node-records.js';
import type { Roster } from '../../../../core/fleet/roster.js';
import { epochMs, plusMs } from '../../../../core/time.js';
import { inputOf, record, startMs } from './fleet.js';

/** A fleet of three that long has its first table, whose nodes claim as a test says. */
function story() {
  let [nowMs, table, roster]: [number, GrantTable | undefined, Roster | undefined] = [
    startMs,
    undefined,
    undefined,
  ];
  const nodes = new Map<string, Partial<NodeRecord>>();
  const run = (): Decision => {
    const records = [...nodes].map(([node, change]) =>
      record(node, { arrivedAtMs: epochMs(nowMs), ...change }),
    );
    const decision = decide(inputOf({ table, roster, records, nowMs: epochMs(nowMs) }));
    table = decision.table ?? table;
    roster = decision.roster ?? roster;
    return decision;
  };
  return {
    nodes,
    run,
    pass: (durationMs: number) => {
      nowMs += durationMs;
    },
    get nowMs() {
      return epochMs(nowMs);
    },
    get generation() {
      return table?.generation ?? 0;
    },
    owned: (node: string) => table?.slots.filter(({ owners }) => owners[0] === node).length,
    stuck: () =>
      roster?.nodes.flatMap(({ node, stuckAt }) => (stuckAt === undefined ? [] : [[node, stuckAt]])),
    /** Reads the table, and says so. */
    claims(node: string, begun = table?.generation ?? 0) {
      nodes.set(node, { ...nodes.get(node), ownership: { letGo: begun, begun } });
    },
  };
}

function settled() {
  const told = story();
  for (const node of ['a', 'b', 'c']) told.nodes.set(node, {});
  told.run();
  for (const node of ['a', 'b', 'c']) told.claims(node);
  told.pass(1_000);
  told.run();
  return told;
}

describe('a node that never begins what it is granted', () => {
  /** `c` has left, and `a` cannot read of what it got of it. */
  function granted() {
    const told = settled();
    told.nodes.set('c', { health: 'stopped' });
    told.run();
    told.claims('b');
    return told;
  }

  it('loses everything after 45 seconds, by its own reports, and people are told', () => {
    const told = granted();
    const had = told.owned('a');
    expect(had).toBeGreaterThan(5);
    told.pass(45_000);
    expect([told.run().concerns, told.owned('a')]).toEqual([[], had]);
    told.pass(1);
    const { concerns, moves } = told.run();
    expect(concerns).toEqual([{ kind: 'stuck', node: 'a' }]);
    expect(moves.map(({ from, to }) => `${from} ${to}`)).toEqual(Array(had).fill('a b'));
    expect([told.owned('a'), told.owned('b'), told.stuck()]).toEqual([0, 16, [['a', 1]]]);
  });

  it('is judged by when its report came, not by when it is looked at', () => {
    const told = granted();
    const arrivedAtMs = plusMs(told.nowMs, 44_000);
    told.nodes.set('a', { ...told.nodes.get('a'), arrivedAtMs, reportIntervalMs: 60_000 });
    told.pass(60_000);
    expect(told.run().concerns).toEqual([]);
  });

  it('gets nothing, however long that lasts, and is taken back when it claims', () => {
    const told = granted();
    told.pass(46_000);
    told.run();
    for (let minute = 0; minute < 20; minute += 1) {
      told.claims('b');
      told.pass(60_000);
      expect([told.run().concerns, told.owned('a')]).toEqual([[{ kind: 'stuck', node: 'a' }], 0]);
    }
    told.claims('a');
    told.run();
    expect(told.stuck()).toEqual([]);
    for (let turn = 0; turn < 10; turn += 1) {
      told.pass(10_000);
      told.run();
      for (const node of ['a', 'b']) told.claims(node);
    }
    expect(told.owned('a')).toBeGreaterThan(0);
    expect(told.stuck()).toEqual([]);
  });

  it('is taken back with another life', () => {
    const told = granted();
    told.pass(46_000);
    told.run();
    told.nodes.set('a', { incarnation: 'a-2', since: told.nowMs });
    expect(told.run().concerns).toEqual([]);
    expect(told.stuck()).toEqual([]);
  });

  it('keeps what it has when there is no other', () => {
    const told = granted();
    told.nodes.set('b', { health: 'stopped' });
    told.claims('a', 0);
    told.pass(46_000);
    const { table, concerns } = told.run();
    expect(table).toBeUndefined();
    expect(concerns).toEqual([{ kind: 'nobody' }, { kind: 'stuck', node: 'a' }]);
  });
});

it('a restarted owner has as long to begin as any', () => {
  const told = settled();
  told.pass(600_000);
  told.claims('a', 1);
  told.nodes.set('a', { incarnation: 'a-2', since: told.nowMs, ownership: { letGo: 0, begun: 0 } });
  told.run();
  expect(told.owned('a')).toBeGreaterThan(4);
  told.pass(45_000);
  expect(told.run().concerns).toEqual([]);
  told.pass(1);
  expect(told.run().concerns).toEqual([{ kind: 'stuck', node: 'a' }]);
});

describe('a node that claims nothing', () => {
  function silent() {
    const told = story();
    for (const node of ['a', 'b', 'c']) told.nodes.set(node, {});
    told.run();
    return told;
  }

  it('loses everything half a minute after it should have claimed, where others do', () => {
    const told = silent();
    for (const node of ['b', 'c']) told.claims(node);
    told.pass(60_000);
    expect([told.run().concerns, told.owned('a')]).toEqual([[], 6]);
    told.pass(1);
    expect([told.run().concerns, told.owned('a'), told.stuck()]).toEqual([[], 6, []]);
    told.pass(30_000);
    expect([told.run().concerns, told.owned('a')]).toEqual([[], 6]);
    told.pass(1);
    expect([told.run().concerns, told.owned('a')]).toEqual([[{ kind: 'stuck', node: 'a' }], 0]);
    told.pass(600_000);
    for (const node of ['b', 'c']) told.claims(node);
    expect([told.run().concerns, told.owned('a')]).toEqual([[{ kind: 'stuck', node: 'a' }], 0]);
    told.claims('a');
    expect(told.run().concerns).toEqual([]);
  });

  it('owns on where nobody claims: then it is not the node', () => {
    const told = silent();
    told.pass(600_000);
    expect([told.run().concerns, told.owned('a')]).toEqual([[], 6]);
  });

  it('has time to claim again after all could not, when the first of them does', () => {
    const told = settled();
    told.pass(600_000);
    for (const node of ['a', 'b', 'c']) told.nodes.set(node, {});
    for (let turn = 0; turn < 10; turn += 1) {
      told.pass(60_000);
      expect(told.run().concerns).toEqual([]);
    }
    told.claims('c');
    expect(told.run().concerns).toEqual([]);
    told.pass(30_000);
    told.claims('b');
    expect(told.run().concerns).toEqual([]);
    told.pass(1);
    told.claims('a');
    expect([told.run().concerns, told.generation]).toEqual([[], 1]);
  });

  it('may have work in the first minute of its life', () => {
    const told = settled();
    told.nodes.set('d', { since: told.nowMs });
    told.pass(20_000);
    expect(told.run().nodes.map(({ node, health }) => [node, health])).toContainEqual(['d', 'ready']);
    // At the latest: what it was given meanwhile gave it another minute.
    for (const durationMs of [40_001, 60_001, 30_001]) {
      told.pass(durationMs);
      for (const node of ['a', 'b', 'c']) told.claims(node);
      told.run();
    }
    expect(told.run().nodes.map(({ node, health }) => [node, health])).toContainEqual(['d', 'draining']);
  });
});

it('nobody who takes up within 30 seconds what it is granted loses anything by this', () => {
  const turns = fc.array(
    fc.record({
      node: fc.constantFrom('a', 'b', 'c', 'd'),
      what: fc.constantFrom('restart', 'stop', 'drain', 'come', 'nothing'),
      afterMs: fc.integer({ min: 0, max: 30_000 }),
      lagMs: fc.integer({ min: 0, max: 30_000 }),
    }),
    { minLength: 1, maxLength: 20 },
  );
  fc.assert(
    fc.property(turns, (happened) => {
      const told = settled();
      const reads: { readonly node: string; readonly atMs: number; readonly generation: number }[] = [];
      let lives = 1;
      for (const { node, what, afterMs, lagMs } of happened) {
        lives += 1;
        const next = {
          restart: { incarnation: `${node}-${lives}`, since: told.nowMs },
          come: { incarnation: `${node}-${lives}`, since: told.nowMs },
          stop: { ...told.nodes.get(node), health: 'stopped' as const },
          drain: { ...told.nodes.get(node), health: 'draining' as const },
          nothing: told.nodes.get(node),
        }[what];
        if (next) told.nodes.set(node, next);
        told.run();
        for (const each of told.nodes.keys())
          reads.push({ node: each, atMs: told.nowMs + lagMs, generation: told.generation });
        told.pass(afterMs);
        for (const read of reads)
          if (read.atMs <= told.nowMs)
            told.claims(
              read.node,
              Math.max(read.generation, told.nodes.get(read.node)?.ownership?.begun ?? 0),
            );
        expect(told.run().concerns.filter(({ kind }) => kind === 'stuck')).toEqual([]);
      }
    }),
    { numRuns: 300 },
  );
});
