import { describe, expect, it } from 'vitest';
import { Misdirected, Overloaded } from '../../../client/index.js';
import { nodeReportSchema } from '../../../core/fleet/node-reports.js';
import { createCluster, grant, keyOf, member } from './cluster.js';

function held() {
  let release: () => void = () => undefined;
  const promise = new Promise<void>((resolve) => {
    release = resolve;
  });
  return { promise, release };
}

async function createServing(options = {}) {
  const cluster = createCluster();
  cluster.table.write([grant('a', 3), grant('b', 1)]);
  cluster.table.writeRoster([member('a'), member('b')]);
  const node = await cluster.connect('a', options);
  return { ...cluster, node };
}

describe('serve', () => {
  it('returns what the work returns, throws what it throws, and counts both', async () => {
    const { node, clock, lastReportOf } = await createServing();
    expect(await node.serve(() => 7)).toBe(7);
    expect(await node.serve(async () => 'later')).toBe('later');
    const boom = new Error('boom');
    const fail = () => {
      throw boom;
    };
    await expect(node.serve(fail)).rejects.toBe(boom);
    await clock.advance(6_000);
    expect(lastReportOf('a')?.profiles['limits']?.counters).toEqual({
      'v1-bbbbbbbb': { requests: 3, errors: 1, slow: 0 },
    });
  });

  it('begins in the turn in which it is called, where there is room', async () => {
    const { node } = await createServing();
    let hasBegun = false;
    void node.serve(() => {
      hasBegun = true;
    });
    expect(hasBegun).toBe(true);
  });

  it('begins no more than the node can do, lets others wait, and sheds the rest', async () => {
    const { node, clock, lastReportOf } = await createServing({ capacity: 2, queueMax: 1 });
    const { promise, release } = held();
    const served = [1, 2, 3].map(() => node.serve(() => promise));
    expect(node.status()).toMatchObject({ inFlight: 2, queueDepth: 1, shed: 0 });
    node.setQueueDepth(4);
    expect(node.status().queueDepth).toBe(5);
    node.setQueueDepth(0);
    await expect(node.serve(() => 1, { units: 3 })).rejects.toThrow(Overloaded);
    await clock.advance(6_000);
    expect(lastReportOf('a')).toMatchObject({ inFlight: 2, queueDepth: 1, shed: 3, load: 1.5 });
    release();
    await Promise.all(served);
    expect(node.status()).toMatchObject({ inFlight: 0, queueDepth: 0, shed: 3 });
  });

  it('weighs work by its units', async () => {
    const { node } = await createServing({ capacity: 10, queueMax: 0 });
    const { promise, release } = held();
    const heavy = node.serve(() => promise, { units: 8 });
    await expect(node.serve(() => 1, { units: 3 })).rejects.toThrow(Overloaded);
    expect(await node.serve(() => 'light', { units: 2 })).toBe('light');
    release();
    await heavy;
    for (const units of [0, -1, 1.5, Number.NaN])
      await expect(node.serve(() => 1, { units })).rejects.toMatchObject({ code: 'VELTRIX_USAGE' });
  });

  it('drains what waits as well', async () => {
    const { node, table, clock } = await createServing({ capacity: 1 });
    const [first, second] = [held(), held()];
    void node.serve(() => first.promise);
    void node.serve(() => second.promise);
    table.write([grant('b', 4), grant('b', 1)]);
    let isDrained = false;
    void node.drain().then(() => {
      isDrained = true;
    });
    await clock.advance(4_000);
    expect(isDrained).toBe(false);
    first.release();
    await clock.settle();
    expect([isDrained, node.status().queueDepth]).toEqual([false, 0]);
    second.release();
    await clock.settle();
    expect(isDrained).toBe(true);
  });
});

