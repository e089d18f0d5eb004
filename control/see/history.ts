/** Every change of configuration, newest first: what, by whom, why, and what became of it. */

import { type Address, formatCluster, formatProfile } from '../../core/addresses.js';
import {
  type Deployment,
  type DeploymentState,
  type DeploymentSummary,
  isRunning,
  revertWindowMs,
} from '../../core/delivery/deployments.js';
import type { RolloutRecord, Undone } from '../../core/delivery/rollout-records.js';
import type { StrategyName } from '../../core/delivery/strategies.js';
import { strategyOf } from '../../core/delivery/strategies.js';
import type { GuardReport } from '../../core/guard/report.js';
import { clustersOf, type OpenCluster, profilesOf } from '../addressing.js';
import type { Cloud } from '../cloud.js';
import { type DeployedVersion, describeVersion } from '../facts.js';
import { mapAtMost } from '../values/map-at-most.js';
import { Blindness } from './blindness.js';
import { offeredOf } from './status/offered.js';
import { type UndoneBy, undoingOf } from './undone.js';

/** Changes that are shown when no time is given. */
export const historyDefaultCount = 20;
/** Deployments that are read of each environment at most: forty pages of AppConfig. */
export const historyReadMax = 2_000;
/** AppConfig takes few calls a second in one account, all its callers together. */
const callsAtOnceMax = 10;
/** A deployment takes two days at most, rollout and bake, and may be reverted after: what began longer ago is final. */
const finalAfterMs = revertWindowMs + 2 * 24 * 60 * 60 * 1000;

export interface History {
  readonly target: string;
  /** ISO 8601, UTC. */
  readonly askedAt: string;
  /** ISO 8601, UTC; absent when it was not asked for. */
  readonly since?: string;
  /** What began, went on or was taken back since. */
  readonly entries: readonly HistoryEntry[];
  /** The newest change before `since`, where nothing changed after it. */
  readonly lastBefore?: HistoryEntry;
  /** There may be more than `entries` that was asked for: a limit came first. */
  readonly truncated: boolean;
  /** What could not be read, for people. */
  readonly blind: readonly string[];
}

export interface HistoryEntry extends DeployedVersion {
  readonly address: string;
  readonly state: DeploymentState;
  /** Share of the fleet it is, or had been, offered to. */
  readonly percentage: number;
  readonly completedAt?: string;
  /** The last thing that is logged of it: ISO 8601, UTC. */
  readonly changedAt: string;
  /** Absent for one that is not Veltrix's. */
  readonly strategy?: StrategyName;
  /** What the guard said last; absent where it did not look. */
  readonly guard?: Pick<GuardReport, 'verdict' | 'summary' | 'action'>;
  /** On a deployment that was taken back: AppConfig's words, who did, and when (ISO 8601, UTC). */
  readonly why?: string;
  readonly undoneBy?: UndoneBy;
  readonly undoneAt?: string;
  /** Where a person took it back: who and why, as claimed; absent where it was not kept. */
  readonly undone?: Undone;
}

export interface HistoryQuestion {
  readonly address: Address;
  readonly sinceMs?: number | undefined;
}

/** @throws UsageError for a name that does not exist. */
export async function history(cloud: Cloud, question: HistoryQuestion): Promise<History> {
  const blindness = new Blindness();
  const { sinceMs } = question;
  const nowMs = cloud.clock();
  const since = sinceMs === undefined ? undefined : new Date(nowMs - sinceMs).toISOString();
  const clusters = await clustersOf(cloud, question.address);
  const reads = await mapAtMost(callsAtOnceMax, clusters, (open) =>
    listCluster(open, { address: question.address, sinceMs: sinceMs && nowMs - sinceMs }),
  );
  const found = reads.flatMap(({ lines }) => lines).sort(newestFirst);
  const read = (lines: readonly Line[]) => readEntries({ cloud, blindness }, lines);
  const answer = since === undefined ? await newest(found, read) : await within(found, since, read);
  return {
    target: cloud.target,
    askedAt: new Date(nowMs).toISOString(),
    ...(since !== undefined && { since }),
    ...answer,
    truncated: reads.some(({ isCut }) => isCut) || (answer.isMore ?? false),
    blind: blindness.notes,
  };
}

type Read = (lines: readonly Line[]) => Promise<readonly HistoryEntry[]>;

