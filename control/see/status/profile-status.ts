/** One profile's part of a status, put together from what was read of its environment. */

import { formatProfile, type ProfileAddress } from '../../../core/addresses.js';
import {
  type Deployment,
  type DeploymentSummary,
  deployedOf,
  isRunning,
} from '../../../core/delivery/deployments.js';
import type { RolloutRecord } from '../../../core/delivery/rollout-records.js';
import { strategyOf } from '../../../core/delivery/strategies.js';
import type { NodeRecord } from '../../../core/fleet/node-records.js';
import type { EpochMs } from '../../../core/time.js';
import type { OpenCluster } from '../../addressing.js';
import { describeVersion, type NewestDeployments } from '../../facts.js';
import { undoingOf } from '../undone.js';
import { withdrawnSince } from '../withdrawn.js';
import { type FilesAtHand, readDrift } from './file-drift.js';
import { fleetStatus } from './fleet-status.js';
import { offeredOf } from './offered.js';
import { rolloutPace } from './rollout-pace.js';
import type { ProfileState, ProfileStatus, Rollout, UndoneVersion } from './status.js';

export interface ClusterFacts extends NewestDeployments {
  readonly open: OpenCluster;
  readonly records: readonly NodeRecord[];
  /** By deployment. */
  readonly rollouts: ReadonlyMap<number, RolloutRecord>;
  readonly files: FilesAtHand | undefined;
  readonly now: EpochMs;
}

export async function profileStatus(facts: ClusterFacts, address: ProfileAddress): Promise<ProfileStatus> {
  const { profile } = address;
  const newest = facts.deployments.find((item) => item.profile === profile);
  const complete = deployedOf(facts.deployments, profile);
  const [deployed, last] = await readBoth(facts, complete, newest);
  const rollout = last && isRunning(last) ? last : undefined;
  // Listed as running, it may be complete by now: the next look tells.
  const undone = last?.state === 'ROLLED_BACK' || last?.state === 'REVERTED' ? last : undefined;
  const isFar = complete === undefined && !facts.isComplete;
  const described = deployed && describe(facts, deployed);
  const fileDrift = await readDrift(facts.files, address, {
    standing: [complete?.label, rollout?.label],
    withdrawn: await withdrawnLabels(facts, profile, described?.undoes),
  });
  const guard = newest && facts.rollouts.get(newest.number)?.guard;
  const wanted = rollout?.state === 'ROLLING_BACK' ? complete : (rollout ?? complete);
  return {
    address: formatProfile(address),
    state: newest === undefined && !facts.isComplete ? 'unknown' : stateOf(undone ?? newest),
    ...(described && { deployed: described }),
    ...(isFar && { isDeployedUnknown: true as const }),
    ...(rollout && { rollout: describeRollout(facts, rollout) }),
    ...(undone && { undone: describeUndone(facts, undone) }),
    ...(guard && { guard }),
    log: (last ?? deployed)?.log ?? [],
    ...(fileDrift && { fileDrift }),
    nodes: fleetStatus(facts.records, { ...facts, profile, wanted }),
  };
}

/** Of what was taken back, and of what somebody went back from by deploying an earlier version. */
async function withdrawnLabels(
  { open, deployments, files }: ClusterFacts,
  profile: string,
  undoes: number | undefined,
): Promise<readonly (string | undefined)[]> {
  const labels = withdrawnSince(deployments, profile).map(({ label }) => label);
  if (undoes === undefined || files === undefined) return labels;
  return [...labels, (await open.store.deployment(undoes)).label];
}

function readBoth(
  { open: { store } }: ClusterFacts,
  complete: DeploymentSummary | undefined,
  newest: DeploymentSummary | undefined,
) {
  return Promise.all([
    complete && store.deployment(complete.number),
    newest && newest.number !== complete?.number ? store.deployment(newest.number) : undefined,
  ]);
}

function stateOf(newest: DeploymentSummary | undefined): ProfileState {
  switch (newest?.state) {
    case undefined:
      return 'unpublished';
    case 'VALIDATING':
    case 'DEPLOYING':
    case 'OTHER':
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

const describe = ({ rollouts }: ClusterFacts, deployment: Deployment) =>
  describeVersion(deployment, deployment.description, rollouts.get(deployment.number)?.publication);

function describeRollout(facts: ClusterFacts, deployment: Deployment): Rollout {
  const strategy = facts.rollouts.get(deployment.number)?.publication?.strategy ?? strategyOf(deployment);
  return {
    ...describe(facts, deployment),
    ...rolloutPace(deployment),
    percentage: deployment.percentage,
    ...(strategy !== undefined && { strategy }),
    durationMinutes: deployment.durationMinutes,
    bakeMinutes: deployment.bakeMinutes,
  };
}

function describeUndone(facts: ClusterFacts, deployment: Deployment): UndoneVersion {
  const undoing = undoingOf(deployment, facts.rollouts.get(deployment.number));
  return {
    ...describe(facts, deployment),
    percentage: offeredOf(deployment),
    ...(undoing ?? { by: 'appconfig', why: '', at: deployment.startedAt }),
  };
}
