import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { load } from '../../../control/see/load/load.js';
import { ServiceUnavailable } from '../../../core/errors.js';
import { epochMs } from '../../../core/time.js';
import { assign, cluster, report, tableOf } from '../fleet-at-work.js';
import { type NodeFacts, startMs } from '../in-memory-cloud.js';
import { createWorld, type World } from '../world.js';

let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.project.remove());

const look = (bandLoad?: number) => load(world.cloud, { cluster, bandLoad });

/** A node of 100 units/s. */
const node = (name: string, busy: number, about: NodeFacts['load'] = {}): NodeFacts => ({
  node: name,
  load: { load: busy, capacity: 100, ...about },
});

const measured = (name: string, busy: number, unitsPerSecond: number) => node(name, busy, { unitsPerSecond });

const outage = () => Promise.reject(new ServiceUnavailable('the table does not answer', { hint: 'none' }));

describe('load', () => {
  it('tells of each node, live ones first, the busiest first', async () => {
    report(
      world,
      { ...node('gone', 9), health: 'stopped' },
      { ...node('quiet', 5), arrivedAtMs: startMs - 40_000 },
      node('n2', 0.2, { unitsPerSecond: 80 }),
      node('n1', 0.9, { queueDepth: 3, shed: 7 }),
    );
    assign(world, tableOf(5, ['n1', 'n1', 'n2', { owners: [] }]));
    const answer = await look();
    expect(answer.nodes).toEqual([
      {
        node: 'n1',
        presence: 'live',
        health: 'ready',
        load: 0.9,
        queueDepth: 3,
        inFlight: 1,
        shed: 7,
        declared: 100,
        // It has not measured yet: as much as its peer.
        unitsPerSecond: 80,
        isMeasured: false,
        partitions: 2,
      },
      expect.objectContaining({
        node: 'n2',
        declared: 100,
        unitsPerSecond: 80,
        isMeasured: true,
        partitions: 1,
      }),
      expect.objectContaining({ node: 'quiet', presence: 'silent', partitions: 0 }),
      expect.objectContaining({ node: 'gone', presence: 'left' }),
    ]);
    expect(answer.assignment).toMatchObject({ generation: 5, partitions: 4, unowned: 1 });
  });

  it('spreads over those in service, each by what it can do', async () => {
    report(world, ...[measured('n1', 0.9, 100), measured('n2', 0.1, 300), measured('n3', 0.25, 100)], {
      ...node('n4', 4),
      health: 'draining',
    });
    expect((await look()).spread).toEqual({
      max: 0.9,
      maxNode: 'n1',
      mean: 0.29,
      bandLoad: 0.1,
      above: ['n1'],
      below: ['n2'],
    });
    expect((await look(0.7)).spread).toMatchObject({ bandLoad: 0.7, above: [], below: [] });
  });

  it('counts moves of the last minutes, and no first owners', async () => {
    report(world, node('n1', 0.1));
    assign(
      world,
      tableOf(9, [
        { owners: ['n1'], movedSecondsAgo: 59 },
        { owners: ['n1'], movedSecondsAgo: 60 },
        { owners: ['n1'], movedSecondsAgo: 599 },
        { owners: ['n1'], movedSecondsAgo: 600 },
        { owners: ['n1'], movedSecondsAgo: 1, epoch: 1 },
      ]),
    );
    expect((await look()).assignment).toEqual({
      generation: 9,
      partitions: 5,
      unowned: 0,
      writtenAt: '2026-01-01T00:00:00.000Z',
      lastMoveAt: '2025-12-31T23:59:01.000Z',
      movedLastMinute: 1,
      movedLast10Minutes: 3,
    });
  });

  it('names the hottest partitions by their share of the owner, and keys by their share of the partition', async () => {
    report(
      world,
      node('n1', 0.9, {
        unitsPerSecond: 100,
        work: { 0: 62, 1: 5 },
        hotKeys: [{ key: 'user:42', partition: 0, unitsPerSecond: 55 }],
      }),
      // A stand-in served some of partition 0.
      node('n2', 0.4, {
        unitsPerSecond: 20,
        work: { 0: 2, 2: 6 },
        hotKeys: [
          { key: 'b', partition: 2, unitsPerSecond: 9 },
          { key: 'user:42', partition: 0, unitsPerSecond: 2 },
        ],
      }),
      { ...node('n3', 1, { work: { 3: 99 } }), arrivedAtMs: startMs - 40_000 },
    );
    assign(world, tableOf(5, ['n1', { owners: ['n1', 'n2'] }, 'n2', 'n1']));
    const { hottestPartitions, hottestKeys } = await look();
    expect(hottestPartitions).toEqual([
      { partition: 0, node: 'n1', unitsPerSecond: 64, shareOfNode: 0.64 },
      { partition: 2, node: 'n2', unitsPerSecond: 6, shareOfNode: 0.3 },
      // Two share it.
      { partition: 1, node: 'n1', unitsPerSecond: 5, shareOfNode: 0.025 },
    ]);
    expect(hottestKeys).toEqual([
      { key: 'user:42', partition: 0, node: 'n1', unitsPerSecond: 57, shareOfPartition: 57 / 64 },
      { key: 'b', partition: 2, node: 'n2', unitsPerSecond: 9, shareOfPartition: 1 },
    ]);
  });

  it('says what it cannot read, and tells the rest', async () => {
    report(world, node('n1', 0.1));
    world.cloud.drains.read = outage;
    world.cloud.assignment = () => ({ head: outage, table: outage, roster: outage });
    const answer = await look();
    expect(answer).not.toHaveProperty('assignment');
    expect(answer.nodes).toHaveLength(1);
    expect(answer.blind.toSorted()).toEqual([
      'the assignment cannot be read: the table does not answer',
      'the drains cannot be read: the table does not answer',
    ]);
  });

  it('reads again what was replaced while it was read, and gives up in the end', async () => {
    report(world, node('n1', 0.1));
    assign(world, tableOf(5, ['n1']));
    const { head, table } = world.cloud.assignment(cluster);
    let [reads, until] = [0, 4];
    const replaced = async () => (++reads <= until ? ('superseded' as const) : table());
    world.cloud.assignment = () => ({ head, table: replaced, roster: outage });
    expect((await look()).assignment).toMatchObject({ generation: 5 });
    [reads, until] = [0, 99];
    expect((await look()).blind).toEqual([expect.stringContaining('changed again and again')]);
    expect(reads).toBe(5);
  });

  it('marks what is drained, which says nothing of the spread', async () => {
    report(world, node('n1', 0.9), node('n2', 0.2), node('n3', 0.2));
    const drain = {
      node: 'n1',
      sinceMs: epochMs(startMs),
      untilMs: epochMs(startMs + 60_000),
      reason: 'hot',
      by: 'anna',
    };
    world.cloud.drained.set('quest/staging', [drain]);
    const answer = await look();
    expect(answer.nodes[0]).toMatchObject({ node: 'n1', drain: { reason: 'hot' } });
    expect(answer).toMatchObject({ spread: { max: 0.2, mean: 0.2 }, causes: [] });
  });
});

