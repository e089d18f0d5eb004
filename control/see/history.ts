/** Every change of configuration, newest first: what, by whom, why, and what became of it. */

import { type Address, formatProfile } from '../../core/addresses.js';
import type { Deployment, DeploymentState } from '../../core/deployments.js';
import { clustersOf, type OpenCluster, profilesOf } from '../addressing.js';
import type { Cloud } from '../cloud.js';
import { type DeployedVersion, describeVersion, undoneBecause } from '../facts.js';

/** Deployments that are shown when no time is given. */
export const historyDefaultCount = 20;
/** Deployments that are read for each environment at most. */
const deploymentsMax = 200;

export interface History {
  readonly target: string;
  /** ISO 8601, UTC; absent when it was not asked for. */
  readonly since?: string;
  readonly entries: readonly HistoryEntry[];
  /** The newest change before `since`, where nothing changed after it. */
  readonly lastBefore?: HistoryEntry;
}

export interface HistoryEntry extends DeployedVersion {
  readonly address: string;
  readonly state: DeploymentState;
  readonly percentage: number;
  readonly completedAt?: string;
  /** AppConfig's last words on a deployment that was taken back. */
  readonly why?: string;
}

export interface HistoryQuestion {
  readonly address: Address;
  readonly sinceMs?: number | undefined;
}

/** @throws UsageError for a name that does not exist. */
export async function history(cloud: Cloud, question: HistoryQuestion): Promise<History> {
  const clusters = await clustersOf(cloud, question.address);
  const { sinceMs } = question;
  const since = sinceMs === undefined ? undefined : new Date(cloud.clock() - sinceMs).toISOString();
  const read = clusters.map((open) => readCluster(open, { address: question.address, since }));
  const found = (await Promise.all(read)).flat().sort((a, b) => (a.startedAt < b.startedAt ? 1 : -1));
  if (since === undefined) return { target: cloud.target, entries: found.slice(0, historyDefaultCount) };
  const entries = found.filter(({ startedAt }) => startedAt >= since);
  const lastBefore = entries.length === 0 ? found[0] : undefined;
  return { target: cloud.target, since, entries, ...(lastBefore && { lastBefore }) };
}

/** One more than asked for, so that "nothing changed since" can say what was last. */
async function readCluster(
  open: OpenCluster,
  { address, since }: { address: Address; since: string | undefined },
): Promise<HistoryEntry[]> {
  const profiles = profilesOf(open, address).map(({ profile }) => profile);
  const numbers: number[] = [];
  for await (const { profile, number, startedAt } of open.store.deployments()) {
    if (!profiles.includes(profile)) continue;
    numbers.push(number);
    const enough = since === undefined ? numbers.length >= historyDefaultCount : startedAt < since;
    if (enough || numbers.length >= deploymentsMax) break;
  }
  return Promise.all(numbers.map(async (number) => toEntry(open, await open.store.deployment(number))));
}

function toEntry({ cluster }: OpenCluster, deployment: Deployment): HistoryEntry {
  const why = undoneBecause(deployment);
  return {
    address: formatProfile({ ...cluster, profile: deployment.profile }),
    ...describeVersion(deployment, deployment.description),
    state: deployment.state,
    percentage: deployment.percentage,
    ...(deployment.completedAtMs !== undefined && {
      completedAt: new Date(deployment.completedAtMs).toISOString(),
    }),
    ...(why !== undefined && { why }),
  };
}
