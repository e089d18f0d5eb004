/** What every NodeRecords must do. */

import { describe, expect, it } from 'vitest';
import { presenceOf } from '../../../core/fleet/liveness.js';
import type { NodeRecord, NodeRecords } from '../../../core/fleet/node-records.js';
import { heardIn, type LivenessItems, lifeKey } from '../../../core/fleet/shard-liveness.js';
import { type EpochSeconds, epochMs } from '../../../core/time.js';

export interface NodeRecordsWorld {
  readonly records: NodeRecords;
  /** Of the same table. */
  readonly liveness: LivenessItems;
  /** Sets the clock that tells what has expired. */
  setNow(ms: number): void;
}

const cluster = 'app/staging';
const nowMs = Date.UTC(2026, 0, 1);

/** A full record: every optional member is there. */
export function nodeRecord(node: string, changes: Partial<NodeRecord> = {}): NodeRecord {
  return {
    cluster,
    node,
    incarnation: 'life-1',
    sequence: 1,
    endpoint: 'http://10.0.0.7:8080',
    labels: { zone: 'a', 'service-version': '1.2.3' },
    capacity: 200,
    load: 0.25,
    queueDepth: 3,
    inFlight: 2,
    health: 'ready',
    profiles: {
      gameplay: {
        label: 'v3-1f2e3d4c',
        source: 'cloud',
        refused: { label: 'v4-00000000', reason: 'coolDownMs is "800ms", expected a whole number' },
        schemaVersion: 2,
        counters: { 'v3-1f2e3d4c': { requests: 10, errors: 1, slow: 0 } },
        lastError: 'AccessDeniedException: appconfig:GetLatestConfiguration',
        held: { label: 'v3-1f2e3d4c', sinceMs: epochMs(nowMs - 4000) },
      },
    },
    droppedReports: 0,
    arrivedAtMs: epochMs(nowMs),
    since: epochMs(nowMs - 5000),
    expiresAtSeconds: (nowMs / 1000 + 3600) as EpochSeconds,
    retired: ['life-0'],
    twin: { incarnation: 'life-0', reports: 2, lastArrivedAtMs: epochMs(nowMs - 1000) },
    ...changes,
  };
}

