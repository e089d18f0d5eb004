import { describe, expect, it } from 'vitest';
import type { AssignmentHead } from '../../../core/assignment/table/tables.js';
import { seededRandom } from '../world.js';
import { createCluster, grant, keyOf, member } from './cluster.js';

const gapsOf = (instants: readonly number[]) =>
  instants.slice(1).map((at, index) => at - (instants[index] ?? 0));

describe('reading the table', () => {
  it('begins at once, is not waited for, and goes on every two seconds, give or take a tenth', async () => {
    const cluster = createCluster({ random: seededRandom(5) });
    cluster.table.behaviour = 'hangs';
    await cluster.connect();
    expect(cluster.table.reads.map(({ atMs }) => atMs)).toEqual([0]);
    cluster.table.behaviour = 'works';
    await cluster.clock.advance(120_000);
    const gaps = gapsOf(cluster.table.reads.map(({ atMs }) => atMs)).slice(1);
    expect(gaps.length).toBeGreaterThan(50);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(1_800);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(2_200);
    expect(new Set(gaps.map(Math.round)).size).toBeGreaterThan(20);
  });

  it('looks four times as often while an earlier owner may still serve what it was granted', async () => {
    const cluster = createCluster();
    cluster.table.write([grant('a', 2, { waitsFor: ['b'] })]);
    cluster.table.writeRoster([member('a'), member('b')]);
    const node = await cluster.connect();
    await cluster.clock.advance(5_000);
    const gaps = gapsOf(cluster.table.reads.map(({ atMs }) => atMs));
    expect(gaps.length).toBeGreaterThanOrEqual(9);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(450);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(550);
    expect(node.owns(keyOf[0])).toBeUndefined();

    cluster.table.write([grant('a', 2)]);
    await cluster.clock.advance(550);
    expect(node.owns(keyOf[0])).toBe(2);
    const before = cluster.table.reads.length;
    await cluster.clock.advance(20_000);
    expect(cluster.table.reads.length - before).toBeLessThanOrEqual(11);
  });

  it('keeps its pace in a fleet where somebody always waits', async () => {
    const cluster = createCluster();
    cluster.table.write([grant('a', 2, { waitsFor: ['b'] })]);
    cluster.table.writeRoster(
      Array.from({ length: 501 }, (_, index) => member(index === 0 ? 'a' : `n${index}`)),
    );
    await cluster.connect();
    const before = cluster.table.reads.length;
    await cluster.clock.advance(6_000);
    expect(cluster.table.reads.length - before).toBeLessThanOrEqual(4);
  });

  it('fetches what is new, and only that', async () => {
    const cluster = createCluster();
    cluster.table.write([grant('a', 1)]);
    cluster.table.writeRoster([member('a')]);
    const node = await cluster.connect();
    await cluster.clock.advance(60_000);
    expect(cluster.table.fetches).toBe(2);
    expect(node.owns(keyOf[0])).toBe(1);
    expect(node.router.nodes().map((peer) => peer.node)).toEqual(['a']);
    cluster.table.writeRoster([member('a'), member('b')]);
    await cluster.clock.advance(2_000);
    expect(cluster.table.fetches).toBe(3);
  });

  it('reads the head again when a writer has overtaken it', async () => {
    const cluster = createCluster();
    cluster.table.write([grant('b', 1)]);
    cluster.table.latencyMs = 10;
    const node = await cluster.connect();
    // The head that is being read names a table that is gone when it arrives.
    cluster.table.tables.clear();
    cluster.table.write([grant('a', 2)]);
    await cluster.clock.advance(50);
    expect(node.owns(keyOf[0])).toBe(2);
    expect(cluster.table.reads.map(({ atMs }) => atMs)).toEqual([0, 20]);
  });

  it('never goes back to an older table, and takes no sign of life from it', async () => {
    const cluster = createCluster();
    cluster.table.write([grant('a', 1)]);
    const old = cluster.table.head;
    cluster.table.write([grant('a', 7)]);
    const node = await cluster.connect();
    expect(node.owns(keyOf[0])).toBe(7);
    cluster.table.head = old;
    await cluster.clock.advance(7_900);
    expect(node.owns(keyOf[0])).toBe(7);
    await cluster.clock.advance(200);
    expect(node.owns(keyOf[0])).toBeUndefined();
    cluster.table.head = undefined;
    await cluster.clock.advance(10_000);
    expect(node.owns(keyOf[0])).toBeUndefined();
    expect(cluster.logged).toContainEqual({ level: 'warn', message: 'the assignment could not be read' });
  });

  it('takes a table and a roster that were made anew in place of lost ones, which count from 1 again', async () => {
    const cluster = createCluster();
    cluster.table.write([grant('b', 1)]);
    for (const node of ['a', 'b', 'c']) cluster.table.writeRoster([member(node)]);
    const node = await cluster.connect();
    expect(node.router.nodes().map((peer) => peer.node)).toEqual(['c']);
    cluster.table.head = undefined;
    cluster.table.rosters.set('roster#1#anew', { revision: 1, nodes: [member('a'), member('d')] });
    cluster.table.write([grant('a', 1_000_001, { began: 1_000_001 })], 1_000_001);
    if (cluster.table.head)
      cluster.table.head = {
        ...(cluster.table.head as AssignmentHead),
        rosterRevision: 1,
        rosterKey: 'roster#1#anew',
      };
    await cluster.clock.advance(2_000);
    expect(node.owns(keyOf[0])).toBe(1_000_001);
    expect(node.router.nodes().map((peer) => peer.node)).toEqual(['a', 'd']);
    // It holds both now, and goes by its numbers.
    const { fetches } = cluster.table;
    await cluster.clock.advance(20_000);
    expect([cluster.table.fetches - fetches, node.owns(keyOf[0])]).toEqual([0, 1_000_001]);
  });

  it('takes no older generation, however often its head was written', async () => {
    const cluster = createCluster();
    cluster.table.write([grant('a', 7)], 7);
    const node = await cluster.connect();
    cluster.table.write([grant('a', 9)], 3);
    await cluster.clock.advance(7_900);
    expect(node.owns(keyOf[0])).toBe(7);
    await cluster.clock.advance(200);
    expect(node.owns(keyOf[0])).toBeUndefined();
    expect(node.status().routing?.lastError).toBe('an older one is in force than was read before');
  });

  it('gives up a read that hangs, so that the next one fits into the lease', async () => {
    const cluster = createCluster();
    cluster.table.write([grant('a', 1)]);
    const node = await cluster.connect();
    const seen: unknown[] = [];
    node.onRevoked(() => void seen.push('revoked'));
    cluster.table.behaviour = 'hangs';
    await cluster.clock.advance(2_500);
    cluster.table.behaviour = 'works';
    await cluster.clock.advance(30_000);
    expect(seen).toEqual([]);
    expect(node.owns(keyOf[0])).toBe(1);
  });

  it.each([
    ['the head', { latencyMs: 5_000 }],
    ['the table', { fetchLatencyMs: 5_000 }],
  ])('ignores what a read answers that was given up: %s', async (_what, latencies) => {
    const cluster = createCluster();
    Object.assign(cluster.table, latencies);
    cluster.table.write([grant('a', 1)]);
    const node = await cluster.connect();
    await cluster.clock.advance(30_000);
    expect(node.owns(keyOf[0])).toBeUndefined();
    expect(node.status()).not.toHaveProperty('partitions');
  });

  it('ignores a roster that comes too late, and keeps its table', async () => {
    const cluster = createCluster();
    cluster.table.write([grant('a', 1)]);
    const node = await cluster.connect();
    cluster.table.writeRoster([member('a')]);
    cluster.table.fetchLatencyMs = 5_000;
    await cluster.clock.advance(30_000);
    expect(node.router.nodes()).toEqual([]);
    expect(node.owns(keyOf[0])).toBe(1);
  });

  it('counts the lease from when a read started, however long it took', async () => {
    const cluster = createCluster();
    cluster.table.latencyMs = 1_400;
    cluster.table.write([grant('a', 1)]);
    const node = await cluster.connect();
    await cluster.clock.advance(2_800);
    expect(node.owns(keyOf[0])).toBe(1);
    cluster.table.behaviour = 'fails';
    await cluster.clock.advance(5_199);
    expect(node.owns(keyOf[0])).toBe(1);
    await cluster.clock.advance(1);
    expect(node.owns(keyOf[0])).toBeUndefined();
  });

  it('keeps its pace while a lease may hold, and then spreads out, so that a fleet does not come back at once', async () => {
    const cluster = createCluster({ random: seededRandom(11) });
    cluster.table.behaviour = 'fails';
    const nodes = 40;
    for (let index = 0; index < nodes; index += 1) await cluster.connect(`n${index}`);
    await cluster.clock.advance(6_000);
    expect(cluster.table.reads.length).toBeGreaterThanOrEqual(nodes * 3);
    await cluster.clock.advance(24_000);
    const before = cluster.table.reads.length;
    await cluster.clock.advance(20_000);
    const perSecond = (cluster.table.reads.length - before) / 20;
    // Of the 20 a second that they ask when all is well.
    expect(perSecond).toBeLessThan(12);
    cluster.table.behaviour = 'works';
    const returned = cluster.clock.monotonicMs();
    await cluster.clock.advance(10_000);
    const firsts = cluster.table.reads.filter(({ atMs }) => atMs > returned && atMs <= returned + 8_000);
    const busiest = Math.max(
      ...Array.from({ length: 16 }, (_, half) => {
        const fromMs = returned + 500 * half;
        return firsts.filter(({ atMs }) => atMs > fromMs && atMs <= fromMs + 500).length;
      }),
    );
    expect(busiest).toBeLessThanOrEqual(nodes / 2);
  });

  it('says once that it cannot be read, however long that lasts', async () => {
    const cluster = createCluster();
    cluster.table.behaviour = 'fails';
    await cluster.connect();
    await cluster.clock.advance(120_000);
    expect(
      cluster.logged.filter(({ message }) => message === 'the assignment could not be read'),
    ).toHaveLength(1);
  });

  it('ends with the node, also half-way', async () => {
    const cluster = createCluster();
    const node = await cluster.connect();
    cluster.table.behaviour = 'hangs';
    await cluster.clock.advance(2_500);
    await node.close();
    expect(cluster.clock.timers()).toEqual([]);
    expect(cluster.table.closed).toBe(1);
    const reads = cluster.table.reads.length;
    await cluster.clock.advance(60_000);
    expect(cluster.table.reads.length).toBe(reads);
  });
});
