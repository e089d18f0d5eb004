/** What is deployed, what is on its way, and who holds it: wanted beside actual, per profile. */

import {
  type Address,
  type ClusterAddress,
  formatCluster,
  type ProfileAddress,
} from '../../../core/addresses.js';
import type { LogEntry } from '../../../core/delivery/deployments.js';
import type { PublishQueue } from '../../../core/delivery/publish-queue.js';
import type { StrategyName } from '../../../core/delivery/strategies.js';
import { isStalled, newestArrival } from '../../../core/fleet/liveness.js';
import type { NodeRecord } from '../../../core/fleet/node-records.js';
import type { GuardReport } from '../../../core/guard/report.js';
import { clustersOf, type OpenCluster, profilesOf } from '../../addressing.js';
import type { Cloud } from '../../cloud.js';
import { type DeployedVersion, readNewestDeployments } from '../../facts.js';
import { Blindness, instant, Sight } from '../blindness.js';
import { type DrainView, standingDrains } from '../drains.js';
import type { Undoing } from '../undone.js';
import { byAttention } from './attention.js';
import type { FileDrift, FilesAtHand } from './file-drift.js';
import type { FleetStatus } from './fleet-status.js';
import { profileStatus } from './profile-status.js';
import type { RolloutPace } from './rollout-pace.js';
import { appConfig, appConfigNames, reportedProfiles, unreadable } from './unreadable.js';

export interface Status {
  readonly target: string;
  /** ISO 8601, UTC. */
  readonly askedAt: string;
  /** Environment by environment, what needs attention first; what nobody published comes last. */
  readonly profiles: readonly ProfileStatus[];
  /** Queues in which something waits. */
  readonly queues: readonly PublishQueue[];
  /** Clusters of which a person keeps work away from nodes. */
  readonly drains: readonly ClusterDrains[];
  /** What could not be read, for people: everything else stands all the same. */
  readonly blind: readonly string[];
}

export interface ClusterDrains {
  readonly cluster: string;
  /** Those in force. */
  readonly drains: readonly DrainView[];
}

/**
 * `unknown`: the newest deployments of its environment, as far as a listing reads, tell nothing of it. `unreadable`: AppConfig
 * does not say; what nodes hold is told all the same.
 */
export type ProfileState =
  | 'unreadable'
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
export function status(cloud: Cloud, address: Address, files?: FilesAtHand): Promise<Status> {
  return look({ cloud, files, blindness: new Blindness() }, address);
}

/** The same for who looks again and again: it says since when something cannot be read. */
export function watchedStatus(cloud: Cloud, files?: FilesAtHand): (address: Address) => Promise<Status> {
  const sight = new Sight(cloud.clock);
  return (address) => look({ cloud, files, blindness: new Blindness(sight) }, address);
}

async function look(asking: Asking, address: Address): Promise<Status> {
  const { cloud, blindness } = asking;
  const clusters = await clustersMeant(asking, address);
  const parts = await Promise.all(clusters.map((meant) => clusterStatus(asking, meant)));
  return {
    target: cloud.target,
    askedAt: new Date(cloud.clock()).toISOString(),
    profiles: byAttention(parts.map(({ profiles }) => profiles)),
    queues: parts.map(({ queue }) => queue).filter(({ entries }) => entries.length > 0),
    drains: parts.map(({ drained }) => drained).filter(({ drains }) => drains.length > 0),
    blind: blindness.notes,
  };
}

interface Asking {
  readonly cloud: Cloud;
  readonly blindness: Blindness;
  readonly files: FilesAtHand | undefined;
}

/** A cluster that is asked about; without what AppConfig knows of it where that cannot be read. */
interface Meant {
  readonly cluster: ClusterAddress;
  readonly known?: { readonly open: OpenCluster; readonly profiles: readonly ProfileAddress[] };
  readonly profile?: string | undefined;
}

/** What an address means is AppConfig's to say; one environment named in full can be asked about without it. */
async function clustersMeant({ cloud, blindness }: Asking, address: Address): Promise<readonly Meant[]> {
  const { application, environment, profile } = address;
  const asked = clustersOf(cloud, address);
  const isOne = application !== undefined && environment !== undefined;
  const clusters = isOne ? await blindness.orElse(appConfigNames, asked, undefined) : await asked;
  if (clusters === undefined && isOne) return [{ cluster: { application, environment }, profile }];
  return (clusters ?? []).map((open) => {
    const known = { open, profiles: profilesOf(open, address) };
    return { cluster: open.cluster, known, profile };
  });
}

async function clusterStatus(asking: Asking, meant: Meant) {
  const { cloud, blindness, files } = asking;
  const cluster = formatCluster(meant.cluster);
  const undrained = { list: { cluster, drains: [] }, revision: 0 };
  const [facts, found, queue, { list }] = await Promise.all([
    meant.known && blindness.orElse(appConfig, readFacts(asking, meant.known), undefined),
    blindness.orElse('the records of nodes', cloud.records.list(cluster), undefined),
    blindness.orElse('the queue', cloud.queue(meant.cluster), { cluster, entries: [] }),
    blindness.orElse('the drains', cloud.drains.read(cluster), undrained),
  ]);
  const [now, records] = [cloud.clock(), found ?? []];
  if (isStalled(records, now)) blindness.note(`reports of ${cluster}`, stalledWords(cluster, records));
  const fleet = { records, now };
  const profiles = meant.known?.profiles ?? reportedProfiles(meant.cluster, records, meant.profile);
  const statusOf = async (profile: ProfileAddress): Promise<ProfileStatus> => {
    const without = unreadable(profile, fleet);
    const read =
      facts && blindness.orElse(appConfig, profileStatus({ ...facts, files, ...fleet }, profile), without);
    const told = (await read) ?? without;
    return found ? told : { ...told, nodes: { ...told.nodes, isUnread: true } };
  };
  return {
    queue,
    drained: { cluster, drains: standingDrains(list, now) },
    profiles: await Promise.all(profiles.map(statusOf)),
  };
}

/** What AppConfig says of a cluster's deployments, and what is kept of them. */
async function readFacts({ cloud, blindness }: Asking, { open, profiles }: NonNullable<Meant['known']>) {
  const read = await readNewestDeployments(
    open.store,
    profiles.map(({ profile }) => profile),
  );
  // Of each profile only the newest deployment is asked about, and the one that stands.
  const asked = read.deployments.filter((item) => isAskedAbout(item, read.deployments));
  const numbers = asked.map(({ number }) => number);
  const rollouts = await blindness.orElse(
    'what the guard said, and who published in full,',
    cloud.rollouts.read(formatCluster(open.cluster), numbers),
    new Map(),
  );
  return { open, ...read, rollouts };
}

const stalledWords = (cluster: string, records: readonly NodeRecord[]): string =>
  `no report of ${cluster} has arrived since ${instant(newestArrival(records) ?? 0)}: its nodes are gone, or what carries their reports stands still`;

type Listed = Awaited<ReturnType<typeof readNewestDeployments>>['deployments'];

function isAskedAbout(item: Listed[number], all: Listed): boolean {
  const mine = all.filter(({ profile }) => profile === item.profile);
  return mine[0] === item || mine.find(({ state }) => state === 'COMPLETE') === item;
}
