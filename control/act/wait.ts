/** Waits until the fleet holds a version, as its own records say. Who was there when it began has to say so, or to leave. */

import { formatCluster, formatProfile, type ProfileAddress } from '../../core/addresses.js';
import type { Deployment, EnvironmentStore } from '../../core/delivery/deployments.js';
import type { RolloutRecord } from '../../core/delivery/rollout-records.js';
import type { NodeRecord } from '../../core/fleet/node-records.js';
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
  /**
   * What nodes reported before this proves nothing: a node may have held the version, lost it, and not said so yet.
   * An instant of AWS's clock, as arrivals are. Default: every report counts, since a new version was never held before.
   */
  readonly heardAfterMs?: EpochMs | undefined;
  /** `settle` waits for all others before it gives up on those that refuse. Default: `stop`, there is no use in waiting. */
  readonly onRefusal?: 'stop' | 'settle' | undefined;
  /** `complete` waits for the end of the bake, too: until then it may be taken back. Default: `held`, when the fleet has it. */
  readonly until?: 'held' | 'complete' | undefined;
  /** Called at each look, and waited for. */
  readonly onProgress?: ((progress: Progress) => unknown) | undefined;
}

export interface Progress extends Convergence {
  /** Names of those among `silent`, or gone from the records, that were live while somebody waited, sorted. */
  readonly lost: readonly string[];
  /** Share of the fleet the version is offered to. */
  readonly percentage: number;
  readonly state: Deployment['state'];
  readonly elapsedMs: number;
  readonly deployment: Deployment;
  /** What the guard made of it so far; absent where nothing is recorded, or the record cannot be read. */
  readonly rollout?: RolloutRecord;
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
    await awaiting.onProgress?.(progress);
    if (isThere(progress, awaiting)) return progress;
    if (isRefused(awaiting, progress)) throw refused(awaiting, progress);
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
  const cluster = formatCluster(address);
  const [deployment, records, rollout] = await Promise.all([
    store.deployment(awaiting.deployment),
    cloud.records.list(cluster),
    readRollout(cloud, cluster, awaiting.deployment),
  ]);
  demandStanding(awaiting, deployment, rollout);
  const now = cloud.clock();
  const told = convergence(records, { profile: address.profile, label }, now);
  const fleet = withoutOldNews(told, records, awaiting.heardAfterMs);
  for (const node of liveNames(fleet)) met.add(node);
  return {
    ...fleet,
    lost: lostOf(fleet, met),
    percentage: deployment.percentage,
    state: deployment.state,
    elapsedMs: now - startedMs,
    deployment,
    ...(rollout && { rollout }),
  };
}

/** Beside the wait, never in its way. */
async function readRollout(
  cloud: Cloud,
  cluster: string,
  deployment: number,
): Promise<RolloutRecord | undefined> {
  const records = await cloud.rollouts.read(cluster, [deployment]).catch(() => undefined);
  return records?.get(deployment);
}

/** A node whose last report is older than what it has to prove is still waited for. */
function withoutOldNews(
  fleet: Convergence,
  records: readonly NodeRecord[],
  heardAfterMs: EpochMs | undefined,
): Convergence {
  if (heardAfterMs === undefined) return fleet;
  const fresh = new Set(records.filter((item) => item.arrivedAtMs > heardAfterMs).map(({ node }) => node));
  const holding = fleet.holding.filter((node) => fresh.has(node));
  const unheard = fleet.holding.filter((node) => !fresh.has(node));
  return { ...fleet, holding, waiting: [...fleet.waiting, ...unheard].sort() };
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
export const awaitedCount = (progress: Convergence & Pick<Progress, 'lost'>): number =>
  liveCount(progress) + progress.lost.length;

function isThere(progress: Progress, { until = 'held' }: Awaiting): boolean {
  if (progress.lost.length > 0) return false;
  if (until === 'complete' && progress.state !== 'COMPLETE') return false;
  if (liveCount(progress) === 0) return progress.state === 'BAKING' || progress.state === 'COMPLETE';
  return isConverged(progress);
}

function isRefused({ onRefusal = 'stop' }: Awaiting, { refused, waiting, lost }: Progress): boolean {
  if (refused.length === 0) return false;
  return onRefusal === 'stop' || (waiting.length === 0 && lost.length === 0);
}

/** The guard says it in full; AppConfig's log may have cut it, and knows nothing of it where the guard did not answer. */
function demandStanding(
  { address }: Awaiting,
  deployment: Deployment,
  rollout: RolloutRecord | undefined,
): void {
  if (!['ROLLING_BACK', 'ROLLED_BACK', 'REVERTED'].includes(deployment.state)) return;
  const said = undoneBecause(deployment) ?? '';
  const guard = rollout?.guard?.action === 'rollback' ? rollout.guard.summary : '';
  const why = guard === '' || said.includes(guard) ? said : [said, guard].filter(Boolean).join(' - guard: ');
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
