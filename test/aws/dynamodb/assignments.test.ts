import { DeleteItemCommand } from '@aws-sdk/client-dynamodb';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createAssignments } from '../../../aws/dynamodb/assignments.js';
import type { AssignmentHead } from '../../../core/assignment/table/tables.js';
import { epochMs } from '../../../core/time.js';
import { inLocalAws } from '../in-local-aws.js';

import {
  cluster,
  grant,
  headOf,
  keyOf,
  now,
  partsOf,
  rosterNode,
  rosterOf,
  tableOf,
  withoutDeleting,
  world,
} from './assignment-world.js';

const aws = inLocalAws();

describe('assignments in DynamoDB', () => {
  it('have no head before the first commit', async () => {
    const { reader } = await world(aws());
    expect(await reader.head()).toBeUndefined();
  });

  it('give back what was committed, under a head that counts', async () => {
    const { assignments, reader } = await world(aws());
    const [table, roster] = [tableOf(1, 'n1', 'n2', 'n1'), rosterOf(1, 'n1', 'n2')];
    expect(await assignments.commit(cluster, { over: undefined, table, roster }, now)).toBe('saved');
    const head = await reader.head();
    expect(head).toEqual({
      revision: 1,
      generation: 1,
      tableKey: expect.stringMatching(/^table#0000000000000001#[0-9a-f]{16}$/),
      rosterRevision: 1,
      rosterKey: expect.stringMatching(/^roster#0000000000000001#[0-9a-f]{16}$/),
      writtenAtMs: 1_700_000_000_000,
    });
    if (!head) return;
    expect(await reader.table(head)).toEqual(table);
    expect(await reader.roster(head)).toEqual(roster);
  });

  it('leave what is not committed anew as it was', async () => {
    const made = await world(aws());
    const { assignments, reader } = made;
    const table = tableOf(1, 'n1');
    await assignments.commit(cluster, { over: undefined, table, roster: rosterOf(1, 'n1') }, now);
    const first = await headOf(made);
    await assignments.commit(cluster, { over: first, roster: rosterOf(2, 'n1', 'n2') }, epochMs(now + 1));
    const second = await headOf(made);
    expect(second).toEqual({
      ...first,
      revision: 2,
      rosterRevision: 2,
      rosterKey: expect.not.stringContaining(first.rosterKey ?? ''),
      writtenAtMs: now + 1,
    });
    expect(await reader.table(second)).toEqual(table);
    expect(await reader.roster(second)).toEqual(rosterOf(2, 'n1', 'n2'));
    await assignments.commit(cluster, { over: second, table: tableOf(2, 'n2') }, now);
    const third = await headOf(made);
    expect([third.revision, third.generation, third.rosterKey]).toEqual([3, 2, second.rosterKey]);
  });

  it('keep clusters apart', async () => {
    const { assignments } = await world(aws());
    await assignments.commit(cluster, { over: undefined, table: tableOf(1, 'n1') }, now);
    expect(await assignments.reader('shop/production').head()).toBeUndefined();
    const other = { over: undefined, table: tableOf(1, 'n9') };
    expect(await assignments.commit('shop/production', other, now)).toBe('saved');
  });

  it('let one of many writers win, and show nothing of the losers', async () => {
    const made = await world(aws());
    const tables = ['n1', 'n2', 'n3', 'n4', 'n5', 'n6'].map((node) => tableOf(1, node, node));
    const answers = await Promise.all(
      tables.map((table) => made.assignments.commit(cluster, { over: undefined, table }, now)),
    );
    expect(answers.toSorted()).toEqual(['lost', 'lost', 'lost', 'lost', 'lost', 'saved']);
    const head = await headOf(made);
    expect(head.revision).toBe(1);
    expect(await made.reader.table(head)).toEqual(tables[answers.indexOf('saved')]);
  });

  it('refuse what was computed from a head that is no longer in force, also when it would write the very same', async () => {
    const made = await world(aws());
    await made.assignments.commit(cluster, { over: undefined, table: tableOf(1, 'n1') }, now);
    const old = await headOf(made);
    const next = { over: old, table: tableOf(2, 'n2') };
    expect(await made.assignments.commit(cluster, next, now)).toBe('saved');
    expect(await made.assignments.commit(cluster, next, now)).toBe('lost');
    // The loser's chunks are the winner's: they must be there still.
    expect(await made.reader.table(await headOf(made))).toEqual(tableOf(2, 'n2'));
  });

  it('say that a read is superseded when what it names has gone, and show the generation before meanwhile', async () => {
    const made = await world(aws());
    const { assignments, reader, table } = made;
    const heads: AssignmentHead[] = [];
    for (const number of [1, 2, 3]) {
      const over = heads.at(-1);
      const change = { over, table: tableOf(number, `n${number}`), roster: rosterOf(number, `n${number}`) };
      expect(await assignments.commit(cluster, change, now)).toBe('saved');
      heads.push(await headOf(made));
    }
    const [first, second, third] = heads;
    if (!first || !second || !third) throw new Error('three were committed');
    expect([await reader.table(first), await reader.roster(first)]).toEqual(['superseded', 'superseded']);
    expect(await reader.table(second)).toEqual(tableOf(2, 'n2'));
    expect(await reader.roster(second)).toEqual(rosterOf(2, 'n2'));
    expect(await reader.table(third)).toEqual(tableOf(3, 'n3'));
    expect(await partsOf(aws(), table)).toEqual([
      'head',
      'roster#2#0',
      'roster#3#0',
      'table#2#0',
      'table#3#0',
    ]);
  });

  it('delete what losers left behind, and nothing that is not theirs', async () => {
    const made = await world(aws());
    const { assignments, table } = made;
    await assignments.takeTurn(cluster, { nowMs: now, nextMs: epochMs(now + 4_000), earlyMs: 0 });
    await assignments.commit(
      cluster,
      { over: undefined, table: tableOf(1, 'n1'), roster: rosterOf(1, 'n1') },
      now,
    );
    await assignments.commit('shop/production', { over: undefined, table: tableOf(1, 'n1') }, now);
    await assignments.commit(cluster, { over: undefined, table: tableOf(1, 'loser') }, now);
    expect(await partsOf(aws(), table)).toEqual(['head', 'roster#1#0', 'table#1#0', 'table#1#0']);
    for (const number of [2, 3])
      await assignments.commit(cluster, { over: await headOf(made), table: tableOf(number, 'n1') }, now);
    expect(await partsOf(aws(), table)).toEqual(['head', 'roster#1#0', 'table#2#0', 'table#3#0']);
    expect((await assignments.reader('shop/production').head())?.generation).toBe(1);
    expect(made.unswept).toEqual([]);
  });

  it('keep numbers in their order beyond nine', async () => {
    const made = await world(aws());
    for (let number = 1; number <= 11; number += 1) {
      const over = await made.reader.head();
      await made.assignments.commit(cluster, { over, table: tableOf(number, 'n1') }, now);
    }
    expect(await partsOf(aws(), made.table)).toEqual(['head', 'table#10#0', 'table#11#0']);
  });

  it('stand when what is old cannot be deleted, and tell of it', async () => {
    const { table } = await world(aws());
    const denied = withoutDeleting(aws().dynamodb);
    const unswept: unknown[] = [];
    const assignments = createAssignments(denied, table, (error) => unswept.push(error));
    for (const number of [1, 2, 3]) {
      const over = await assignments.reader(cluster).head();
      const change = { over, table: tableOf(number, 'n1') };
      expect(await assignments.commit(cluster, change, now)).toBe('saved');
    }
    expect(String(unswept)).toContain('could not delete old chunks of shop/staging: AccessDenied');
    expect((await assignments.reader(cluster).head())?.generation).toBe(3);
  });

  it('hold 65,536 partitions of 10,000 nodes, in several chunks', async () => {
    const made = await world(aws());
    const nodes = Array.from({ length: 10_000 }, (_, index) => `shop-7d9f8b6c5d-${index.toString(36)}`);
    const slots = Array.from({ length: 65_536 }, (_, partition) => ({
      ...grant(nodes[(partition * 7_919) % nodes.length] ?? '', 1 + (partition % 300)),
      waitsFor: partition % 10 === 0 ? [{ node: nodes[partition % 100] ?? '', incarnation: 'before' }] : [],
    }));
    const roster = {
      revision: 1,
      nodes: nodes.map((node, index) => rosterNode(node, { unitsPerSecond: index + 1 })),
    };
    const change = { over: undefined, table: { generation: 1, slots }, roster };
    expect(await made.assignments.commit(cluster, change, now)).toBe('saved');
    const head = await headOf(made);
    expect(await made.reader.table(head)).toEqual({ generation: 1, slots });
    expect(await made.reader.roster(head)).toEqual(roster);
    const chunks = (await partsOf(aws(), made.table)).filter((part) => part.startsWith('table'));
    expect(chunks.length).toBeGreaterThan(2);
    await aws().dynamodb.send(
      new DeleteItemCommand({ TableName: made.table, Key: keyOf(`${head.tableKey}#1`) }),
    );
    expect(await made.assignments.reader(cluster).table(head)).toBe('superseded');
    // Who has read it holds it.
    expect(await made.reader.table(head)).toEqual({ generation: 1, slots });
  });

  it('cut a roster that does not fit one item, and put it together again', async () => {
    const made = await world(aws());
    // Names that cannot be compressed: 3,000 times 256 hexadecimal digits.
    const digits = (index: number) =>
      Array.from({ length: 32 }, (_, at) => Math.imul(index * 32 + at + 1, 0x9e3779b1) >>> 0)
        .map((word) => Math.imul(word ^ (word >>> 15), 0x85ebca6b) >>> 0)
        .map((word) => word.toString(16).padStart(8, '0'))
        .join('');
    const nodes = Array.from({ length: 3_000 }, (_, index) =>
      rosterNode(digits(index), { incarnation: 'l' }),
    );
    const roster = { revision: 1, nodes };
    expect(await made.assignments.commit(cluster, { over: undefined, roster }, now)).toBe('saved');
    expect((await partsOf(aws(), made.table)).length).toBeGreaterThan(2);
    expect(await made.reader.roster(await headOf(made))).toEqual(roster);
  });

  it('give back any table that was committed', async () => {
    const made = await world(aws());
    const life = fc.record({
      node: fc.string({ minLength: 1, maxLength: 12 }),
      incarnation: fc.string({ maxLength: 12 }),
    });
    const slot = fc
      .record({
        lives: fc.array(life, { maxLength: 3 }),
        epoch: fc.nat(),
        seconds: fc.nat(2_000_000_000),
        began: fc.nat(),
        waitsFor: fc.array(life, { maxLength: 4 }),
      })
      .map(({ lives, epoch, seconds, began, waitsFor }) => ({
        owners: lives.map(({ node }) => node),
        incarnations: lives.map(({ incarnation }) => incarnation),
        epoch,
        sinceMs: epochMs(1_000 * seconds),
        began,
        waitsFor,
      }));
    let over: AssignmentHead | undefined;
    await fc.assert(
      fc.asyncProperty(fc.array(slot, { minLength: 1, maxLength: 40 }), async (slots) => {
        const table = { generation: (over?.generation ?? 0) + 1, slots };
        expect(await made.assignments.commit(cluster, { over, table }, now)).toBe('saved');
        over = await headOf(made);
        expect(await made.reader.table(over)).toEqual(table);
      }),
      { numRuns: 100 },
    );
  });
});
