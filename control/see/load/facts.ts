/** What nodes say of their work, beside what the assignment says: one row for each node, partition and key. */

import { capacitiesOf } from '../../../core/fleet/capacity.js';
import { type Presence, presenceOf } from '../../../core/fleet/liveness.js';
import type { NodeRecord } from '../../../core/fleet/node-records.js';
import type { NodeHealth } from '../../../core/fleet/node-reports.js';
import type { EpochMs } from '../../../core/time.js';
import type { DrainView } from '../drains.js';

/** Partitions and keys that are told: who needs more asks for the records. */
const hottestMax = 5;

export interface NodeLoad {
  readonly node: string;
  readonly presence: Presence;
  readonly health: NodeHealth;
  /** 0 idle … 1 at capacity, above 1 when more is offered than it can do; as it said last. */
  readonly load: number;
  readonly queueDepth: number;
  readonly inFlight: number;
  /** Work units it turned away since this life of it began. */
  readonly shed: number;
  /** Work units at once, as it declares. */
  readonly declared: number;
  /** Work units a second that it can do: as it measured; before that, as its peers do with as much declared. */
  readonly unitsPerSecond: number;
  readonly isMeasured: boolean;
  /** Partitions it owns; absent where none are assigned. */
  readonly partitions?: number;
  /** The drain in force. */
  readonly drain?: DrainView;
}

export interface PartitionLoad {
  readonly partition: number;
  readonly unitsPerSecond: number;
  /** Who owns it; whoever reports it, where nobody does. */
  readonly node: string;
  /** Of what its owner can do. */
  readonly shareOfNode: number;
}

export interface KeyLoad {
  /** As the node names it: long keys are cut. */
  readonly key: string;
  readonly partition: number;
  readonly node: string;
  readonly unitsPerSecond: number;
  /** Of its partition's work. */
  readonly shareOfPartition: number;
}

export interface Owned {
  readonly byOwner: ReadonlyMap<string, readonly number[]>;
  readonly ownersOf: (partition: number) => readonly string[];
}

export interface Seen {
  readonly records: readonly NodeRecord[];
  readonly owned: Owned | undefined;
  readonly drains: readonly DrainView[];
  /** When the cluster is judged. */
  readonly moment: EpochMs;
}

/** Live ones first, the busiest first. */
export function nodeLoads({ records, owned, drains, moment }: Seen): readonly NodeLoad[] {
  const capacityOf = capacitiesOf(records);
  const views = records.map((record) => {
    const { node, health, load, queueDepth, inFlight, shed = 0 } = record;
    const drain = drains.find((each) => each.node === node);
    return {
      node,
      presence: presenceOf(record, moment),
      health,
      load,
      queueDepth,
      inFlight,
      shed,
      declared: record.capacity,
      unitsPerSecond: capacityOf(record),
      isMeasured: Boolean(record.unitsPerSecond),
      ...(owned && { partitions: owned.byOwner.get(node)?.length ?? 0 }),
      ...(drain && { drain }),
    };
  });
  return views.sort(byPresenceThenLoad);
}

const presenceOrder: readonly Presence[] = ['live', 'silent', 'left'];

const byPresenceThenLoad = (a: NodeLoad, b: NodeLoad): number =>
  presenceOrder.indexOf(a.presence) - presenceOrder.indexOf(b.presence) ||
  b.load - a.load ||
  a.node.localeCompare(b.node, 'en', { numeric: true });

/** Work of each partition, whoever was given it: stand-ins are, and an owner of a moment ago. */
export function partitionLoads({ records, owned }: Seen): readonly PartitionLoad[] {
  const work = new Map<number, { unitsPerSecond: number; node: string; most: number }>();
  for (const { node, work: said = {} } of records) {
    for (const [name, unitsPerSecond] of Object.entries(said)) {
      const sum = work.get(Number(name)) ?? { unitsPerSecond: 0, node, most: 0 };
      const isMost = unitsPerSecond > sum.most;
      work.set(Number(name), {
        unitsPerSecond: sum.unitsPerSecond + unitsPerSecond,
        ...(isMost ? { node, most: unitsPerSecond } : { node: sum.node, most: sum.most }),
      });
    }
  }
  const capacityOf = capacitiesOf(records);
  const capacities = new Map(records.map((record) => [record.node, capacityOf(record)]));
  return [...work].map(([partition, { unitsPerSecond, node: reporter }]) => {
    const owners = owned?.ownersOf(partition) ?? [];
    const node = owners[0] ?? reporter;
    const capacity = capacities.get(node) ?? Number.POSITIVE_INFINITY;
    const shareOfNode = unitsPerSecond / Math.max(1, owners.length) / capacity;
    return { partition, unitsPerSecond, node, shareOfNode };
  });
}

/** The hottest by what they are to their owner. */
export const hottestPartitions = (loads: readonly PartitionLoad[]): readonly PartitionLoad[] =>
  loads.toSorted((a, b) => b.shareOfNode - a.shareOfNode || a.partition - b.partition).slice(0, hottestMax);

/** The busiest keys of each node. A sketch may count a key too high, never above its partition. */
export function keyLoads({ records }: Seen, partitions: readonly PartitionLoad[]): readonly KeyLoad[] {
  const work = new Map(partitions.map(({ partition, unitsPerSecond }) => [partition, unitsPerSecond]));
  const all = records.flatMap(({ node, hotKeys = [] }) => hotKeys.map((hot) => ({ ...hot, node })));
  return all.map((hot) => ({
    ...hot,
    shareOfPartition: shareOf(hot.unitsPerSecond, work.get(hot.partition)),
  }));
}

const shareOf = (part: number, whole: number | undefined): number =>
  whole === undefined || whole <= 0 ? 1 : Math.min(1, part / whole);

/** The busiest keys of the fleet, each once: several nodes may serve a key, as stand-ins do. Named is the node that does most of it. */
export function hottestKeys(keys: readonly KeyLoad[]): readonly KeyLoad[] {
  const byKey = new Map<string, KeyLoad>();
  for (const key of keys.toSorted((a, b) => b.unitsPerSecond - a.unitsPerSecond)) {
    const name = `${key.partition}/${key.key}`;
    const most = byKey.get(name);
    byKey.set(name, most ? together(most, key) : key);
  }
  return [...byKey.values()]
    .toSorted((a, b) => b.unitsPerSecond - a.unitsPerSecond || (a.key < b.key ? -1 : 1))
    .slice(0, hottestMax);
}

const together = (most: KeyLoad, other: KeyLoad): KeyLoad => ({
  ...most,
  unitsPerSecond: most.unitsPerSecond + other.unitsPerSecond,
  shareOfPartition: Math.min(1, most.shareOfPartition + other.shareOfPartition),
});
