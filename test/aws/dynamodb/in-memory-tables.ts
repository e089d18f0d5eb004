/** Cursors, node records and records of rollouts in memory, for tests of what uses them. */

import { type ChangeCursor, startOfChanges } from '../../../core/delivery/change-events.js';
import type { ChangeCursors, StoredCursor } from '../../../core/delivery/change-stream.js';
import type { PublishQueues, StoredQueue } from '../../../core/delivery/publish-queue.js';
import type { GuardMemory, RolloutRecord, RolloutRecords } from '../../../core/delivery/rollout-records.js';
import type { NodeRecord, NodeRecords } from '../../../core/fleet/node-records.js';
import { type LivenessItems, type ShardLiveness, withLiveness } from '../../../core/fleet/shard-liveness.js';
import { nodeShard, nodeShards } from '../../../core/names.js';
import { type Clock, epochMs, isPast } from '../../../core/time.js';

export function inMemoryCursors(): ChangeCursors {
  const stored = new Map<string, StoredCursor>();
  return {
    read: async (address) => stored.get(address) ?? { cursor: startOfChanges(address), revision: 0 },
    async write(cursor: ChangeCursor, over) {
      if ((stored.get(cursor.address)?.revision ?? 0) !== over) return 'lost';
      stored.set(cursor.address, { cursor, revision: over + 1 });
      return 'saved';
    },
  };
}

export function inMemoryQueues(): PublishQueues {
  const stored = new Map<string, StoredQueue>();
  return {
    read: async (cluster) => stored.get(cluster) ?? { queue: { cluster, entries: [] }, revision: 0 },
    async write(queue, over) {
      if ((stored.get(queue.cluster)?.revision ?? 0) !== over) return 'lost';
      stored.set(queue.cluster, { queue, revision: over + 1 });
      return 'saved';
    },
  };
}

/** Records, with the packed liveness beside them, as they share a table. */
export function inMemoryRecords(clock: Clock): NodeRecords & LivenessItems {
  const stored = new Map<string, { record: NodeRecord; revision: number }>();
  const live = new Map<string, { liveness: ShardLiveness; cluster: string; revision: number }>();
  const keyOf = (cluster: string, name: string) => JSON.stringify([cluster, name]);
  const heard = (cluster: string, records: readonly NodeRecord[]) => {
    const shards = [...live.values()].filter((item) => item.cluster === cluster);
    return withLiveness(
      records,
      shards.map(({ liveness }) => liveness),
    );
  };
  const list = (cluster: string) => {
    const records = [...stored.values()].map((item) => item.record);
    return records.filter(
      (record) => record.cluster === cluster && !isPast(epochMs(record.expiresAtSeconds * 1000), clock()),
    );
  };
  return {
    async read(cluster, nodes) {
      const found = nodes.flatMap((node) => stored.get(keyOf(cluster, node)) ?? []);
      return new Map(
        found.map(({ record, revision }) => {
          const [{ arrivedAtMs } = record] = heard(cluster, [record]);
          const read = { record: { ...record, arrivedAtMs }, asOfMs: record.arrivedAtMs, revision };
          return [record.node, read];
        }),
      );
    },
    list: async (cluster) => heard(cluster, list(cluster)),
    async sample(cluster, nodesMax) {
      const shards = nodeShards(cluster).map((shard) =>
        list(cluster)
          .filter(({ node }) => nodeShard(cluster, node) === shard)
          .toSorted((a, b) => (a.node < b.node ? -1 : 1)),
      );
      const most = Math.ceil(nodesMax / shards.length);
      return {
        records: heard(
          cluster,
          shards.flatMap((shard) => shard.slice(0, most)),
        ),
        isWhole: shards.every((shard) => shard.length <= most),
      };
    },
    async write({ heldUpMs: _excuse, ...record }, over) {
      const key = keyOf(record.cluster, record.node);
      if ((stored.get(key)?.revision ?? 0) !== over) return 'lost';
      stored.set(key, { record, revision: over + 1 });
      return 'saved';
    },
    async readShard(cluster, shard) {
      const { liveness, revision = 0 } = live.get(keyOf(cluster, shard)) ?? {};
      return { revision, ...(liveness && { liveness }) };
    },
    async writeShard(cluster, liveness, over) {
      const key = keyOf(cluster, liveness.shard);
      if ((live.get(key)?.revision ?? 0) !== over) return 'lost';
      live.set(key, { liveness, cluster, revision: over + 1 });
      return 'saved';
    },
  };
}

export function inMemoryRollouts(): RolloutRecords {
  const records = new Map<string, RolloutRecord>();
  const memories = new Map<string, GuardMemory>();
  const keyOf = (cluster: string, deployment: number) => `${cluster} ${deployment}`;
  return {
    async read(cluster, deployments) {
      const found = deployments.map((number) => [number, records.get(keyOf(cluster, number))] as const);
      return new Map(found.flatMap(([number, record]) => (record ? [[number, record]] : [])));
    },
    async savePublication(cluster, deployment, publication) {
      const key = keyOf(cluster, deployment);
      if (records.get(key)?.publication) return 'kept';
      records.set(key, { ...records.get(key), publication });
      return 'saved';
    },
    async saveUndone(cluster, deployment, undone) {
      const key = keyOf(cluster, deployment);
      records.set(key, { ...records.get(key), undone });
    },
    async saveRetired(cluster, deployment, retired) {
      const key = keyOf(cluster, deployment);
      records.set(key, { ...records.get(key), retired });
    },
    readGuard: async (cluster, deployment) =>
      structuredClone(memories.get(keyOf(cluster, deployment)) ?? { revision: 0 }),
    async writeGuard({ cluster, deployment }, memory, over) {
      const key = keyOf(cluster, deployment);
      if ((memories.get(key)?.revision ?? 0) !== over) return 'lost';
      memories.set(key, structuredClone({ ...memories.get(key), ...memory, revision: over + 1 }));
      records.set(key, { ...records.get(key), guard: memory.report });
      return 'saved';
    },
  };
}
