import { describe, expect, it } from 'vitest';
import type { NodeClock } from '../../../client/clock.js';
import { Misdirected } from '../../../core/errors.js';
import { createCluster, grant, keyOf, member } from './cluster.js';

/** A promise that ends when told to. */
function held() {
  let release: () => void = () => undefined;
  const promise = new Promise<void>((resolve) => {
    release = resolve;
  });
  return { promise, release };
}

async function createOwner() {
  const cluster = createCluster();
  cluster.table.write([grant('a', 3), grant('b', 1), grant('a', 4)]);
  cluster.table.writeRoster([member('a'), member('b')]);
  const node = await cluster.connect();
  return { ...cluster, node };
}

/** `b` takes what `a` had of partition 0. */
const taken = [grant('b', 4, { began: 2, waitsFor: ['a'] }), grant('b', 1), grant('a', 4)];

describe('owning a key', () => {
  it('is what the table says, with the epoch as the token', async () => {
    const { node } = await createOwner();
    expect(keyOf.map((key) => node.owns(key))).toEqual([3, undefined, 4, undefined]);
    expect(node.status().partitions).toBe(2);
  });

  it('ends with the lease, without any event', async () => {
    const { node, table, clock } = await createOwner();
    table.behaviour = 'hangs';
    await clock.advance(7_999);
    expect(node.owns(keyOf[0])).toBe(3);
    await clock.advance(1);
    expect(node.owns(keyOf[0])).toBeUndefined();
  });

  it('is resumed with the same epoch when the table can be read again', async () => {
    const { node, table, clock } = await createOwner();
    table.behaviour = 'fails';
    await clock.advance(12_000);
    expect(node.owns(keyOf[0])).toBeUndefined();
    table.behaviour = 'works';
    await clock.advance(9_000);
    expect(node.owns(keyOf[0])).toBe(3);
  });

  it('is over at once for a process that was paused, before any timer has fired', async () => {
    const cluster = createCluster();
    cluster.table.write([grant('a', 3)]);
    const pause = { ms: 0 };
    const { clock } = cluster;
    const paused: NodeClock = { ...clock, monotonicMs: () => clock.monotonicMs() + pause.ms };
    const node = await cluster.connect('a', {}, paused);
    expect(node.owns(keyOf[0])).toBe(3);
    pause.ms = 8_000;
    expect(node.owns(keyOf[0])).toBeUndefined();
    await expect(node.serve(() => 'done', { key: keyOf[0], exclusive: true })).rejects.toThrow(Misdirected);
  });

  it('begins when those that may still serve have said so, or after a lease and a margin', async () => {
    const cluster = createCluster();
    cluster.table.write([grant('a', 2, { waitsFor: ['b'] }), grant('a', 5, { waitsFor: ['c'] })]);
    const node = await cluster.connect();
    const began: unknown[] = [];
    node.onAssigned((assigned) => began.push([assigned, cluster.clock.monotonicMs()]));
    cluster.table.write([grant('a', 2), grant('a', 5, { waitsFor: ['c'] })]);
    await cluster.clock.advance(20_000);
    expect(began).toEqual([
      [{ partition: 0, epoch: 2 }, 500],
      [{ partition: 1, epoch: 5 }, 10_405],
    ]);
  });
});

describe('a listener of onAssigned', () => {
  it('is told of what is served already, in a microtask, and of each partition once', async () => {
    const { node, table, clock } = await createOwner();
    const told: unknown[] = [];
    node.onAssigned((assigned) => told.push(assigned));
    expect(told).toEqual([]);
    await Promise.resolve();
    const already = [
      { partition: 0, epoch: 3 },
      { partition: 2, epoch: 4 },
    ];
    expect(told).toEqual(already);
    table.write([grant('a', 3), grant('a', 2, { began: 2 }), grant('a', 4)]);
    await clock.advance(2_000);
    expect(told).toEqual([...already, { partition: 1, epoch: 2 }]);
  });

  it('is told of nothing that it does not serve any more when its turn comes', async () => {
    const cluster = createCluster();
    cluster.table.write([grant('a', 3), grant('a', 4)]);
    const pause = { ms: 0 };
    const { clock } = cluster;
    const paused: NodeClock = { ...clock, monotonicMs: () => clock.monotonicMs() + pause.ms };
    const node = await cluster.connect('a', {}, paused);
    const told: string[] = [];
    node.onAssigned(({ partition }) => {
      told.push(`first ${partition}`);
      pause.ms = 8_000;
    });
    await clock.settle();
    expect(told).toEqual(['first 0']);
  });

  it('is told of nothing when it has ended before its turn', async () => {
    const { node, clock } = await createOwner();
    const told: unknown[] = [];
    node.onAssigned((assigned) => told.push(assigned))();
    await clock.settle();
    expect(told).toEqual([]);
  });

  it('whose work nobody sees end has all of the time to hand over, as where epochs were asked for', async () => {
    const { node, table, clock, lastReportOf } = await createOwner();
    node.onAssigned(() => undefined)();
    table.write(taken);
    await clock.advance(3_900);
    expect(lastReportOf('a')?.ownership?.letGo).not.toBe(2);
    await clock.advance(120);
    expect(lastReportOf('a')?.ownership?.letGo).toBe(2);
  });
});