describe('why a node is hot', () => {
  const peers = [node('n2', 0.2, { unitsPerSecond: 98 }), node('n3', 0.2, { unitsPerSecond: 96 })];
  const hot = (about: NodeFacts['load']) => node('n1', 0.9, { unitsPerSecond: 97, ...about });
  const even = ['n1', 'n2', 'n3', 'n1', 'n2', 'n3'];

  it.each<[string, NodeFacts['load'], string[], string, string]>([
    [
      'slow',
      { unitsPerSecond: 60 },
      even,
      'has lost capacity: it does 60 units/s, where its peers do 98 with as much declared',
      'veltrix drain quest/staging n1 --for 30m -m "slow", then look at its machine',
    ],
    [
      'hot-key',
      {
        unitsPerSecond: 100,
        work: { 0: 62 },
        hotKeys: [{ key: 'user:42', partition: 0, unitsPerSecond: 54.56 }],
      },
      even,
      'has a hot key: partition 0 is 0.62 of it, and the key "user:42" is 88 % of that',
      'no move helps: split the key, cache what it reads, or declare owners.most above 1 where several may do its work',
    ],
    [
      'hot-partition',
      {
        unitsPerSecond: 100,
        work: { 0: 62, 3: 20 },
        hotKeys: [{ key: 'a', partition: 0, unitsPerSecond: 8 }],
      },
      even,
      'has a hot partition: 0 is 0.62 of it, of no single key',
      'its other partitions move away by themselves; more partitions, or owners.most above 1, would spread it',
    ],
    [
      'too-many-partitions',
      { unitsPerSecond: 97 },
      ['n1', 'n1', 'n1', 'n1', 'n2', 'n3'],
      'has too many partitions: 4, where 2 would be its share',
      'they move within the next generations: see `veltrix load` again in a minute',
    ],
    [
      'besides',
      { unitsPerSecond: 100, work: { 0: 10, 3: 15 } },
      even,
      'is busy with other work: its partitions bring 0.25 of its load of 0.90',
      'look at what waits there, and at who sends to it without a key',
    ],
    [
      'unknown',
      { unitsPerSecond: 100, work: { 0: 30, 3: 32 } },
      even,
      'is above the band, and its reports do not tell why',
      'veltrix load quest/staging --watch',
    ],
  ])('%s', async (kind, about, owners, why, next) => {
    report(world, hot(about), ...peers);
    assign(world, tableOf(5, owners));
    expect((await look()).causes).toEqual([{ node: 'n1', kind, why, next }]);
  });

  it('fleet-full', async () => {
    const work = { 0: 70, 3: 80 };
    report(world, node('n1', 1.5, { work }), node('n2', 0.8), node('n3', 0.8));
    assign(world, tableOf(5, even));
    const [cause] = (await look(0.1)).causes;
    // No single partition is 0.4 of its load of 1.5 … both are, so the hotter one is named first.
    expect(cause).toMatchObject({ kind: 'hot-partition' });
    report(world, node('n1', 1.5, { work: { 0: 50, 3: 50 } }), node('n2', 0.8), node('n3', 0.8));
    expect((await look()).causes).toEqual([
      {
        node: 'n1',
        kind: 'fleet-full',
        why: 'has no one to give to: the fleet is offered 1.03 of what it can do',
        next: 'add nodes to quest/staging',
      },
    ]);
  });
});
