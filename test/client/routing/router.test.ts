import { describe, expect, it } from 'vitest';
import type { PeerChange } from '../../../client/index.js';
import { seededRandom } from '../world.js';
import { createCluster, grant, keyOf, member } from './cluster.js';

async function createRouter() {
  const cluster = createCluster({ random: seededRandom(7) });
  cluster.table.write([grant('a', 1), grant('b', 1), grant('gone', 1)]);
  cluster.table.writeRoster([
    member('a', { labels: { zone: 'east' } }),
    member('b', { labels: { zone: 'west', cohort: 'blue' } }),
    member('c', { labels: { zone: 'west' }, health: 'draining' }),
  ]);
  const node = await cluster.connect('a', { labels: { zone: 'east' } });
  return { ...cluster, node, router: node.router };
}

describe('the nodes of a cluster', () => {
  it('are those of the roster, as they describe themselves', async () => {
    const { router } = await createRouter();
    expect(router.nodes()[1]).toEqual({
      node: 'b',
      endpoint: 'http://b',
      zone: 'west',
      labels: { zone: 'west', cohort: 'blue' },
      health: 'ready',
      healthy: true,
      self: false,
      unitsPerSecond: 100,
    });
    expect(router.nodes().map(({ self }) => self)).toEqual([true, false, false]);
    expect(Object.isFrozen(router.nodes()[1]?.labels)).toBe(true);
  });

  it('can be asked for by health, zone and labels', async () => {
    const { router } = await createRouter();
    const names = (filter: Parameters<typeof router.nodes>[0]) =>
      router.nodes(filter).map(({ node }) => node);
    expect(names({})).toEqual(['a', 'b', 'c']);
    expect(names({ healthy: true })).toEqual(['a', 'b']);
    expect(names({ healthy: false })).toEqual(['c']);
    expect(names({ zone: 'west' })).toEqual(['b', 'c']);
    expect(names({ zone: 'west', labels: { cohort: 'blue' } })).toEqual(['b']);
    expect(names({ labels: { cohort: 'green' } })).toEqual([]);
  });

  it('are told of as they join, change and leave, and stay the same objects otherwise', async () => {
    const { router, table, clock } = await createRouter();
    const changes: PeerChange[] = [];
    const off = router.onChange((change) => changes.push(change));
    const before = router.nodes();
    table.writeRoster([
      member('a', { labels: { zone: 'east' } }),
      member('b', { labels: { zone: 'west' }, incarnation: 'another' }),
      member('c', { labels: { zone: 'west' } }),
      member('d'),
    ]);
    await clock.advance(2_300);
    expect(changes.map(({ kind, peer }) => `${peer.node} ${kind}`)).toEqual([
      'b left',
      'b joined',
      'c changed',
      'd joined',
    ]);
    expect(changes[0]?.peer).toBe(before[1]);
    expect(changes[1]?.peer).toBe(router.nodes()[1]);
    expect(router.nodes()[0]).toBe(before[0]);
    off();
    table.writeRoster([member('a')]);
    await clock.advance(2_300);
    expect(changes).toHaveLength(4);
    expect(router.nodes().map(({ node }) => node)).toEqual(['a']);
  });

  it.each([
    { endpoint: 'http://b:1' },
    { unitsPerSecond: 120 },
    { drained: true },
    { health: 'degraded' as const },
    { labels: { zone: 'west', cohort: 'green' } },
    { labels: { zone: 'west', cohort: 'blue', more: '1' } },
  ])('have changed with %j', async (change) => {
    const { router, table, clock } = await createRouter();
    const changes: PeerChange[] = [];
    router.onChange((told) => changes.push(told));
    const b = member('b', { labels: { zone: 'west', cohort: 'blue' } });
    table.writeRoster([member('a', { labels: { zone: 'east' } }), { ...b, ...change }]);
    await clock.advance(2_300);
    expect(changes.map(({ kind, peer }) => `${peer.node} ${kind}`)).toEqual(['c left', 'b changed']);
  });

  it('are nobody, and everything is served here, where no routing is declared', async () => {
    const cluster = createCluster();
    const node = await cluster.start();
    expect([
      node.router.nodes(),
      node.router.nodeFor('x'),
      node.router.ownerOf('x'),
      node.router.pick(),
    ]).toEqual([[], undefined, undefined, undefined]);
    expect(await node.router.send((peer) => [peer.node, peer.self], { key: 'x' })).toEqual(['n1', true]);
    expect(node.owns('x')).toBeUndefined();
    expect(await node.serve(({ epoch }) => epoch ?? 'none', { key: 'x' })).toBe('none');
    for (const work of [
      node.router.send(() => 1, { key: 'x', exclusive: true }),
      node.serve(() => 1, { key: 'x', exclusive: true }),
    ])
      await expect(work).rejects.toMatchObject({
        code: 'VELTRIX_USAGE',
        hint: expect.stringContaining('routing:'),
      });
    let signal: AbortSignal | undefined;
    const hanging = (_peer: unknown, given: AbortSignal) => {
      signal = given;
      return new Promise(() => undefined);
    };
    const late = node.router.send(hanging, { timeoutMs: 700 }).catch((error: unknown) => error);
    await cluster.clock.advance(699);
    expect(signal?.aborted).toBe(false);
    await cluster.clock.advance(1);
    expect(await late).toMatchObject({ message: 'n1 did not answer within 0.7 seconds' });
    expect(signal?.aborted).toBe(true);
    await expect(node.router.send(() => Promise.reject(new Error('boom')))).rejects.toThrow('boom');
    expect(node.status()).not.toHaveProperty('routing');
    expect(cluster.table.reads).toEqual([]);
  });
});