describe('a node that cannot read who owns what', () => {
  const work = { key: keyOf[0], exclusive: true };

  it('is degraded after a lease, says why, and is ready again with the first read', async () => {
    const { node, table, clock, lastReportOf } = await createOwner();
    expect(node.status().routing).toEqual({ readAtMs: clock.now() });
    const readAtMs = node.status().routing?.readAtMs;
    table.behaviour = 'fails';
    await clock.advance(9_999);
    expect(node.status()).toMatchObject({
      health: 'ready',
      routing: { readAtMs, lastError: 'Error: ProvisionedThroughputExceededException' },
    });
    await clock.advance(1);
    expect(node.status().health).toBe('degraded');
    await clock.advance(6_000);
    expect(lastReportOf('a')?.health).toBe('degraded');
    table.behaviour = 'works';
    await clock.advance(8_500);
    expect(node.status().health).toBe('ready');
    expect(node.status().routing).toEqual({ readAtMs: expect.any(Number) });
    expect(node.status().routing?.readAtMs).toBeGreaterThan(readAtMs ?? Number.POSITIVE_INFINITY);
    expect(lastReportOf('a')?.health).toBe('ready');
  });

  it('reports at once that it is degraded, and that it is not any more', async () => {
    const cluster = createCluster();
    const node = await cluster.connect('a', { report: { intervalSeconds: 60 } });
    cluster.table.behaviour = 'fails';
    // Four reads fail within the lease, and the next one after a pause.
    await cluster.clock.advance(13_100);
    expect(cluster.lastReportOf('a')?.health).toBe('degraded');
    cluster.table.behaviour = 'works';
    await cluster.clock.advance(5_100);
    expect([node.status().health, cluster.lastReportOf('a')?.health]).toEqual(['ready', 'ready']);
  });

  it('is degraded as well where it never could', async () => {
    const cluster = createCluster();
    cluster.table.behaviour = 'hangs';
    const node = await cluster.connect();
    await cluster.clock.advance(9_999);
    expect(node.status()).toMatchObject({
      health: 'ready',
      routing: { lastError: 'no answer within 3 seconds' },
    });
    await cluster.clock.advance(1);
    expect(node.status().health).toBe('degraded');
    expect(node.status().routing).not.toHaveProperty('readAtMs');
  });

  it('says that its lease has lapsed when it refuses work of its own partitions, and of no others', async () => {
    const { node, table, clock } = await createOwner();
    table.behaviour = 'fails';
    await clock.advance(8_000);
    const refusal = (key: string) =>
      node.serve(() => 'done', { key, exclusive: true }).catch((error: unknown) => error);
    expect(await refusal(work.key)).toMatchObject({
      node: 'a',
      owner: 'a',
      lapsed: true,
      message:
        'a does not serve partition 0: its lease has lapsed, since it cannot read who owns what (generation 1 is the last it knows)',
    });
    expect(await refusal(keyOf[1])).toMatchObject({
      lapsed: false,
      message: 'a does not serve partition 1: b has it in generation 1',
    });
  });

  it('names another owner where there are several', async () => {
    const { node, table, clock } = await createOwner();
    table.write([{ ...grant('a', 4), owners: ['a', 'b'], incarnations: ['', ''] }]);
    await clock.advance(2_000);
    table.behaviour = 'fails';
    await clock.advance(10_000);
    await expect(node.serve(() => 'done', work)).rejects.toMatchObject({ owner: 'b', lapsed: true });
  });

  it('does not say so of a partition that it has yet to begin', async () => {
    const cluster = createCluster();
    cluster.table.write([grant('a', 2, { waitsFor: ['b'] })]);
    const node = await cluster.connect();
    await expect(node.serve(() => 'done', work)).rejects.toMatchObject({
      lapsed: false,
      message: 'a does not serve partition 0: it is being handed over in generation 1',
    });
  });
});

