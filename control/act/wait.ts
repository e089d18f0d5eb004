/** Waits until the fleet holds a version, as its own records say. */

import { formatCluster, formatProfile, type ProfileAddress } from '../../core/addresses.js';
import type { Deployment, EnvironmentStore } from '../../core/deployments.js';
import type { Cloud } from '../cloud.js';
import { undoneBecause } from '../facts.js';
import { type Convergence, convergence, isConverged, liveCount } from '../fleet/convergence.js';
import { NotConverged, RolledBack } from './outcomes.js';

/** How often is looked: a fraction of the time in which nodes report. */
const lookEveryMs = 1_000;

export interface Awaiting {
  readonly address: ProfileAddress;
  readonly label: string;
  readonly deployment: number;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

export interface Progress extends Convergence {
  /** Share of the fleet the version is offered to. */
  readonly percentage: number;
  readonly state: Deployment['state'];
  readonly elapsedMs: number;
}

/**
 * Resolves when every live node holds the version; with no live node, when it is offered to all.
 * @throws RolledBack, or NotConverged when a node refuses it or the time is over.
 */
export async function waitForFleet(
  cloud: Cloud,
  store: EnvironmentStore,
  awaiting: Awaiting,
): Promise<Progress> {
  const startedMs = cloud.clock();
  for (;;) {
    const progress = await look(cloud, store, { awaiting, startedMs });
    awaiting.onProgress?.(progress);
    if (isThere(progress)) return progress;
    if (progress.refused.length > 0) throw refused(awaiting, progress);
    if (progress.elapsedMs >= awaiting.timeoutMs || awaiting.signal?.aborted) throw late(awaiting, progress);
    await cloud.wait(lookEveryMs, awaiting.signal);
  }
}

async function look(
  cloud: Cloud,
  store: EnvironmentStore,
  { awaiting, startedMs }: { awaiting: Awaiting; startedMs: number },
): Promise<Progress> {
  const { address, label } = awaiting;
  const [deployment, records] = await Promise.all([
    store.deployment(awaiting.deployment),
    cloud.records.list(formatCluster(address)),
  ]);
  demandStanding(awaiting, deployment);
  return {
    ...convergence(records, { profile: address.profile, label }),
    percentage: deployment.percentage,
    state: deployment.state,
    elapsedMs: cloud.clock() - startedMs,
  };
}

function isThere(progress: Progress): boolean {
  if (liveCount(progress) === 0) return progress.state === 'BAKING' || progress.state === 'COMPLETE';
  return isConverged(progress);
}

function demandStanding({ address }: Awaiting, deployment: Deployment): void {
  if (!['ROLLING_BACK', 'ROLLED_BACK', 'REVERTED'].includes(deployment.state)) return;
  const why = undoneBecause(deployment) ?? '';
  throw new RolledBack(formatProfile(address), { deployment: deployment.number, why });
}

function refused({ address, label }: Awaiting, progress: Progress): NotConverged {
  const [first] = progress.refused;
  const count = progress.refused.length;
  return new NotConverged(
    `${count} of ${liveCount(progress)} nodes ${count === 1 ? 'refuses' : 'refuse'} ${label}: ${first?.node}: ${first?.reason}`,
    {
      hint: `See \`veltrix nodes ${formatCluster(address)} --behind\`, then publish a value they accept.`,
      behind: [...progress.refused.map(({ node }) => node), ...progress.waiting],
    },
  );
}

function late({ address, label }: Awaiting, progress: Progress): NotConverged {
  const { holding, waiting, elapsedMs, percentage } = progress;
  return new NotConverged(
    `${holding.length} of ${liveCount(progress)} nodes hold ${label} after ${Math.round(elapsedMs / 1000)} s; it is offered to ${percentage} %`,
    {
      hint: `The rollout goes on. See \`veltrix status ${formatProfile(address)} --watch\` or \`veltrix nodes ${formatCluster(address)} --behind\`.`,
      behind: waiting,
    },
  );
}