describe('the node for a key', () => {
  it('is its owner', async () => {
    const { router } = await createRouter();
    expect(router.nodeFor(keyOf[0])).toBe(router.nodes()[0]);
    expect(router.nodeFor(keyOf[1])).toBe(router.nodes()[1]);
    expect(router.ownerOf(keyOf[1])).toBe(router.nodes()[1]);
  });

  it('is a healthy stand-in while its owner is not there, on which routers agree', async () => {
    const { router, connect } = await createRouter();
    expect(router.ownerOf(keyOf[2])).toBeUndefined();
    const standIn = router.nodeFor(keyOf[2]);
    expect(['a', 'b']).toContain(standIn?.node);
    const other = await connect('b');
    expect(other.router.nodeFor(keyOf[2])?.node).toBe(standIn?.node);
  });

  it('is another while the owner is aside, and the owner again once it has answered', async () => {
    const { router, clock } = await createRouter();
    const owner = router.nodeFor(keyOf[1]);
    if (!owner) throw new Error('nobody');
    router.begin(owner)('refused');
    expect([router.nodeFor(keyOf[1])?.node, router.ownerOf(keyOf[1])]).toEqual(['a', undefined]);
    await clock.advance(500);
    const ended = router.begin(owner);
    ended('answered');
    ended('refused');
    expect(router.nodeFor(keyOf[1])).toBe(owner);
  });

  it('is a draining node for what it still has, and for nothing else', async () => {
    const { connect, table, clock } = await createRouter();
    const { router } = await connect('b');
    table.write([grant('c', 2)]);
    await clock.advance(2_300);
    expect(router.nodeFor(keyOf[0])?.node).toBe('c');
    const picked = Array.from({ length: 200 }, () => router.pick()?.node);
    expect(new Set(picked)).toEqual(new Set(['a', 'b']));
  });

  it('is known again at once in its next life, whatever the last one did', async () => {
    const { router, table, clock } = await createRouter();
    const owner = router.nodeFor(keyOf[1]);
    if (!owner) throw new Error('nobody');
    for (let failure = 0; failure < 5; failure += 1) {
      router.begin(owner)('refused');
      await clock.advance(4_000);
    }
    router.begin(owner)('refused');
    table.writeRoster([member('a'), member('b', { incarnation: 'another' })]);
    await clock.advance(2_300);
    expect(router.ownerOf(keyOf[1])?.node).toBe('b');
  });

  it('keeps what this router has in flight over a new roster', async () => {
    const { connect, table, clock } = await createRouter();
    const { router } = await connect('b');
    const b = router.nodes()[1];
    if (!b) throw new Error('nobody');
    const endings = Array.from({ length: 50 }, () => router.begin(b));
    table.writeRoster([member('a'), member('aa'), member('b', { unitsPerSecond: 110 })]);
    await clock.advance(2_300);
    // Of 300, two choices give it a ninth while it has most to do, and a third when all have nothing to do.
    const picked = () =>
      Array.from({ length: 300 }, () => router.pick()?.node).filter((node) => node === 'b').length;
    expect(picked()).toBeLessThan(55);
    for (const ended of endings) ended('answered');
    expect(picked()).toBeGreaterThan(75);
  });

  it('is drawn from the own zone while that has no more to do', async () => {
    const cluster = createCluster({ random: seededRandom(9) });
    cluster.table.writeRoster([
      member('a', { labels: { zone: 'east' } }),
      member('b', { labels: { zone: 'west' } }),
      member('c', { labels: { zone: 'east' }, health: 'draining' }),
    ]);
    const node = await cluster.connect('a', { labels: { zone: 'east' } });
    const picked = Array.from({ length: 100 }, () => node.router.pick()?.node);
    expect(new Set(picked)).toEqual(new Set(['a']));
    cluster.table.writeRoster([
      member('b', { labels: { zone: 'west' } }),
      member('c', { labels: { zone: 'east' }, health: 'draining' }),
    ]);
    await cluster.clock.advance(2_300);
    expect(node.router.pick()?.node).toBe('b');
    cluster.table.writeRoster([member('c', { labels: { zone: 'east' }, health: 'draining' })]);
    await cluster.clock.advance(2_300);
    expect(node.router.pick()?.node).toBe('c');
  });
});
