/** What is deployed, what is on its way, and who holds it: wanted beside actual, per profile. */

import { type Address, formatCluster, formatProfile, type ProfileAddress } from '../../core/addresses.js';
import {
  type Deployment,
  type DeploymentSummary,
  deployedOf,
  isRunning,
} from '../../core/delivery/deployments.js';
import type { StrategyName } from '../../core/delivery/strategies.js';
import type { NodeRecord } from '../../core/fleet/node-records.js';
import type { EpochMs } from '../../core/time.js';
import { clustersOf, type OpenCluster, profilesOf } from '../addressing.js';
import type { Cloud } from '../cloud.js';
import {
  type DeployedVersion,
  describeVersion,
  type NewestDeployments,
  readNewestDeployments,
  strategyOf,
  undoneBecause,
} from '../facts.js';
import { type Convergence, convergence } from '../fleet/convergence.js';
import { liveNodes, newestArrival } from '../fleet/liveness.js';

export interface Status {
  readonly target: string;
  /** ISO 8601, UTC. */
  readonly askedAt: string;
  readonly profiles: readonly ProfileStatus[];
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
  readonly undone?: DeployedVersion & { readonly why: string };
  readonly nodes: FleetStatus;
}

export interface Rollout extends DeployedVersion {
  /** Share of the fleet it is offered to. */
  readonly percentage: number;
  readonly strategy?: StrategyName;
  readonly durationMinutes: number;
  readonly bakeMinutes: number;
}

export interface FleetStatus extends Convergence {
  /** Live nodes by the label in force, most first; without label where a default is, or nothing. */
  readonly held: readonly { readonly label?: string; readonly count: number }[];
  /** When the newest report arrived; absent when no node ever reported. */
  readonly lastReportAt?: string;
}

/** @throws UsageError for a name that does not exist. */
export async function status(cloud: Cloud, address: Address): Promise<Status> {
  const clusters = await clustersOf(cloud, address);
  const profiles = await Promise.all(clusters.map((open) => clusterStatus(cloud, open, address)));
  return { target: cloud.target, askedAt: new Date(cloud.clock()).toISOString(), profiles: profiles.flat() };
}

async function clusterStatus(cloud: Cloud, open: OpenCluster, address: Address) {
  const profiles = profilesOf(open, address);
  const [read, records] = await Promise.all([
    readNewestDeployments(
      open.store,
      profiles.map(({ profile }) => profile),
    ),
    cloud.records.list(formatCluster(open.cluster)),
  ]);
  const facts = { open, ...read, records, now: cloud.clock() };
  return Promise.all(profiles.map((profile) => profileStatus(facts, profile)));
}

interface ClusterFacts extends NewestDeployments {
  readonly open: OpenCluster;
  readonly records: readonly NodeRecord[];
  readonly now: EpochMs;
}

async function profileStatus(facts: ClusterFacts, address: ProfileAddress): Promise<ProfileStatus> {
  const { store } = facts.open;
  const newest = facts.deployments.find(({ profile }) => profile === address.profile);
  const complete = deployedOf(facts.deployments, address.profile);
  const [deployed, last] = await Promise.all([
    complete && store.deployment(complete.number),
    newest && newest.number !== complete?.number ? store.deployment(newest.number) : undefined,
  ]);
  const rollout = last && isRunning(last) ? last : undefined;
  const undone = last && !isRunning(last) ? last : undefined;
  const wanted = rollout ?? complete;
  return {
    address: formatProfile(address),
    state: newest === undefined && !facts.isComplete ? 'unknown' : stateOf(newest),
    ...(deployed && { deployed: describeVersion(deployed, deployed.description) }),
    ...(complete === undefined && !facts.isComplete && { isDeployedUnknown: true as const }),
    ...(rollout && { rollout: describeRollout(rollout) }),
    ...(undone && {
      undone: { ...describeVersion(undone, undone.description), why: undoneBecause(undone) ?? '' },
    }),
    nodes: fleetStatus(facts, address.profile, wanted?.label),
  };
}

function stateOf(newest: DeploymentSummary | undefined): ProfileState {
  switch (newest?.state) {
    case undefined:
      return 'unpublished';
    case 'VALIDATING':
    case 'DEPLOYING':
      return 'rolling-out';
    case 'BAKING':
      return 'baking';
    case 'COMPLETE':
      return 'deployed';
    case 'ROLLING_BACK':
      return 'rolling-back';
    case 'ROLLED_BACK':
    case 'REVERTED':
      return 'rolled-back';
  }
}

function describeRollout(deployment: Deployment): Rollout {
  const strategy = strategyOf(deployment);
  return {
    ...describeVersion(deployment, deployment.description),
    percentage: deployment.percentage,
    ...(strategy !== undefined && { strategy }),
    durationMinutes: deployment.durationMinutes,
    bakeMinutes: deployment.bakeMinutes,
  };
}

function fleetStatus({ records, now }: ClusterFacts, profile: string, label = ''): FleetStatus {
  const newest = newestArrival(records);
  return {
    ...convergence(records, { profile, label }, now),
    held: heldLabels(liveNodes(records, now), profile),
    ...(newest !== undefined && { lastReportAt: new Date(newest).toISOString() }),
  };
}

function heldLabels(live: readonly NodeRecord[], profile: string): FleetStatus['held'] {
  const counts = new Map<string | undefined, number>();
  for (const { profiles } of live) {
    const label = Object.hasOwn(profiles, profile) ? profiles[profile]?.label : undefined;
    counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([label, count]) => ({ ...(label !== undefined && { label }), count }));
}