describe('losing a partition', () => {
  it('is told with the time that is left, and reported as soon as the listener is done', async () => {
    const { node, table, clock, lastReportOf, reportsOf } = await createOwner();
    const { promise, release } = held();
    const revoked: unknown[] = [];
    node.onRevoked((event) => {
      revoked.push([event.partition, event.epoch, event.finishWithinMs, event.signal.aborted]);
      return promise;
    });
    table.write(taken);
    await clock.advance(2_000);
    expect(revoked).toEqual([[0, 3, 2_000, false]]);
    expect(node.owns(keyOf[0])).toBeUndefined();
    const before = reportsOf('a').length;
    await clock.advance(500);
    release();
    await clock.advance(20);
    expect(reportsOf('a').length).toBe(before + 1);
    expect(lastReportOf('a')?.ownership).toEqual({ letGo: 2, begun: 2 });
  });

  it('says that it has let go no sooner than work that was admitted has ended', async () => {
    const { node, table, clock, lastReportOf } = await createOwner();
    const { promise, release } = held();
    const served = node.serve(({ epoch }) => promise.then(() => epoch), { key: keyOf[0], exclusive: true });
    table.write(taken);
    await clock.advance(3_900);
    expect(lastReportOf('a')?.ownership?.letGo).not.toBe(2);
    release();
    await clock.advance(20);
    expect(await served).toBe(3);
    expect(lastReportOf('a')?.ownership).toEqual({ letGo: 2, begun: 2 });
  });

  it('waits for the listener when the work has ended before it', async () => {
    const { node, table, clock, lastReportOf } = await createOwner();
    const [work, listener] = [held(), held()];
    node.onRevoked(() => listener.promise);
    void node.serve(() => work.promise, { key: keyOf[0], exclusive: true });
    table.write(taken);
    await clock.advance(2_500);
    work.release();
    await clock.advance(1_000);
    expect(lastReportOf('a')?.ownership?.letGo).not.toBe(2);
    listener.release();
    await clock.advance(20);
    expect(lastReportOf('a')?.ownership?.letGo).toBe(2);
  });

  it('breaks off what runs on when the time is over', async () => {
    const { node, table, clock, lastReportOf } = await createOwner();
    const signals: AbortSignal[] = [];
    node.onRevoked(({ signal }) => {
      signals.push(signal);
      return new Promise(() => undefined);
    });
    const work = ({ signal }: { signal: AbortSignal }) =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('broken off'))));
    const served = node.serve(work, { key: keyOf[0], exclusive: true });
    const outcome = served.catch((error: Error) => error.message);
    table.write(taken);
    await clock.advance(3_999);
    expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
    await clock.advance(21);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
    expect(await outcome).toBe('broken off');
    expect(lastReportOf('a')?.ownership).toEqual({ letGo: 2, begun: 2 });
  });

  it('takes all of its time where user code asked for epochs, and nobody listens', async () => {
    const quick = await createOwner();
    quick.table.write(taken);
    await quick.clock.advance(2_020);
    expect(quick.lastReportOf('a')?.ownership?.letGo).toBe(2);

    const careful = await createOwner();
    careful.node.owns(keyOf[0]);
    careful.table.write(taken);
    await careful.clock.advance(3_900);
    expect(careful.lastReportOf('a')?.ownership?.letGo).not.toBe(2);
    await careful.clock.advance(120);
    expect(careful.lastReportOf('a')?.ownership?.letGo).toBe(2);
  });

  it('is no report of its own for nodes that lose nothing', async () => {
    const { table, clock, reportsOf } = await createOwner();
    table.write([grant('a', 3), grant('c', 2, { began: 2 }), grant('a', 4)]);
    await clock.advance(2_500);
    expect(reportsOf('a').length).toBe(2);
  });

  it('is news of nobody whom a generation does not concern', async () => {
    const { table, clock, reportsOf, lastReportOf } = await createOwner();
    await clock.advance(10_000);
    expect(lastReportOf('a')?.ownership).toEqual({ letGo: 1, begun: 1 });
    for (let epoch = 2; epoch < 12; epoch += 1) {
      table.write([grant('a', 3), grant('c', epoch, { began: epoch, waitsFor: ['b'] }), grant('a', 4)]);
      await clock.advance(5_000);
    }
    expect(new Set(reportsOf('a').map(({ ownership }) => ownership?.letGo ?? 0))).toEqual(new Set([0, 1]));
    // Something of its own: all that it may say.
    table.write([grant('b', 4, { began: 12, waitsFor: ['a'] }), grant('b', 1), grant('a', 4)]);
    await clock.advance(2_020);
    expect(lastReportOf('a')?.ownership).toEqual({ letGo: 12, begun: 12 });
    table.write([grant('b', 4), grant('b', 1), grant('a', 4), grant('a', 1, { began: 13 })]);
    await clock.advance(7_000);
    expect(lastReportOf('a')?.ownership).toEqual({ letGo: 13, begun: 13 });
  });

  it('is said too of what it was granted and never knew', async () => {
    const { table, clock, lastReportOf } = await createOwner();
    table.write([grant('a', 3), grant('a', 2, { began: 2 }), grant('a', 4)]);
    table.write([grant('a', 3), grant('b', 3, { began: 3, waitsFor: ['a'] }), grant('a', 4)]);
    await clock.advance(7_000);
    expect(lastReportOf('a')?.ownership).toEqual({ letGo: 3, begun: 3 });
  });

  it('is said of what it has begun when it begins it, also where nothing else changes', async () => {
    const { table, clock, lastReportOf } = await createOwner();
    table.write([grant('a', 3), grant('a', 2, { began: 2, waitsFor: ['b'] }), grant('a', 4)]);
    await clock.advance(10_000);
    expect(lastReportOf('a')?.ownership).toEqual({ letGo: 2, begun: 1 });
    await clock.advance(10_000);
    expect(lastReportOf('a')?.ownership).toEqual({ letGo: 2, begun: 2 });
  });

  it('is for good when a node closes that has nothing', async () => {
    const { table, clock, connect, lastReportOf } = await createOwner();
    const other = await connect('c');
    await clock.advance(6_000);
    expect(lastReportOf('c')?.ownership).toEqual({ letGo: 1, begun: 1 });
    await other.close();
    expect(lastReportOf('c')?.ownership).toEqual({ letGo: Number.MAX_SAFE_INTEGER, begun: 0 });
    expect(table.closed).toBe(1);
  });

  it('goes on whatever a listener throws', async () => {
    const { node, table, clock, logged, lastReportOf } = await createOwner();
    const heard: number[] = [];
    node.onRevoked(() => {
      throw new Error('no');
    });
    node.onRevoked(async () => Promise.reject(new Error('later')));
    node.onRevoked(({ partition }) => void heard.push(partition));
    node.onRevoked(() => void heard.push(-1))();
    table.write(taken);
    await clock.advance(2_100);
    expect(heard).toEqual([0]);
    expect(logged.filter(({ message }) => message === 'a listener of onRevoked failed')).toHaveLength(2);
    expect(lastReportOf('a')?.ownership?.letGo).toBe(2);
  });

  it('takes what a listener does for the next event', async () => {
    const cluster = createCluster();
    const events: string[] = [];
    cluster.table.write([grant('a', 1), grant('a', 1)]);
    const starting = cluster.connect();
    const node = await starting;
    node.onRevoked(({ partition }) => void events.push(`revoked ${partition}`));
    node.onAssigned(({ partition }) => {
      events.push(`assigned ${partition}`);
      if (partition >= 2) void node.close();
    });
    await cluster.clock.settle();
    expect(events.splice(0)).toEqual(['assigned 0', 'assigned 1']);
    cluster.table.write([grant('a', 1), grant('a', 1), grant('a', 1), grant('a', 1)]);
    await cluster.clock.advance(2_100);
    expect(events).toEqual(['assigned 2', 'assigned 3', 'revoked 0', 'revoked 1', 'revoked 2', 'revoked 3']);
  });
});

