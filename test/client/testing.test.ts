import { describe, expect, it } from 'vitest';
import { createTestNode } from '../../client/testing.js';
import {
  ConfigurationMissing,
  ContentRefused,
  Misdirected,
  Overloaded,
  UsageError,
} from '../../core/errors.js';
import { routed } from './routing/cluster.js';
import { hunt } from './world.js';

const make = () => createTestNode(hunt, { values: { limits: { queueSize: 3 } } });

describe('createTestNode', () => {
  it('holds the values it is given, and defaults for the rest', () => {
    const node = make();
    expect(node.config.limits.get()).toEqual({ queueSize: 3 });
    expect(node.config.gameplay.get()).toEqual({ coolDownMs: 5000, tiers: {} });
    expect(node.status()).toMatchObject({ cluster: 'hunt/staging', health: 'ready' });
  });

  it('tells listeners of a value that is set, before it returns', () => {
    const node = make();
    const heard: unknown[] = [];
    const off = node.config.limits.onChange(({ value, previous }) => heard.push([previous, value]));
    node.set('limits', { queueSize: 4 });
    off();
    node.set('limits', { queueSize: 5 });
    expect(heard).toEqual([[{ queueSize: 3 }, { queueSize: 4 }]]);
    expect(node.config.limits.get()).toEqual({ queueSize: 5 });
  });

  it('refuses what the schema refuses where people write, and keeps what it has', () => {
    const node = make();
    expect(() => node.set('limits', { queueSize: 0 })).toThrow(ContentRefused);
    const misspelt: { queueSize: number } = Object.assign({ queueSize: 1 }, { queueSise: 1 });
    expect(() => node.set('limits', misspelt)).toThrow('queueSise is unknown');
    expect(node.config.limits.get()).toEqual({ queueSize: 3 });
  });

  it('passes on what a listener throws: a test should see it', () => {
    const node = make();
    node.config.limits.onChange(() => {
      throw new Error('pool is closed');
    });
    expect(() => node.set('limits', { queueSize: 4 })).toThrow('pool is closed');
  });

  it('does not freeze or keep what the test gave it', () => {
    const tiers = { gold: { hints: 1 } };
    const node = createTestNode(hunt, {
      environment: 'production',
      values: { gameplay: { coolDownMs: 1, tiers }, limits: { queueSize: 1 } },
    });
    tiers.gold.hints = 2;
    expect(node.config.gameplay.get().tiers.gold).toEqual({ hints: 1 });
    expect(Object.isFrozen(node.config.gameplay.get().tiers.gold)).toBe(true);
  });

  it('names a profile without a value, and a value without a profile', () => {
    expect(() => createTestNode(hunt)).toThrow(ConfigurationMissing);
    const values: object = { limit: { queueSize: 1 } };
    expect(() => createTestNode(hunt, { values })).toThrow(UsageError);
  });

  it('measures, drains and closes like a node', async () => {
    const node = make();
    expect(await node.measure(async () => 1)).toBe(1);
    await node.drain();
    expect(node.status().health).toBe('draining');
    await node.close();
    expect(node.status().health).toBe('stopped');
  });
});

describe('createTestNode, where routing is declared', () => {
  const makeRouted = () =>
    createTestNode(routed, { values: { limits: { queueSize: 3 } }, capacity: 1, queueMax: 0 });

  it('begins alone, as the owner of every key', async () => {
    const node = makeRouted();
    expect([node.owns('any'), node.owns('other'), node.status().partitions]).toEqual([1, 1, 16]);
    expect(node.router.nodes()).toMatchObject([{ node: 'test', self: true, healthy: true }]);
    expect(node.router.nodeFor('any')?.self).toBe(true);
    expect(await node.serve(({ epoch }) => epoch, { key: 'any', exclusive: true })).toBe(1);
  });

  it('has the peers and owners that the test names, and tells of them', async () => {
    const node = makeRouted();
    const told: unknown[] = [];
    node.router.onChange(({ kind, peer }) => told.push(`${peer.node} ${kind}`));
    const already: number[] = [];
    node.onAssigned(({ partition, epoch }) =>
      epoch === 1 ? already.push(partition) : told.push(['assigned', partition, epoch]),
    );
    node.onRevoked(({ partition, epoch }) => void told.push(['revoked', partition, epoch]));
    node.setPeers([
      { node: 'b', health: 'degraded' },
      { node: 'c', health: 'draining', unitsPerSecond: 5 },
    ]);
    node.setOwner('hunt-9', 'b');
    node.setOwner('hunt-9', 'test');
    await new Promise(setImmediate);
    node.setPeers([{ node: 'b', health: 'degraded' }]);
    expect(told).toEqual(['b joined', 'c joined', ['revoked', 1, 1], ['assigned', 1, 3], 'c left']);
    expect(node.owns('hunt-9')).toBe(3);
    // What was served already, and still was in the microtask that tells of it.
    expect(already).toEqual([0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]);
  });

  it('lets go of everything when it closes', async () => {
    const node = makeRouted();
    const revoked: number[] = [];
    node.onRevoked(({ partition }) => void revoked.push(partition));
    await node.close();
    expect([node.owns('any'), revoked.length]).toEqual([undefined, 16]);
  });

  it('sheds and refuses as a node does', async () => {
    const node = makeRouted();
    node.setPeers([{ node: 'b' }]);
    node.setOwner('hunt-9', 'b');
    await expect(node.serve(() => 1, { key: 'hunt-9', exclusive: true })).rejects.toThrow(Misdirected);
    void node.serve(() => new Promise(() => undefined));
    await expect(node.serve(() => 1)).rejects.toThrow(Overloaded);
    expect(node.status()).toMatchObject({ inFlight: 1, shed: 1 });
  });

  it('is nobody’s peer where none is declared', () => {
    const node = make();
    expect(() => node.setPeers([])).toThrow(UsageError);
    expect(() => node.setOwner('x', 'b')).toThrow(/declares no routing/);
  });
});
