/** What is deployed, what is on its way, and who holds it: wanted beside actual, per profile. */

import { type Address, formatCluster, type ProfileAddress } from '../../../core/addresses.js';
import type { LogEntry } from '../../../core/delivery/deployments.js';
import type { PublishQueue } from '../../../core/delivery/publish-queue.js';
import type { StrategyName } from '../../../core/delivery/strategies.js';
import type { GuardReport } from '../../../core/guard/report.js';
import { clustersOf, type OpenCluster, profilesOf } from '../../addressing.js';
import type { Cloud } from '../../cloud.js';
import { type DeployedVersion, readNewestDeployments } from '../../facts.js';
import { Blindness } from '../blindness.js';
import type { Undoing } from '../undone.js';
import { byAttention } from './attention.js';
import type { FileDrift, FilesAtHand } from './file-drift.js';
import type { FleetStatus } from './fleet-status.js';
import { profileStatus } from './profile-status.js';
import type { RolloutPace } from './rollout-pace.js';

export interface Status {
  readonly target: string;
  /** ISO 8601, UTC. */
  readonly askedAt: string;
  /** Environment by environment, what needs attention first; what nobody published comes last. */
  readonly profiles: readonly ProfileStatus[];
  /** Queues in which something waits. */
  readonly queues: readonly PublishQueue[];
  /** What could not be read, for people: everything else stands all the same. */
  readonly blind: readonly string[];
}

/** `unknown`: the newest deployments of its environment, as far as a listing reads, tell nothing of it. */
export type ProfileState =
  | 'unpublished'
  | 'unknown'
  | 'rolling-out'
  | 'baking'
  | 'deployed'
  | 'rolling-back'
  | 'rolled-back';

export interface ProfileStatus {
  readonly address: string;
  readonly state: ProfileState;
  /** What nodes are meant to hold when nothing is on its way. */
  readonly deployed?: DeployedVersion;
  /** Something may be deployed, longer ago than a listing reads. */
  readonly isDeployedUnknown?: true;
  /** What is on its way. */
  readonly rollout?: Rollout;
  /** The newest version, where it was taken back. */
  readonly undone?: UndoneVersion;
  /** What the guard said of the newest deployment; absent where it did not look. */
  readonly guard?: GuardReport;
  /** AppConfig's log of the newest deployment, oldest entry first. */
  readonly log: readonly LogEntry[];
  /** The file at hand still says what was taken back. */
  readonly fileDrift?: FileDrift;
  readonly nodes: FleetStatus;
}

export interface Rollout extends DeployedVersion, RolloutPace {
  /** Share of the fleet it is offered to. */
  readonly percentage: number;
  readonly strategy?: StrategyName;
  readonly durationMinutes: number;
  readonly bakeMinutes: number;
}

export interface UndoneVersion extends DeployedVersion, Undoing {
  /** Share of the fleet it had been offered to. */
  readonly percentage: number;
}

/** `files`: the project at hand, to say where git and fleet disagree. @throws UsageError for a name that does not exist. */
export async function status(cloud: Cloud, address: Address, files?: FilesAtHand): Promise<Status> {
  const blindness = new Blindness();
  const clusters = await clustersOf(cloud, address);
  const parts = await Promise.all(
    clusters.map((open) => clusterStatus({ cloud, blindness, files }, open, profilesOf(open, address))),
  );
  return {
    target: cloud.target,
    askedAt: new Date(cloud.clock()).toISOString(),
    profiles: byAttention(parts.map(({ profiles }) => profiles)),
    queues: parts.map(({ queue }) => queue).filter(({ entries }) => entries.length > 0),
    blind: blindness.notes,
  };
}

interface Asking {
  readonly cloud: Cloud;
  readonly blindness: Blindness;
  readonly files: FilesAtHand | undefined;
}

async function clusterStatus(
  { cloud, blindness, files }: Asking,
  open: OpenCluster,
  profiles: readonly ProfileAddress[],
) {
  const cluster = formatCluster(open.cluster);
  const names = profiles.map(({ profile }) => profile);
  const [read, records, queue] = await Promise.all([
    readNewestDeployments(open.store, names),
    blindness.orElse('the records of nodes', cloud.records.list(cluster), []),
    blindness.orElse('the queue', cloud.queue(open.cluster), { cluster, entries: [] }),
  ]);
  // Of each profile only the newest deployment is asked about, and the one that stands.
  const asked = read.deployments.filter((item) => isAskedAbout(item, read.deployments));
  const rollouts = await blindness.orElse(
    'what the guard said, and who published in full,',
    cloud.rollouts.read(
      cluster,
      asked.map(({ number }) => number),
    ),
    new Map(),
  );
  const facts = { open, ...read, records, rollouts, files, now: cloud.clock() };
  return { queue, profiles: await Promise.all(profiles.map((profile) => profileStatus(facts, profile))) };
}

type Listed = Awaited<ReturnType<typeof readNewestDeployments>>['deployments'];

function isAskedAbout(item: Listed[number], all: Listed): boolean {
  const mine = all.filter(({ profile }) => profile === item.profile);
  return mine[0] === item || mine.find(({ state }) => state === 'COMPLETE') === item;
}