export function nodeRecordsContract(make: () => Promise<NodeRecordsWorld>): void {
  const start = async () => {
    const world = await make();
    world.setNow(nowMs);
    return world;
  };

  it('gives back a record as it was written, with its revision', async () => {
    const { records } = await start();
    expect(await records.write(nodeRecord('n-1'), 0)).toBe('saved');
    expect(await records.write(nodeRecord('n-1', { sequence: 2 }), 1)).toBe('saved');
    expect(await records.read(cluster, ['n-1', 'n-2'])).toEqual(
      new Map([['n-1', { record: nodeRecord('n-1', { sequence: 2 }), asOfMs: nowMs, revision: 2 }]]),
    );
    expect(await records.list(cluster)).toEqual([nodeRecord('n-1', { sequence: 2 })]);
  });

  it('reads a record from before it was kept since when a label is held', async () => {
    const { records } = await start();
    const older = {
      gameplay: { label: 'v3-1f2e3d4c', source: 'cloud', schemaVersion: 2, counters: {} },
    } as const;
    await records.write(nodeRecord('n-1', { profiles: older }), 0);
    expect(await records.list(cluster)).toEqual([nodeRecord('n-1', { profiles: older })]);
  });

  it('refuses to write over a revision that is not the stored one, and keeps what is stored', async () => {
    const { records } = await start();
    await records.write(nodeRecord('n-1'), 0);
    expect(await records.write(nodeRecord('n-1', { sequence: 9 }), 0)).toBe('lost');
    expect(await records.write(nodeRecord('n-1', { sequence: 9 }), 2)).toBe('lost');
    expect(await records.write(nodeRecord('n-2', { sequence: 9 }), 1)).toBe('lost');
    expect(await records.list(cluster)).toEqual([nodeRecord('n-1')]);
  });

  it('lets exactly one of many writers win', async () => {
    const { records } = await start();
    const writers = Array.from({ length: 8 }, (_, index) =>
      records.write(nodeRecord('n-1', { sequence: index + 1 }), 0),
    );
    const results = await Promise.all(writers);
    expect(results.filter((result) => result === 'saved')).toHaveLength(1);
  });

  it('reads and lists hundreds of nodes, each once, also when it is asked for one twice', async () => {
    const { records } = await start();
    const nodes = Array.from({ length: 230 }, (_, index) => `n-${index}`);
    await Promise.all(nodes.map((node) => records.write(nodeRecord(node), 0)));
    const read = await records.read(cluster, [...nodes, 'n-0', 'n-0']);
    expect([...read.keys()].toSorted()).toEqual(nodes.toSorted());
    const listed = await records.list(cluster);
    expect(listed.map((record) => record.node).toSorted()).toEqual(nodes.toSorted());
  });

  it('lists more than DynamoDB gives in one page of 1 MB', async () => {
    const { records } = await start();
    // Four shards of about 2 MB each.
    const labels = Object.fromEntries(
      Array.from({ length: 16 }, (_, index) => [`l${index}`, 'x'.repeat(256)]),
    );
    const reason = 'y'.repeat(500);
    const profiles = Object.fromEntries(
      Array.from({ length: 40 }, (_, index) => [
        `p${index}`,
        { source: 'cloud' as const, refused: { label: 'v1', reason }, schemaVersion: 1, counters: {} },
      ]),
    );
    const nodes = Array.from({ length: 300 }, (_, index) => `n-${index}`);
    for (let from = 0; from < nodes.length; from += 50) {
      const batch = nodes.slice(from, from + 50);
      await Promise.all(batch.map((node) => records.write(nodeRecord(node, { labels, profiles }), 0)));
    }
    expect(await records.list(cluster)).toHaveLength(300);
    expect((await records.read(cluster, nodes)).size).toBe(300);
  }, 60_000);

  it('shows a whole cluster that is no larger than the sample, each node once', async () => {
    const { records } = await start();
    const nodes = Array.from({ length: 20 }, (_, index) => `n-${index}`);
    await Promise.all(nodes.map((node) => records.write(nodeRecord(node), 0)));
    const sample = await records.sample(cluster, 80);
    expect(sample.isWhole).toBe(true);
    expect(sample.records.map((record) => record.node).toSorted()).toEqual(nodes.toSorted());
    expect(await records.sample('app/production', 80)).toEqual({ records: [], isWhole: true });
  });

  it('shows the same part of a larger cluster each time: the first of each shard that have not expired', async () => {
    const { records, setNow } = await start();
    const nodes = Array.from({ length: 200 }, (_, index) => `n-${String(index).padStart(3, '0')}`);
    const expiresAtSeconds = (nowMs / 1000 + 10) as EpochSeconds;
    await Promise.all(
      nodes.map((node, index) => records.write(nodeRecord(node, index < 100 ? { expiresAtSeconds } : {}), 0)),
    );
    const namesOf = async () =>
      (await records.sample(cluster, 40)).records.map(({ node }) => node).toSorted();
    const names = await namesOf();
    expect(names).toHaveLength(40);
    expect((await records.sample(cluster, 40)).isWhole).toBe(false);
    expect(await namesOf()).toEqual(names);
    // The first of each shard: all of them before any that is left out of its shard.
    expect(names.filter((name) => name < 'n-100')).toHaveLength(40);
    setNow(nowMs + 10_000);
    const later = await namesOf();
    expect(later).toHaveLength(40);
    expect(later.filter((name) => name < 'n-100')).toEqual([]);
  });

  it('does not list a record that has expired, and still reads it, so that it can be written over', async () => {
    const { records, setNow } = await start();
    await records.write(nodeRecord('n-1', { expiresAtSeconds: (nowMs / 1000 + 10) as EpochSeconds }), 0);
    setNow(nowMs + 9_999);
    expect(await records.list(cluster)).toHaveLength(1);
    setNow(nowMs + 10_000);
    expect(await records.list(cluster)).toEqual([]);
    expect((await records.read(cluster, ['n-1'])).get('n-1')?.revision).toBe(1);
  });

  it('keeps clusters apart', async () => {
    const { records } = await start();
    await records.write(nodeRecord('n-1'), 0);
    expect(await records.list('app/production')).toEqual([]);
    expect((await records.read('app/production', ['n-1'])).size).toBe(0);
  });

  it('reads nothing when asked for nothing', async () => {
    const { records } = await start();
    expect((await records.read(cluster, [])).size).toBe(0);
  });

  describe('with what was heard since', () => {
    const shard = 'shardId-000000000000';
    const heard = (node: string, afterMs: number, incarnation = 'life-1') => ({
      node,
      incarnation,
      arrivedAtMs: epochMs(nowMs + afterMs),
    });
    const later = epochMs(nowMs + 6_400);

    it('shows each record as fresh as its life was last heard, wherever it is read', async () => {
      const { records, liveness } = await start();
      await records.write(nodeRecord('n-1'), 0);
      await records.write(nodeRecord('n-2', { incarnation: 'life-2' }), 0);
      const batch = [heard('n-1', 6_400), heard('n-2', 6_400), heard('unknown', 6_400)];
      expect(await liveness.writeShard(cluster, heardIn(shard, batch, later), 0)).toBe('saved');
      // Of `n-2` another life was heard, and of nobody else is there a record.
      const fresh = [
        nodeRecord('n-1', { arrivedAtMs: later }),
        nodeRecord('n-2', { incarnation: 'life-2', arrivedAtMs: epochMs(nowMs) }),
      ];
      const byNode = (a: NodeRecord, b: NodeRecord) => (a.node < b.node ? -1 : 1);
      expect([...(await records.list(cluster))].sort(byNode)).toEqual(fresh);
      expect([...(await records.sample(cluster, 40)).records].sort(byNode)).toEqual(fresh);
      expect((await records.read(cluster, ['n-1'])).get('n-1')).toEqual({
        record: fresh[0],
        asOfMs: nowMs,
        revision: 1,
      });
      expect(await records.list('app/production')).toEqual([]);
    });

    it('excuses the nodes of a shard that is held up, and never stores that', async () => {
      const { records, liveness } = await start();
      await Promise.all(['n-1', 'n-2'].map((node) => records.write(nodeRecord(node), 0)));
      // Handled six seconds late; the other shard is a minute ahead.
      await liveness.writeShard(cluster, heardIn('late', [heard('n-1', 64)], epochMs(nowMs + 6_064)), 0);
      await liveness.writeShard(
        cluster,
        heardIn('prompt', [heard('n-2', 60_032)], epochMs(nowMs + 60_032)),
        0,
      );
      const first = (await records.list(cluster)).find(({ node }) => node === 'n-1');
      expect(first).toMatchObject({ arrivedAtMs: nowMs + 64, heldUpMs: 59_968 });
      expect(first && presenceOf(first, epochMs(nowMs + 60_032))).toBe('live');
      const read = (await records.read(cluster, ['n-1'])).get('n-1')?.record;
      expect(read).toEqual(nodeRecord('n-1', { arrivedAtMs: epochMs(nowMs + 64) }));
      await records.write(nodeRecord('n-1', { heldUpMs: 5, sequence: 2 }), 1);
      expect((await records.read(cluster, ['n-1'])).get('n-1')?.record).not.toHaveProperty('heldUpMs');
    });

    it('keeps a shard’s liveness over exactly the revision that was read', async () => {
      const { liveness } = await start();
      const first = heardIn(shard, [heard('n-1', 64)], epochMs(nowMs + 100));
      expect(await liveness.readShard(cluster, shard)).toEqual({ revision: 0 });
      expect(await liveness.writeShard(cluster, first, 1)).toBe('lost');
      expect(await liveness.writeShard(cluster, first, 0)).toBe('saved');
      const second = heardIn(shard, [heard('n-1', 128), heard('n-2', 192)], epochMs(nowMs + 200));
      expect(await liveness.writeShard(cluster, second, 0)).toBe('lost');
      expect(await liveness.readShard(cluster, shard)).toEqual({ liveness: first, revision: 1 });
      expect(await liveness.writeShard(cluster, second, 1)).toBe('saved');
      expect(await liveness.readShard(cluster, shard)).toEqual({ liveness: second, revision: 2 });
      expect(second.arrivals.get(lifeKey('n-2', 'life-1'))).toBe(nowMs + 192);
      expect(await liveness.readShard(cluster, 'another')).toEqual({ revision: 0 });
      expect(await liveness.readShard('app/production', shard)).toEqual({ revision: 0 });
    });
  });
}
