import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { nodeShard } from '../../../core/names.js';
import { epochMs } from '../../../core/time.js';
import { inLocalAws } from '../../aws/in-local-aws.js';
import { assigner, begun, owned, shop, staging, startMs } from './assigner.js';

const aws = inLocalAws();
const event = { cluster: staging };

describe('assign-partitions', () => {
  it('gives a fleet its first table and roster, and says so', async () => {
    const { table, rosterNames, head, counts, lines } = await begun(aws());
    expect(owned(await table())).toEqual({ n1: 4, n2: 4, n3: 4, n4: 4 });
    expect(await rosterNames()).toEqual(['n1', 'n2', 'n3', 'n4']);
    expect(await head()).toMatchObject({
      revision: 1,
      generation: 1,
      rosterRevision: 1,
      writtenAtMs: startMs,
    });
    expect(counts()).toEqual({
      AssignmentsEvaluated: 1,
      AssignmentGenerations: 1,
      AssignmentMoves: 16,
      AssignmentMovesForced: 16,
      PartitionsFew: 1,
    });
    expect(lines()).toContain(
      '"cluster":"shop/staging","generation":1,"moves":16,"forced":16,"told":["partition 0: nobody → n',
    );
  });

  it('writes nothing when it is asked again', async () => {
    const { handle, head, since } = await begun(aws());
    const before = await head();
    await handle(event);
    expect(await head()).toEqual(before);
    expect(since()).toEqual({ AssignmentsEvaluated: 1, PartitionsFew: 1 });
  });

  it('moves what a dead node had, and nothing else; readers need not fetch the rest', async () => {
    const { handle, head, table, report, pass, rosterNames, since, lines } = await begun(aws());
    const before = await table();
    pass(10_000);
    for (const node of ['n1', 'n2', 'n3']) await report(node);
    await handle(event);
    const now = await table();
    expect(now.generation).toBe(2);
    const moved = now.slots.flatMap((slot, partition) =>
      slot.epoch === before.slots[partition]?.epoch ? [] : [before.slots[partition]?.owners[0]],
    );
    expect(moved).toEqual(['n4', 'n4', 'n4', 'n4']);
    expect(await rosterNames()).toEqual(['n1', 'n2', 'n3']);
    const packed = { packed: expect.any(Uint8Array) };
    expect(await head()).toMatchObject({ tableChanges: packed, rosterChanges: packed });
    expect(since()).toEqual({
      AssignmentsEvaluated: 1,
      AssignmentGenerations: 1,
      AssignmentMoves: 4,
      AssignmentMovesForced: 4,
      PartitionsFew: 1,
    });
    expect(lines()).toMatch(/partition \d+: n4 → n\d, n4 is gone \(/);
  });

  it('counts that nobody can serve where a small fleet falls silent, and not where it said good-bye', async () => {
    const silent = await begun(aws());
    silent.pass(120_000);
    await silent.handle(event);
    expect(silent.since()).toEqual({ AssignmentsEvaluated: 1, AssignmentNobody: 1 });
    expect(silent.lines()).toContain('no node can own a partition');
    const gone = await begun(aws());
    for (const node of ['n1', 'n2', 'n3', 'n4']) await gone.report(node, { health: 'stopped' });
    gone.pass(120_000);
    await gone.handle(event);
    expect(gone.since()).toEqual({ AssignmentsEvaluated: 1 });
  });

  it('moves what a drained node has, and nothing else, and gives it back by degrees', async () => {
    const { handle, table, drains, since, report, pass } = await begun(aws());
    const drain = {
      node: 'n2',
      sinceMs: startMs,
      untilMs: epochMs(startMs + 60_000),
      reason: 'disk',
      by: 'anna',
    };
    await drains.write({ cluster: staging, drains: [drain] }, 0);
    await handle(event);
    const now = await table();
    expect(owned(now)['n2']).toBeUndefined();
    expect(now.slots.filter(({ epoch }) => epoch === 2)).toHaveLength(4);
    expect(since()).toMatchObject({ AssignmentMoves: 4, AssignmentMovesForced: 4 });
    pass(61_000);
    for (const node of ['n1', 'n2', 'n3', 'n4']) await report(node);
    await handle(event);
    expect(owned(await table())['n2']).toBe(1);
    expect(since()).toMatchObject({ AssignmentMoves: 5, AssignmentMovesForced: 4 });
  });

  it('makes one generation of two runs at once', async () => {
    const { handle, head, table, report, pass, counts } = await begun(aws());
    pass(10_000);
    for (const node of ['n1', 'n2', 'n3']) await report(node);
    await Promise.all([handle(event), handle(event), handle(event)]);
    expect((await head())?.revision).toBe(2);
    expect((await table()).generation).toBe(2);
    expect(counts()).toMatchObject({ AssignmentGenerations: 2, AssignmentsEvaluated: 4 });
  });

  it('reads and decides again when another was quicker, a few times', async () => {
    let losses = 2;
    const { handle, table, report, counts } = await assigner(aws(), {
      through: ({ assignments }) => ({
        assignments: {
          ...assignments,
          commit: async (...args) => (losses-- > 0 ? 'lost' : assignments.commit(...args)),
        },
      }),
    });
    await report('n1');
    await handle(event);
    expect(owned(await table())).toEqual({ n1: 16 });
    expect(counts()).toMatchObject({ AssignmentsLost: 2, AssignmentsEvaluated: 1, AssignmentGenerations: 1 });
  });

  it('leaves it to the others when they are always quicker', async () => {
    let commits = 0;
    const made = await assigner(aws(), {
      through: ({ assignments }) => ({
        assignments: {
          ...assignments,
          commit: async () => {
            commits += 1;
            return 'lost';
          },
        },
      }),
    });
    await made.report('n1');
    await made.handle(event);
    expect(commits).toBe(3);
    expect(made.counts()).toEqual({ AssignmentsLost: 3, AssignmentsEvaluated: 1 });
    expect(made.lines()).toContain('info others were quicker {"cluster":"shop/staging"}');
  });

  it('moves nothing when most look dead, and says that the measurement is suspect', async () => {
    const { handle, head, report, pass, counts, lines } = await assigner(aws());
    for (const node of ['n1', 'n2', 'n3', 'n4', 'n5', 'n6']) await report(node);
    await handle(event);
    const before = await head();
    pass(30_000);
    await report('n1');
    await handle(event);
    expect(await head()).toEqual(before);
    expect(counts()).toMatchObject({ AssignmentGenerations: 1, AssignmentPanics: 1 });
    expect(lines()).toContain('warn 5 of 6 nodes are silent: the measurement is suspect, nothing was moved');
  });

  it('takes a node whose record cannot be read for gone, and goes on', async () => {
    const { handle, table, nodesTable, report, pass } = await begun(aws());
    pass(1_000);
    for (const node of ['n1', 'n2', 'n3']) await report(node);
    const Item = {
      cluster: { S: nodeShard(staging, 'n4') },
      node: { S: 'n4' },
      revision: { N: '9' },
      expiresAtSeconds: { N: '9999999999' },
      record: { S: '{"form":9}' },
    };
    await aws().dynamodb.send(new PutItemCommand({ TableName: nodesTable, Item }));
    await handle(event);
    expect(owned(await table())['n4']).toBeUndefined();
  });

  it('says of a fleet that is offered more than it can do', async () => {
    const { handle, report, since, lines } = await begun(aws());
    for (const node of ['n1', 'n2', 'n3', 'n4']) await report(node, { load: 1.5 });
    await handle(event);
    expect(since()).toMatchObject({ FleetOverfull: 1 });
    expect(lines()).toContain('warn the fleet is offered 1.');
  });

  it('names the first moves only', async () => {
    const application = { ...shop, routing: { partitions: 64 } };
    const { report, handle, lines } = await assigner(aws(), { application });
    await report('n1');
    await handle(event);
    expect(lines().match(/nobody → n1/g)).toHaveLength(20);
    expect(lines()).toContain('"moves":64');
  });

  it('keeps the number of partitions of a table when the application declares another, and warns', async () => {
    const { table, assignments } = await assigner(aws());
    const slot = { owners: [], incarnations: [], epoch: 0, sinceMs: epochMs(0), began: 0, waitsFor: [] };
    const first = { generation: 1, slots: Array(32).fill(slot) };
    await assignments.commit(staging, { over: undefined, table: first }, startMs);
    const made = await assigner(aws(), { through: () => ({ assignments }) });
    await made.report('n1');
    await made.handle(event);
    expect(owned(await table())).toEqual({ n1: 32 });
    expect(made.lines()).toContain('"partitions":32,"declared":16');
  });
});
