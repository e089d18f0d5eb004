/** Every change of configuration, newest first: what, by whom, why, and what became of it. */

import { type Address, formatProfile } from '../../core/addresses.js';
import type { Deployment, DeploymentState, DeploymentSummary } from '../../core/delivery/deployments.js';
import { clustersOf, type OpenCluster, profilesOf } from '../addressing.js';
import type { Cloud } from '../cloud.js';
import { type DeployedVersion, describeVersion, undoneBecause } from '../facts.js';
import { mapAtMost } from '../values/map-at-most.js';

/** Changes that are shown when no time is given. */
export const historyDefaultCount = 20;
/** Deployments that are read of each environment at most: forty pages of AppConfig. */
export const historyReadMax = 2_000;
/** AppConfig takes few calls a second in one account, all its callers together. */
const callsAtOnceMax = 10;

export interface History {
  readonly target: string;
  /** ISO 8601, UTC; absent when it was not asked for. */
  readonly since?: string;
  readonly entries: readonly HistoryEntry[];
  /** The newest change before `since`, where nothing changed after it. */
  readonly lastBefore?: HistoryEntry;
  /** There may be more than `entries` that was asked for: a limit came first. */
  readonly truncated: boolean;
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
  const range = { address: question.address, since };
  const reads = await mapAtMost(callsAtOnceMax, clusters, (open) => listCluster(open, range));
  const found = reads.flatMap(({ lines }) => lines).sort(newestFirst);
  const truncated = reads.some(({ isCut }) => isCut);
  if (since === undefined) {
    const entries = await readEntries(found.slice(0, historyDefaultCount));
    return { target: cloud.target, entries, truncated: truncated || found.length > historyDefaultCount };
  }
  const entries = await readEntries(found.filter(({ summary }) => summary.startedAt >= since));
  const [lastBefore] = entries.length === 0 ? await readEntries(found.slice(0, 1)) : [];
  return { target: cloud.target, since, entries, ...(lastBefore && { lastBefore }), truncated };
}

interface Line {
  readonly open: OpenCluster;
  readonly summary: DeploymentSummary;
}

interface Listed {
  readonly lines: readonly Line[];
  /** The limit came before the end of what was asked for. */
  readonly isCut: boolean;
}

/** One more than asked for: it tells whether there are more, and what changed last where nothing did since. */
async function listCluster(
  open: OpenCluster,
  { address, since }: { address: Address; since: string | undefined },
): Promise<Listed> {
  const profiles = profilesOf(open, address).map(({ profile }) => profile);
  const lines: Line[] = [];
  let readCount = 0;
  for await (const summary of open.store.deployments()) {
    if (readCount >= historyReadMax) return { lines, isCut: true };
    readCount++;
    if (!profiles.includes(summary.profile)) continue;
    lines.push({ open, summary });
    if (since === undefined ? lines.length > historyDefaultCount : summary.startedAt < since) break;
  }
  return { lines, isCut: false };
}

const newestFirst = (a: Line, b: Line): number => (a.summary.startedAt < b.summary.startedAt ? 1 : -1);

const readEntries = (lines: readonly Line[]): Promise<HistoryEntry[]> =>
  mapAtMost(callsAtOnceMax, lines, async ({ open, summary }) =>
    toEntry(open, await open.store.deployment(summary.number)),
  );

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