describe('leaving', () => {
  it('serves on while it drains, until the table has moved', async () => {
    const { node, table, clock, lastReportOf } = await createOwner();
    let isDrained = false;
    const draining = node.drain().then(() => {
      isDrained = true;
    });
    await clock.advance(6_000);
    expect(lastReportOf('a')?.health).toBe('draining');
    expect([isDrained, node.owns(keyOf[0])]).toEqual([false, 3]);
    table.write([grant('b', 4, { began: 2 }), grant('b', 1), grant('b', 5, { began: 2 })]);
    await clock.advance(4_100);
    await draining;
    expect([node.owns(keyOf[0]), node.status().partitions]).toEqual([undefined, 0]);
  });

  it('waits for what is in flight besides', async () => {
    const { node, table, clock } = await createOwner();
    const { promise, release } = held();
    void node.measure(() => promise);
    let isDrained = false;
    void node.drain().then(() => {
      isDrained = true;
    });
    table.write([grant('b', 4, { began: 2 }), grant('b', 1), grant('b', 5, { began: 2 })]);
    await clock.advance(6_000);
    expect(isDrained).toBe(false);
    release();
    await clock.settle();
    expect(isDrained).toBe(true);
  });

  it('waits for nobody where no other node is healthy', async () => {
    const { node, table, clock } = await createOwner();
    let isDrained = false;
    void node.drain().then(() => {
      isDrained = true;
    });
    await clock.advance(1_000);
    expect(isDrained).toBe(false);
    table.writeRoster([member('a'), member('b', { health: 'draining' })]);
    await clock.advance(2_000);
    expect(isDrained).toBe(true);
  });

  it('waits for a table that never moves 20 seconds, or as long as it may', async () => {
    for (const [options, durationMs] of [
      [undefined, 20_000],
      [{ timeoutMs: 3_000 }, 3_000],
    ] as const) {
      const { node, clock } = await createOwner();
      let isDrained = false;
      void node.drain(options).then(() => {
        isDrained = true;
      });
      await clock.advance(durationMs - 1);
      expect(isDrained).toBe(false);
      await clock.advance(1);
      expect(isDrained).toBe(true);
    }
  });

  it('lets go of everything for good when it closes, with its last word', async () => {
    const { node, lastReportOf, clock } = await createOwner();
    await node.close();
    expect(lastReportOf('a')).toMatchObject({
      health: 'stopped',
      ownership: { letGo: Number.MAX_SAFE_INTEGER, begun: 0 },
    });
    expect(node.owns(keyOf[0])).toBeUndefined();
    expect(clock.timers()).toEqual([]);
  });

  it('closes without work that does not end, two seconds later', async () => {
    const { node, clock, lastReportOf, reportsOf } = await createOwner();
    void node.serve(() => new Promise(() => undefined), { key: keyOf[0], exclusive: true });
    let isClosed = false;
    void node.close().then(() => {
      isClosed = true;
    });
    await clock.advance(1_999);
    expect([isClosed, node.status().health]).toEqual([false, 'draining']);
    expect(reportsOf('a').some(({ ownership }) => ownership?.letGo === Number.MAX_SAFE_INTEGER)).toBe(false);
    await clock.advance(1);
    expect([isClosed, node.status().health]).toEqual([true, 'stopped']);
    expect(lastReportOf('a')?.ownership?.letGo).toBe(Number.MAX_SAFE_INTEGER);
  });

  it('ends very many partitions by their time, in one step, and fewer each by itself', async () => {
    for (const [partitions, closesInMs] of [
      [1_024, 0],
      [1_025, 2_000],
    ] as const) {
      const cluster = createCluster();
      cluster.table.write([]);
      const slots = Array.from({ length: partitions }, () => grant('a', 1));
      cluster.table.tables.set('table#1', { generation: 1, slots });
      const node = await cluster.connect();
      expect(node.status().partitions).toBe(partitions);
      const startedMs = cluster.clock.monotonicMs();
      let closedMs: number | undefined;
      void node.close().then(() => {
        closedMs = cluster.clock.monotonicMs() - startedMs;
      });
      await cluster.clock.advance(3_000);
      expect(closedMs).toBe(closesInMs);
      expect(cluster.lastReportOf('a')?.ownership?.letGo).toBe(Number.MAX_SAFE_INTEGER);
    }
  });
});
