/** What a drain would mean: whose work goes where, and whether there is room for it. */

import { type ClusterAddress, formatCluster } from '../../../core/addresses.js';
import { UsageError } from '../../../core/errors.js';
import { isInForce, type Room, roomWithout } from '../../../core/fleet/draining.js';
import type { DrainList } from '../../../core/fleet/drains.js';
import {
  isStalled,
  judgedAt,
  newestArrival,
  type Presence,
  presenceOf,
} from '../../../core/fleet/liveness.js';
import type { NodeRecord } from '../../../core/fleet/node-records.js';
import { isHealthy } from '../../../core/fleet/roster.js';
import { type EpochMs, epochMs } from '../../../core/time.js';
import type { Cloud } from '../../cloud.js';
import { suggestNames } from '../../files/nearest.js';
import { partitionsByOwner, readTable } from '../../fleet/assignment.js';
import { type DrainView, standingDrains } from '../../see/drains.js';

export interface DrainPlan {
  readonly target: string;
  readonly cluster: string;
  readonly node: string;
  readonly presence: Presence;
  /** Partitions it owns, which would move; absent where none are assigned in this cluster. */
  readonly partitions?: number;
  readonly room: Room;
  /** True: no reports arrive at all, so that nobody knows who is there. */
  readonly isStalled: boolean;
  /** The drain that this one would take the place of. */
  readonly standing?: DrainView;
}

export interface DrainPlace {
  readonly cluster: ClusterAddress;
  readonly node: string;
}

/** @throws UsageError for a node that is not there; ServiceUnavailable when records or assignment cannot be read. */
export async function planDrain(cloud: Cloud, place: DrainPlace): Promise<DrainPlan> {
  const { list } = await cloud.drains.read(formatCluster(place.cluster));
  return (await planOver(cloud, place, list)).plan;
}

/** The same over a list of drains that was read before, and the moment for which it holds. */
export async function planOver(
  cloud: Cloud,
  place: DrainPlace,
  list: DrainList,
): Promise<{ readonly plan: DrainPlan; readonly now: EpochMs }> {
  const cluster = formatCluster(place.cluster);
  const [records, found] = await Promise.all([
    cloud.records.list(cluster),
    readTable(cloud.assignment(place.cluster)),
  ]);
  // Without any, the cluster's name may be wrong: AppConfig knows.
  if (records.length === 0) await cloud.environment(place.cluster);
  const now = momentOf(records, cloud.clock());
  const record = demandThere(records, { cluster, node: place.node });
  const owned = found && partitionsByOwner(found.table);
  const standing = standingDrains(list, now).find(({ node }) => node === place.node);
  const fleet = fleetOf(records, { owners: owned, list, now });
  const plan = {
    target: cloud.target,
    cluster,
    node: place.node,
    presence: presenceOf(record, judgedAt(records, now)),
    ...(owned && { partitions: owned.get(place.node)?.length ?? 0 }),
    room: roomWithout(place.node, fleet),
    isStalled: isStalled(records, cloud.clock()),
    ...(standing && { standing }),
  };
  return { plan, now };
}

/** A drain ends by AWS's clock: of a machine whose own is behind, one of half an hour might be over before it began. */
const momentOf = (records: readonly NodeRecord[], clock: EpochMs): EpochMs =>
  epochMs(Math.max(clock, newestArrival(records) ?? 0));

interface Around {
  readonly owners: ReadonlyMap<string, unknown> | undefined;
  readonly list: DrainList;
  readonly now: EpochMs;
}

function fleetOf(records: readonly NodeRecord[], { owners, list, now }: Around) {
  const moment = judgedAt(records, now);
  const drained = new Set(list.drains.filter((drain) => isInForce(drain, now)).map(({ node }) => node));
  const isLive = (record: NodeRecord) => presenceOf(record, moment) === 'live';
  return {
    // One that fell silent a moment ago leaves its work to the others too.
    working: records.filter((record) => isLive(record) || owners?.has(record.node)),
    serving: records.filter((record) => isLive(record) && isHealthy(record) && !drained.has(record.node)),
  };
}

function demandThere(
  records: readonly NodeRecord[],
  { cluster, node }: { readonly cluster: string; readonly node: string },
): NodeRecord {
  const there = records.filter(({ health }) => health !== 'stopped');
  const found = there.find((record) => record.node === node);
  if (found) return found;
  const hasLeft = records.some((record) => record.node === node);
  const what = hasLeft
    ? `"${node}" has left ${cluster}`
    : `No node "${node}" reported in ${cluster} within the last hour`;
  throw new UsageError(what, {
    hint: suggestNames(
      node,
      there.map((record) => record.node).sort((a, b) => a.localeCompare(b, 'en', { numeric: true })),
    ),
  });
}
