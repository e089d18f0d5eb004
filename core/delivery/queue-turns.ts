/**
 * Whose turn it is in an environment. `decideTurn` says whether a publish may go now; `decideEntry` what becomes of the
 * entry whose turn has come. Facts are read before the queue where a publish asks, so that nobody who was told that he
 * waits is overtaken by somebody who asked later.
 */

import { formatProfile, type ProfileAddress } from '../addresses.js';
import { parseLabel } from '../content/content.js';
import {
  type Deployment,
  type DeploymentSummary,
  isRunning,
  triggeredByUser,
  undoingEntry,
} from './deployments.js';
import type { Failure } from './failure-memory.js';
import { entryOf, type PublishQueue, type QueueEntry, waitingIn } from './publish-queue.js';
import {
  decidePublish,
  type EnvironmentFacts,
  type PublishDecision,
  type PublishIntent,
  type VersionDecision,
} from './publishing.js';

export type Turn =
  | { readonly kind: 'go' }
  /** Into the queue: the environment is busy, or others wait. */
  | { readonly kind: 'wait' }
  /** Refused: others wait, and the publish does not want to. */
  | { readonly kind: 'behind'; readonly ahead: readonly QueueEntry[] };

/** Refusals and what has no effect need no turn. Entries that wait for a person are in nobody's way. */
export function decideTurn(decision: PublishDecision, queue: PublishQueue, mayWait: boolean): Turn {
  const ahead = waitingIn(queue);
  const starts = decision.kind === 'start' || decision.kind === 'create';
  const isFree = ahead.length === 0;
  if (!starts && decision.kind !== 'busy') return { kind: 'go' };
  if (starts && isFree) return { kind: 'go' };
  if (mayWait) return { kind: 'wait' };
  return isFree ? { kind: 'go' } : { kind: 'behind', ahead };
}

/** What was published of a profile, and how. */
export interface Published {
  readonly profile: string;
  readonly hash8: string;
  /** When its deployment started (ISO 8601, UTC). */
  readonly startedAt: string;
  /** True when it would have waited for its turn. */
  readonly mayWait: boolean;
}

/**
 * The entry that a publish which was accepted takes out of the queue: one that was held when the deployment started (a
 * person has found another way), and one of other content that came before a publish which had nothing to wait for.
 */
export function entryReplacedBy(published: Published, queue: PublishQueue): QueueEntry | undefined {
  const entry = entryOf(queue, published.profile);
  if (entry === undefined) return undefined;
  const wasHeld = entry.held !== undefined && entry.held.since <= published.startedAt;
  const isOlder = published.mayWait && hashOf(entry) !== published.hash8;
  return wasHeld || isOlder ? entry : undefined;
}

export type EntryDecision =
  /** Its content is deployed or being deployed: there is nothing left to wait for. */
  | { readonly kind: 'done'; readonly version: number; readonly deployment: number }
  | { readonly kind: 'wait'; readonly running: DeploymentSummary }
  /** It can never go as it is: why, and what a person can do. */
  | { readonly kind: 'hold'; readonly why: string }
  | Exclude<VersionDecision, { kind: 'conflict' }>;

/**
 * Decides about the entry whose turn has come. Its version was never deployed here when it was queued, so wherever that
 * version is found in a deployment, it was started for this entry: it is never started again.
 * @param here with the failures of the whole profile, since the entry was queued at least.
 */
export function decideEntry(
  entry: QueueEntry,
  address: ProfileAddress,
  here: EnvironmentFacts & { readonly failures: readonly Failure[] },
): EntryDecision {
  const own = here.deployments.find(
    (item) => item.profile === entry.profile && item.version === entry.version,
  );
  if (own && isInForce(own)) return { kind: 'done', version: own.version, deployment: own.number };
  const hold = (why: string): EntryDecision => ({ kind: 'hold', why: whatToDo(address, why) });
  const failure = here.failures.find(({ at }) => at > (entry.released?.at ?? entry.queuedAt));
  if (failure) return hold(takenBack(failure, 'since it was queued'));
  const failures = here.failures.filter((item) => hashOf(item) === hashOf(entry));
  const decision = decidePublish(intentOf(entry, address), { ...here, failures });
  switch (decision.kind) {
    case 'unchanged':
      return { kind: 'done', version: decision.version, deployment: decision.deployment };
    case 'busy':
      return { kind: 'wait', running: decision.running };
    case 'conflict':
      return hold(whatIsDeployed(entry, decision.deployedVersion));
    case 'failed-lately':
      return hold(takenBack(decision.failure, 'within the hour, with this content'));
    default:
      return decision;
  }
}

/** How long the environment is left to a person who ended its newest deployment: undoing takes several steps. */
export const personsTurnMs = 60_000;

/**
 * True while the environment belongs to the person who ended its newest deployment: he stopped it to undo something, and
 * nothing that waited for it to end is started in between. The next look of the schedule goes on.
 * @param since `personsTurnMs` ago: ISO 8601, UTC, milliseconds.
 */
export function isPersonsTurn(newest: Deployment, since: string): boolean {
  const isEnded = newest.state === 'ROLLED_BACK' || newest.state === 'REVERTED';
  const endedAt = newest.log.at(-1)?.occurredAt;
  if (!isEnded || endedAt === undefined || undoingEntry(newest)?.triggeredBy !== triggeredByUser)
    return false;
  return endedAt > since;
}

/** Keeps on an entry what kept it from going, for whoever looks at the queue. */
export function withError(
  entry: QueueEntry,
  { why, at }: { readonly why: string; readonly at: string },
): QueueEntry {
  return { ...entry, lastError: { why, at, times: (entry.lastError?.times ?? 0) + 1 } };
}

/** Lets a held entry go on: what stands against it now is forgiven, and it builds on what is deployed now. */
export function release(
  { held, lastError, ...entry }: QueueEntry,
  by: NonNullable<QueueEntry['released']>,
  deployedVersion: number,
): QueueEntry {
  return { ...entry, expectedVersion: deployedVersion, released: by };
}

/** Why an entry waits for a person, with what a person can do. */
export function whatToDo(address: ProfileAddress, why: string): string {
  const profile = formatProfile(address);
  return `${why}. \`veltrix queue release ${profile}\` lets it go on all the same, \`veltrix queue drop ${profile}\` takes it out.`;
}

const intentOf = (entry: QueueEntry, address: ProfileAddress): PublishIntent => ({
  address,
  hash8: hashOf(entry) ?? '',
  expectedVersion: entry.expectedVersion,
  forced: entry.forced !== undefined || entry.released !== undefined,
});

const isInForce = (item: DeploymentSummary): boolean =>
  item.state === 'COMPLETE' || (isRunning(item) && item.state !== 'ROLLING_BACK');

const takenBack = ({ version, deployment, at, why }: Failure, when: string): string =>
  `Version ${version} was taken back ${when}: deployment ${deployment}, at ${at}${why && ` (${why})`}`;

function whatIsDeployed({ expectedVersion }: QueueEntry, deployedVersion: number): string {
  const deployed = deployedVersion === 0 ? 'Nothing' : `Version ${deployedVersion}`;
  const expected = expectedVersion === undefined ? 'an older one' : `version ${expectedVersion}`;
  return `${deployed} is deployed now, and it builds on ${expected}`;
}

const hashOf = ({ label }: { readonly label?: string }): string | undefined =>
  label === undefined ? undefined : parseLabel(label)?.hash8;