describe('serve, for a key', () => {
  it('hands out the epoch, and a signal that rests', async () => {
    const { node } = await createServing();
    const tell = ({ epoch, signal }: { epoch?: number; signal: AbortSignal }) => [epoch, signal.aborted];
    expect(await node.serve(tell, { key: keyOf[0], exclusive: true })).toEqual([3, false]);
    expect(await node.serve(tell, { key: keyOf[0] })).toEqual([3, false]);
    expect(await node.serve(tell, { key: keyOf[1] })).toEqual([undefined, false]);
    expect(await node.serve(tell)).toEqual([undefined, false]);
  });

  it('refuses exclusive work that another node owns, and says who', async () => {
    const { node, clock, lastReportOf } = await createServing();
    let isDone = false;
    const work = () => {
      isDone = true;
    };
    const refused = await node
      .serve(work, { key: keyOf[1], exclusive: true })
      .catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(Misdirected);
    expect(refused).toMatchObject({ partition: 1, generation: 1, epoch: 1, owner: 'b' });
    expect(isDone).toBe(false);
    await expect(node.serve(work, { exclusive: true })).rejects.toMatchObject({ code: 'VELTRIX_USAGE' });
    await clock.advance(6_000);
    // What belongs elsewhere is no load of this node.
    expect(lastReportOf('a')).not.toHaveProperty('work');
    expect(lastReportOf('a')).not.toHaveProperty('misdirected');
  });

  it('is no load of a node that refuses it', async () => {
    const { node, clock, lastReportOf } = await createServing({ capacity: 4 });
    for (let nth = 0; nth < 20; nth += 1) {
      const work = node.serve(() => new Promise<void>((done) => clock.setTimer(done, 100)));
      await clock.advance(100);
      await work;
    }
    await clock.advance(5_600);
    expect(lastReportOf('a')?.unitsPerSecond).toBeCloseTo(40, 5);
    for (let nth = 0; nth < 1_000; nth += 1)
      await node.serve(() => 1, { key: keyOf[1], exclusive: true }).catch(() => undefined);
    await clock.advance(5_600);
    expect(lastReportOf('a')?.load).toBe(0);
  });

  it('refuses exclusive work whose partition has gone while it waited', async () => {
    const { node, table, clock } = await createServing({ capacity: 1 });
    const { promise, release } = held();
    void node.serve(() => promise);
    const waiting = node
      .serve(() => 'done', { key: keyOf[0], exclusive: true })
      .catch((error: unknown) => error);
    table.write([grant('b', 4, { began: 2 }), grant('b', 1)]);
    await clock.advance(2_000);
    release();
    expect(await waiting).toMatchObject({ code: 'VELTRIX_MISDIRECTED', generation: 2, owner: 'b' });
    expect(await node.serve(() => 'next')).toBe('next');
  });

  it('counts work that it does in place of the owner, in work units', async () => {
    const { node, clock, lastReportOf } = await createServing();
    await node.serve(() => 1, { key: keyOf[1], units: 4 });
    node.measure(() => 1, { key: keyOf[1] });
    await node.serve(() => 1, { key: keyOf[0] });
    await node.serve(() => 1, { key: keyOf[2] });
    await clock.advance(6_000);
    expect(lastReportOf('a')?.misdirected).toBe(5);
  });
});

