/** Waits until the fleet holds a version, as its own records say. Who was there when it began has to say so, or to leave. */

import { formatCluster, formatProfile, type ProfileAddress } from '../../core/addresses.js';
import type { Deployment, EnvironmentStore } from '../../core/delivery/deployments.js';
import type { EpochMs } from '../../core/time.js';
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
  /** Names of those among `silent`, or gone from the records, that were live while somebody waited, sorted. */
  readonly lost: readonly string[];
  /** Share of the fleet the version is offered to. */
  readonly percentage: number;
  readonly state: Deployment['state'];
  readonly elapsedMs: number;
}

/**
 * Resolves when every node that is or was live since the call holds the version, or said that it stops; with no such
 * node, when the version is offered to all.
 * @throws RolledBack, or NotConverged when a node refuses it or the time is over.
 */
export async function waitForFleet(
  cloud: Cloud,
  store: EnvironmentStore,
  awaiting: Awaiting,
): Promise<Progress> {
  const watch: Watch = { awaiting, startedMs: cloud.clock(), met: new Set() };
  for (;;) {
    const progress = await look(cloud, store, watch);
    awaiting.onProgress?.(progress);
    if (isThere(progress)) return progress;
    if (progress.refused.length > 0) throw refused(awaiting, progress);
    if (progress.elapsedMs >= awaiting.timeoutMs || awaiting.signal?.aborted) throw late(awaiting, progress);
    await cloud.wait(lookEveryMs, awaiting.signal);
  }
}

interface Watch {
  readonly awaiting: Awaiting;
  readonly startedMs: EpochMs;
  /** Names of the nodes that were live at one look or another. */
  readonly met: Set<string>;
}

async function look(
  cloud: Cloud,
  store: EnvironmentStore,
  { awaiting, startedMs, met }: Watch,
): Promise<Progress> {
  const { address, label } = awaiting;
  const [deployment, records] = await Promise.all([
    store.deployment(awaiting.deployment),
    cloud.records.list(formatCluster(address)),
  ]);
  demandStanding(awaiting, deployment);
  const now = cloud.clock();
  const fleet = convergence(records, { profile: address.profile, label }, now);
  for (const node of liveNames(fleet)) met.add(node);
  return {
    ...fleet,
    lost: lostOf(fleet, met),
    percentage: deployment.percentage,
    state: deployment.state,
    elapsedMs: now - startedMs,
  };
}

/** Who was met and is neither live nor said good-bye: it may have died, or serve an earlier version unheard. */
function lostOf(fleet: Convergence, met: ReadonlySet<string>): readonly string[] {
  const accounted = new Set([...liveNames(fleet), ...fleet.left]);
  return [...met].filter((node) => !accounted.has(node)).sort();
}

const liveNames = ({ holding, waiting, refused }: Convergence): readonly string[] => [
  ...holding,
  ...waiting,
  ...refused.map(({ node }) => node),
];

/** How many nodes are waited for. */
export const awaitedCount = (progress: Progress): number => liveCount(progress) + progress.lost.length;

function isThere(progress: Progress): boolean {
  if (progress.lost.length > 0) return false;
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
    `${count} of ${awaitedCount(progress)} nodes ${count === 1 ? 'refuses' : 'refuse'} ${label}: ${first?.node}: ${first?.reason}`,
    {
      hint: `See \`veltrix nodes ${formatCluster(address)} --behind\`, then publish a value they accept.`,
      behind: [...progress.refused.map(({ node }) => node), ...progress.waiting, ...progress.lost],
    },
  );
}

function late({ address, label }: Awaiting, progress: Progress): NotConverged {
  const { holding, waiting, lost, elapsedMs, percentage } = progress;
  const silence = lost.length === 0 ? '' : `; silent since: ${lost.join(', ')}`;
  return new NotConverged(
    `${holding.length} of ${awaitedCount(progress)} nodes hold ${label} after ${Math.round(elapsedMs / 1000)} s; it is offered to ${percentage} %${silence}`,
    {
      hint: `The rollout goes on. See \`veltrix status ${formatProfile(address)} --watch\` or \`veltrix nodes ${formatCluster(address)} --behind\`.`,
      behind: [...waiting, ...lost],
    },
  );
}
