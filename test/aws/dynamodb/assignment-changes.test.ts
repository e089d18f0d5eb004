/** Who has read the table or roster before gets the next one of what changed, and gets the same as who fetches it. */

import {
  type AttributeValue,
  DeleteItemCommand,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AssignmentHead } from '../../../core/assignment/table/tables.js';
import { successions } from '../../core/assignment/table/stored.js';
import { inLocalAws } from '../in-local-aws.js';
import { chain, large, moved, podOf, slotsOf, tableWith, thousand } from './assignment-chain.js';
import { cluster, keyOf, now, partsOf, rosterNode } from './assignment-world.js';

const aws = inLocalAws();

describe('a reader that holds the table before', () => {
  it('gets any next one as who fetches it does, whichever heads it has missed', async () => {
    const made = await chain(aws());
    const { commit, reader, fetched } = made;
    const lagging = made.assignments.reader(cluster);
    let generation = 0;
    await fc.assert(
      fc.asyncProperty(successions, fc.boolean(), async ([before, next], isMissed) => {
        for (const { slots } of [before, next]) {
          generation += 1;
          const head = await commit({ table: tableWith(slots, generation) });
          const whole = await fetched(head);
          expect(whole).toEqual({ generation, slots });
          expect(await reader.table(head)).toEqual(whole);
          if (!isMissed) expect(await lagging.table(head)).toEqual(whole);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('needs nothing but the head where a twelfth of 1,024 partitions moved', async () => {
    const { commit, reader, asked } = await chain(aws());
    await reader.table(await commit({ table: tableWith(thousand, 1) }));
    const next = tableWith(moved(thousand, 92), 2);
    const head = await commit({ table: next });
    expect(head.tableChanges).toEqual({ packed: expect.any(Uint8Array) });
    asked.length = 0;
    expect(await reader.table(head)).toEqual(next);
    expect(asked).toEqual([]);
  });

  it('gets larger changes in place of the table, where they cost less', async () => {
    const { commit, reader, asked } = await chain(aws());
    await reader.table(await commit({ table: tableWith(large, 1) }));
    const next = tableWith(moved(large, 1_500), 2);
    const head = await commit({ table: next });
    expect(head.tableChanges).toEqual({
      key: expect.stringMatching(/^table#0000000000000002#changes-[0-9a-f]{16}$/),
    });
    asked.length = 0;
    expect(await reader.table(head)).toEqual(next);
    expect(asked).toEqual(['table#2#changes#0']);
  });

  it('fetches the table where the changes cost as much', async () => {
    const { commit, reader, asked } = await chain(aws());
    await reader.table(await commit({ table: tableWith(large, 1) }));
    const other = large.map((slot) => ({ ...slot, epoch: slot.epoch + 1 }));
    const head = await commit({ table: tableWith(other, 2) });
    expect(head.tableChanges).toBeUndefined();
    asked.length = 0;
    expect(await reader.table(head)).toEqual(tableWith(other, 2));
    expect(asked).toEqual(['table#2#0']);
  });

  it('fetches the table where it missed a generation, and goes by changes again afterwards', async () => {
    const { commit, reader, asked } = await chain(aws());
    await reader.table(await commit({ table: tableWith(thousand, 1) }));
    await commit({ table: tableWith(moved(thousand, 1), 2) });
    const third = await commit({ table: tableWith(moved(thousand, 2), 3) });
    asked.length = 0;
    expect(await reader.table(third)).toEqual(tableWith(moved(thousand, 2), 3));
    expect(asked).toEqual(['table#3#0']);
    const fourth = await commit({ table: tableWith(moved(thousand, 3), 4) });
    expect(await reader.table(fourth)).toEqual(tableWith(moved(thousand, 3), 4));
    expect(asked).toHaveLength(1);
  });

  it('fetches the table where nobody told what it came from', async () => {
    const { assignments, commit, reader, asked } = await chain(aws());
    const over = await commit({ table: tableWith(thousand, 1) });
    await reader.table(over);
    await assignments.commit(cluster, { over, table: tableWith(moved(thousand, 1), 2) }, now);
    const head = await reader.head();
    expect(head?.tableChanges).toBeUndefined();
    asked.length = 0;
    expect(head && (await reader.table(head))).toEqual(tableWith(moved(thousand, 1), 2));
    expect(asked).toEqual(['table#2#0']);
  });

  it.each([
    ['of another base', (second: AssignmentHead) => second.tableChanges],
    ['that are no gzip', () => ({ packed: Uint8Array.of(1, 2, 3) })],
    ['that are gone', () => ({ key: 'table#0000000000000003#changes#0000000000000000' })],
  ])('fetches the table where it is offered changes %s', async (_, offered) => {
    const { commit, reader, asked } = await chain(aws());
    await reader.table(await commit({ table: tableWith(thousand, 1) }));
    const second = await commit({ table: tableWith(moved(thousand, 1), 2) });
    await reader.table(second);
    const third = await commit({ table: tableWith(moved(thousand, 2), 3) });
    const changes = offered(second);
    asked.length = 0;
    const read = await reader.table({ ...third, ...(changes && { tableChanges: changes }) });
    expect(read).toEqual(tableWith(moved(thousand, 2), 3));
    expect(asked.at(-1)).toBe('table#3#0');
  });

  it('is told that a read is superseded where changes and table are gone', async () => {
    const { commit, reader, table } = await chain(aws());
    await reader.table(await commit({ table: tableWith(large, 1) }));
    const head = await commit({ table: tableWith(moved(large, 1_500), 2) });
    const key = head.tableChanges && 'key' in head.tableChanges ? head.tableChanges.key : '';
    for (const part of [`${key}#0`, `${head.tableKey}#0`])
      await aws().dynamodb.send(new DeleteItemCommand({ TableName: table, Key: keyOf(part) }));
    expect(await reader.table(head)).toBe('superseded');
  });

  it('is not given another generation than the head names', async () => {
    const { commit, reader } = await chain(aws());
    await reader.table(await commit({ table: tableWith(thousand, 1) }));
    const head = await commit({ table: tableWith(moved(thousand, 1), 3) });
    await expect(reader.table({ ...head, generation: 2 })).rejects.toThrow('its chunks are of another one');
  });

  it('is not stopped by a table of the same generation that is another one', async () => {
    const { assignments, commit, reader } = await chain(aws());
    const over = await commit({ table: tableWith(thousand, 1) });
    await reader.table(over);
    // As if what is in force had been made anew: the reader holds another table under the same number.
    const lost = { over: { ...over, tableKey: 'table#0000000000000001#0000000000000000' } };
    const other = tableWith(moved(thousand, 500, 9), 1);
    const next = tableWith(moved(other.slots, 3, 10), 2);
    await assignments.commit(cluster, { ...lost, previous: { table: other }, table: next }, now);
    const head = await reader.head();
    expect(head?.tableChanges).toBeDefined();
    expect(head && (await reader.table(head))).toEqual(next);
  });
});

describe('changes in DynamoDB', () => {
  it('stay named while the roster alone is written, and go where the table is written without', async () => {
    const { assignments, commit, reader } = await chain(aws());
    await reader.table(await commit({ table: tableWith(thousand, 1), roster: { revision: 1, nodes: [] } }));
    const second = await commit({ table: tableWith(moved(thousand, 1), 2) });
    const third = await commit({ roster: { revision: 2, nodes: [rosterNode('n1')] } });
    expect(third.tableChanges).toEqual(second.tableChanges);
    expect(await reader.table(third)).toEqual(tableWith(moved(thousand, 1), 2));
    const fourth = await commit({ table: tableWith(moved(thousand, 2), 3) });
    expect(fourth.rosterChanges).toEqual(third.rosterChanges);
    const change = { over: fourth, table: tableWith(thousand, 4), roster: { revision: 3, nodes: [] } };
    await assignments.commit(cluster, change, now);
    const last = await reader.head();
    expect([last?.tableChanges, last?.rosterChanges]).toEqual([undefined, undefined]);
  });

  it('are deleted with the tables that they made', async () => {
    const { commit, table } = await chain(aws());
    await commit({ table: tableWith(large, 1) });
    for (const generation of [2, 3, 4])
      await commit({ table: tableWith(moved(large, 1_500, generation), generation) });
    expect((await partsOf(aws(), table)).toSorted()).toEqual([
      'head',
      'table#3#0',
      'table#3#changes#0',
      'table#4#0',
      'table#4#changes#0',
    ]);
  });

  it('leave the head one read unit, however large they may be in it', async () => {
    const { commit, table } = await chain(aws());
    const nodes = Array.from({ length: 300 }, (_, index) => rosterNode(podOf(index))).toSorted((a, b) =>
      a.node < b.node ? -1 : 1,
    );
    const slots = slotsOf(2_048, 64);
    await commit({ table: tableWith(slots, 1), roster: { revision: 1, nodes } });
    const stored = { head: 0, table: 0, roster: 0 };
    for (let generation = 2; generation < 60; generation += 1) {
      const changed = nodes.map((node, index) =>
        index < 2 * generation ? { ...node, incarnation: podOf(1_000 * generation + index) } : node,
      );
      const head = await commit({
        table: tableWith(moved(slots, 10 * generation, generation), generation),
        roster: { revision: generation, nodes: changed },
      });
      stored.table = Math.max(stored.table, inHeadBytes(head.tableChanges));
      stored.roster = Math.max(stored.roster, inHeadBytes(head.rosterChanges));
      stored.head = Math.max(stored.head, await itemBytes(table));
    }
    // The largest of each, near what they may be.
    expect([stored.table > 2_300, stored.roster > 800]).toEqual([true, true]);
    expect(stored.table + stored.roster + 700).toBeLessThan(4_096);
    expect(stored.head).toBeLessThan(4_096);
  });
});

const inHeadBytes = (place: AssignmentHead['tableChanges']): number =>
  place && 'packed' in place ? place.packed.length : 0;

describe('a reader that holds the roster before', () => {
  const fleet = Array.from({ length: 400 }, (_, index) =>
    rosterNode(podOf(index), { endpoint: `http://10.0.${index % 7}.${index}:8080` }),
  ).toSorted((a, b) => (a.node < b.node ? -1 : 1));

  it('needs nothing but the head where a few nodes changed, and the changes where many did', async () => {
    const { commit, reader, asked } = await chain(aws());
    await reader.roster(await commit({ roster: { revision: 1, nodes: fleet } }));
    const few = fleet.slice(2).map((node, index) => (index === 7 ? { ...node, drained: true } : node));
    const second = await commit({ roster: { revision: 2, nodes: few } });
    asked.length = 0;
    expect(await reader.roster(second)).toEqual({ revision: 2, nodes: few });
    expect(asked).toEqual([]);
    const many = few.map((node, index) => (index % 5 === 0 ? { ...node, incarnation: podOf(index) } : node));
    const third = await commit({ roster: { revision: 3, nodes: many } });
    expect(await reader.roster(third)).toEqual({ revision: 3, nodes: many });
    expect(asked).toEqual(['roster#3#changes#0']);
  });

  it('fetches it where it missed one, or is offered what is no JSON', async () => {
    const { commit, reader, asked } = await chain(aws());
    await reader.roster(await commit({ roster: { revision: 1, nodes: fleet } }));
    await commit({ roster: { revision: 2, nodes: fleet.slice(1) } });
    const third = await commit({ roster: { revision: 3, nodes: fleet.slice(2) } });
    asked.length = 0;
    expect(await reader.roster(third)).toEqual({ revision: 3, nodes: fleet.slice(2) });
    expect(asked).toEqual(['roster#3#0']);
    const fourth = await commit({ roster: { revision: 4, nodes: fleet.slice(3) } });
    const broken = { ...fourth, rosterChanges: { packed: Uint8Array.of(31, 139) } };
    expect(await reader.roster(broken)).toEqual({ revision: 4, nodes: fleet.slice(3) });
    expect(asked).toEqual(['roster#3#0', 'roster#4#0']);
  });
});

it('a head whose changes are neither bytes nor a key is of another form', async () => {
  const { commit, reader, table } = await chain(aws());
  await commit({ table: tableWith(thousand, 1) });
  const stored = await aws().dynamodb.send(new GetItemCommand({ TableName: table, Key: keyOf('head') }));
  const Item = { ...stored.Item, tableChanges: { N: '1' } };
  await aws().dynamodb.send(new PutItemCommand({ TableName: table, Item }));
  await expect(reader.head()).rejects.toThrow('The head of shop/staging was stored in another form');
});

/** As DynamoDB counts: names and values. */
async function itemBytes(table: string): Promise<number> {
  const { Item = {} } = await aws().dynamodb.send(
    new GetItemCommand({ TableName: table, Key: keyOf('head') }),
  );
  const valueBytes = ({ S, N, B }: AttributeValue): number => S?.length ?? N?.length ?? B?.length ?? 0;
  return Object.entries(Item).reduce((sum, [name, value]) => sum + name.length + valueBytes(value), 0);
}