describe('a report, where routing is declared', () => {
  it('says how it stands with its partitions from the first table on', async () => {
    const cluster = createCluster();
    const node = await cluster.connect();
    await cluster.clock.advance(6_000);
    expect(cluster.lastReportOf('a')).not.toHaveProperty('ownership');
    expect(node.status()).not.toHaveProperty('partitions');
    cluster.table.write([grant('a', 1, { began: 1, waitsFor: ['b'] })]);
    await cluster.clock.advance(6_000);
    expect(cluster.lastReportOf('a')?.ownership).toEqual({ letGo: 1, begun: 0 });
    await cluster.clock.advance(12_000);
    expect(cluster.lastReportOf('a')?.ownership).toEqual({ letGo: 1, begun: 1 });
  });

  it('tells work by partition, shed work included, with three digits and without traces', async () => {
    const { node, clock, reportsOf } = await createServing({ capacity: 1, queueMax: 0 });
    const { promise, release } = held();
    void node.serve(() => promise);
    for (let second = 0; second < 60; second += 1) {
      for (let nth = 0; nth < 10; nth += 1)
        await node.serve(() => 1, { key: keyOf[0] }).catch(() => undefined);
      node.measure(() => 1, { key: keyOf[1] });
      await clock.advance(1_000);
    }
    const last = reportsOf('a').at(-1);
    expect(nodeReportSchema.parse(last)).toEqual(last);
    expect(last?.work?.['0']).toBeGreaterThan(9.5);
    expect(last?.work?.['0']).toBeLessThan(10.5);
    expect(String(last?.work?.['0']).replace('.', '')).toMatch(/^\d{1,3}$/);
    expect(last?.work?.['1']).toBeCloseTo(1, 0);
    release();
    await clock.advance(400_000);
    expect(reportsOf('a').at(-1)).not.toHaveProperty('work');
  });

  it('tells the busiest of more partitions than a report holds', async () => {
    const cluster = createCluster();
    const { slots } = { slots: Array.from({ length: 4_096 }, () => grant('a', 1)) };
    cluster.table.tables.set('wide', { generation: 1, slots });
    cluster.table.write([]);
    cluster.table.tables.set('table#1', { generation: 1, slots });
    const node = await cluster.connect();
    for (let nth = 0; nth < 6_000; nth += 1) node.measure(() => 1, { key: `k${nth}` });
    for (let nth = 0; nth < 50; nth += 1) node.measure(() => 1, { key: 'busy' });
    await cluster.clock.advance(5_600);
    const work = Object.values(cluster.lastReportOf('a')?.work ?? {});
    expect(work).toHaveLength(1_024);
    expect(Math.min(...work)).toBeGreaterThan(Math.max(...work) / 60);
    expect(nodeReportSchema.safeParse(cluster.lastReportOf('a')).success).toBe(true);
    expect(Buffer.byteLength(JSON.stringify(cluster.lastReportOf('a')))).toBeLessThan(32 * 1024);
  });

  it.each([
    [undefined, '#016e80fb'],
    ['hashed', '#016e80fb'],
    ['plain', 'anna@example.org'],
    [false, undefined],
  ] as const)('names hot keys as it was told: %s', async (hotKeys, named) => {
    const { node, clock, lastReportOf } = await createServing({ hotKeys });
    for (let nth = 0; nth < 300; nth += 1)
      node.measure(() => 1, { key: nth % 2 ? 'anna@example.org' : `k${nth}` });
    await clock.advance(5_600);
    const [first] = lastReportOf('a')?.hotKeys ?? [];
    expect(first?.key).toBe(named);
    if (named !== undefined) expect(first?.partition).toBe(11);
  });

  it('cuts long keys, and stays as it must be', async () => {
    const { node, clock, lastReportOf } = await createServing({ hotKeys: 'plain' });
    for (let nth = 0; nth < 100; nth += 1) node.measure(() => 1, { key: 'x'.repeat(1_000) });
    await clock.advance(5_600);
    expect(lastReportOf('a')?.hotKeys?.[0]?.key).toBe('x'.repeat(64));
    expect(nodeReportSchema.safeParse(lastReportOf('a')).success).toBe(true);
  });

  it('says what the node can do once that is measured', async () => {
    const { node, clock, lastReportOf } = await createServing({ capacity: 4 });
    const take = async (times: number) => {
      for (let nth = 0; nth < times; nth += 1) {
        const work = node.serve(() => new Promise<void>((done) => clock.setTimer(done, 100)));
        await clock.advance(100);
        await work;
      }
    };
    await take(19);
    await clock.advance(5_600);
    expect(lastReportOf('a')).not.toHaveProperty('unitsPerSecond');
    await take(20);
    await clock.advance(5_600);
    // One at a time for a tenth of a second each is a quarter of the capacity: forty a second in all.
    expect(lastReportOf('a')?.unitsPerSecond).toBeCloseTo(40, 5);
  });
});
