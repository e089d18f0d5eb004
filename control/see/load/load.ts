/** How work lies on the nodes of one cluster, which partitions and keys are hot, and why a node has too much to do. */

import { type ClusterAddress, formatCluster } from '../../../core/addresses.js';
import { assignmentSettingsSchema } from '../../../core/assignment/settings.js';
import { judgedAt } from '../../../core/fleet/liveness.js';
import { routingSettingsOf } from '../../../core/profiles.js';
import type { Cloud } from '../../cloud.js';
import type { Workspace } from '../../files/workspace.js';
import { partitionsByOwner, readAssignment, stuckIn, type TableInForce } from '../../fleet/assignment.js';
import { Blindness } from '../blindness.js';
import { standingDrains } from '../drains.js';
import { causesOf, type HotCause } from './causes.js';
import {
  hottestKeys,
  hottestPartitions,
  type KeyLoad,
  keyLoads,
  type NodeLoad,
  nodeLoads,
  type Owned,
  type PartitionLoad,
  partitionLoads,
} from './facts.js';
import { type AssignmentView, assignmentView, type Spread, spreadOf } from './spread.js';

export interface FleetLoad {
  readonly target: string;
  readonly cluster: string;
  /** ISO 8601, UTC. */
  readonly askedAt: string;
  /** Live ones first, the busiest first. */
  readonly nodes: readonly NodeLoad[];
  /** Absent where no node is in service. */
  readonly spread?: Spread;
  /** Absent where nothing is assigned: the application declares no `routing`, or no node has come yet. */
  readonly assignment?: AssignmentView;
  /** Nodes that report and take up nothing of the work that they are given, by name: `veltrix nodes` says why. */
  readonly stuck: readonly string[];
  readonly hottestPartitions: readonly PartitionLoad[];
  readonly hottestKeys: readonly KeyLoad[];
  /** One for each node above the band. */
  readonly causes: readonly HotCause[];
  /** What could not be read, for people. */
  readonly blind: readonly string[];
}

export interface LoadQuestion {
  readonly cluster: ClusterAddress;
  /** As the application declares it; the default where no project is at hand. */
  readonly bandLoad?: number | undefined;
}

const { bandLoad: defaultBandLoad } = assignmentSettingsSchema.parse({});

/** @throws UsageError for an environment that does not exist; ServiceUnavailable when the records cannot be read. */
export async function load(cloud: Cloud, question: LoadQuestion): Promise<FleetLoad> {
  const { cluster: address, bandLoad = defaultBandLoad } = question;
  const cluster = formatCluster(address);
  const blindness = new Blindness();
  const none = { list: { cluster, drains: [] }, revision: 0 };
  const [records, inForce, { list }] = await Promise.all([
    cloud.records.list(cluster),
    blindness.orElse('the assignment', readAssignment(cloud.assignment(address)), undefined),
    blindness.orElse('the drains', cloud.drains.read(cluster), none),
  ]);
  // Without any, the cluster's name may be wrong: AppConfig knows.
  if (records.length === 0) await cloud.environment(address);
  const now = cloud.clock();
  const found = inForce?.table && { head: inForce.head, table: inForce.table };
  const seen = {
    records,
    owned: found && ownedIn(found),
    drains: standingDrains(list, now),
    moment: judgedAt(records, now),
  };
  const nodes = nodeLoads(seen);
  const partitions = partitionLoads(withoutThoseGone(seen, nodes));
  const keys = keyLoads(withoutThoseGone(seen, nodes), partitions);
  const spread = spreadOf(nodes, bandLoad);
  return {
    target: cloud.target,
    cluster,
    askedAt: new Date(now).toISOString(),
    nodes,
    ...(spread && { spread }),
    ...(found && { assignment: assignmentView(found, now) }),
    stuck: [...stuckIn(inForce?.roster)].sort(),
    hottestPartitions: hottestPartitions(partitions),
    hottestKeys: hottestKeys(keys),
    causes: spread ? causesOf({ cluster, nodes, spread, partitions, keys }) : [],
    blind: blindness.notes,
  };
}

/** What a node said last before it fell silent or left is no news of where work is now. */
function withoutThoseGone<T extends { readonly records: readonly { readonly node: string }[] }>(
  seen: T,
  nodes: readonly NodeLoad[],
): T {
  const live = new Set(nodes.filter(({ presence }) => presence === 'live').map(({ node }) => node));
  return { ...seen, records: seen.records.filter(({ node }) => live.has(node)) };
}

function ownedIn({ table }: TableInForce): Owned {
  return {
    byOwner: partitionsByOwner(table),
    ownersOf: (partition) => table.slots[partition]?.owners ?? [],
  };
}

/** The band an application declares; undefined where no project is at hand, or it says nothing. */
export async function bandOf(
  open: () => Promise<Workspace>,
  application: string,
): Promise<number | undefined> {
  try {
    const { application: declared } = await (await open()).load(application);
    return routingSettingsOf(declared)?.bandLoad;
  } catch {
    return undefined;
  }
}