interface Found extends Pick<History, 'entries' | 'lastBefore'> {
  readonly isMore?: boolean;
}

const newest = async (found: readonly Line[], read: Read): Promise<Found> => ({
  entries: await read(found.slice(0, historyDefaultCount)),
  isMore: found.length > historyDefaultCount,
});

/** A deployment that began before, and went on or was taken back since, is a change since. */
async function within(found: readonly Line[], since: string, read: Read): Promise<Found> {
  const entries = await read(found.filter(({ summary }) => mayHaveChangedSince(summary, since)));
  const changed = entries.filter(({ changedAt, startedAt }) => startedAt >= since || changedAt >= since);
  const [lastBefore] = changed.length > 0 ? [] : await read(found.slice(0, 1));
  return { entries: changed, ...(lastBefore && { lastBefore }) };
}

function mayHaveChangedSince(summary: DeploymentSummary, since: string): boolean {
  const { startedAt, state, completedAtMs } = summary;
  if (startedAt >= since || isRunning(summary) || state === 'REVERTED') return true;
  return completedAtMs !== undefined && new Date(completedAtMs).toISOString() >= since;
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

/** Further than asked for: whether there are more, what changed last where nothing did since, what was reverted late. */
async function listCluster(
  open: OpenCluster,
  { address, sinceMs }: { address: Address; sinceMs: number | undefined },
): Promise<Listed> {
  const profiles = profilesOf(open, address).map(({ profile }) => profile);
  const finalBefore = sinceMs === undefined ? undefined : new Date(sinceMs - finalAfterMs).toISOString();
  const lines: Line[] = [];
  let readCount = 0;
  for await (const summary of open.store.deployments()) {
    if (readCount >= historyReadMax) return { lines, isCut: true };
    readCount++;
    if (!profiles.includes(summary.profile)) continue;
    lines.push({ open, summary });
    if (finalBefore === undefined ? lines.length > historyDefaultCount : summary.startedAt < finalBefore)
      break;
  }
  return { lines, isCut: false };
}

const newestFirst = (a: Line, b: Line): number => (a.summary.startedAt < b.summary.startedAt ? 1 : -1);

interface Asking {
  readonly cloud: Cloud;
  readonly blindness: Blindness;
}

async function readEntries(asking: Asking, lines: readonly Line[]): Promise<readonly HistoryEntry[]> {
  const records = await readRecords(asking, lines);
  return mapAtMost(callsAtOnceMax, lines, async ({ open, summary }) => {
    const deployment = await open.store.deployment(summary.number);
    return toEntry(open, deployment, records.get(open)?.get(summary.number));
  });
}

type Records = ReadonlyMap<number, RolloutRecord>;

async function readRecords({ cloud, blindness }: Asking, lines: readonly Line[]) {
  const environments = [...new Set(lines.map(({ open }) => open))];
  const records = await Promise.all(
    environments.map(async (open) => {
      const numbers = lines.filter((line) => line.open === open).map(({ summary }) => summary.number);
      const asked = cloud.rollouts.read(formatCluster(open.cluster), numbers);
      const none: Records = new Map();
      return [
        open,
        await blindness.orElse('what the guard said, and who published in full,', asked, none),
      ] as const;
    }),
  );
  return new Map(records);
}

function toEntry({ cluster }: OpenCluster, deployment: Deployment, record: RolloutRecord = {}): HistoryEntry {
  const { publication, guard } = record;
  const undoing = undoingOf(deployment, record);
  const strategy = publication?.strategy ?? strategyOf(deployment);
  return {
    address: formatProfile({ ...cluster, profile: deployment.profile }),
    ...describeVersion(deployment, deployment.description, publication),
    state: deployment.state,
    percentage: offeredOf(deployment),
    changedAt: deployment.log.at(-1)?.occurredAt ?? deployment.startedAt,
    ...(deployment.completedAtMs !== undefined && {
      completedAt: new Date(deployment.completedAtMs).toISOString(),
    }),
    ...(strategy !== undefined && { strategy }),
    ...(guard && { guard: { verdict: guard.verdict, summary: guard.summary, action: guard.action } }),
    ...(undoing && { why: undoing.why, undoneBy: undoing.by, undoneAt: undoing.at }),
    ...(undoing?.said && { undone: undoing.said }),
  };
}
