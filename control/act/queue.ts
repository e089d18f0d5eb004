/** The queue of an environment: what waits for its turn, and what a person does about it. */

import {
  type ClusterAddress,
  formatCluster,
  formatProfile,
  type ProfileAddress,
} from '../../core/addresses.js';
import { parseLabel } from '../../core/content/content.js';
import { type DeploymentSummary, isRunning } from '../../core/delivery/deployments.js';
import {
  entryOf,
  type PublishQueue,
  placeOf,
  type QueueEntry,
  waitingIn,
} from '../../core/delivery/publish-queue.js';
import type { QueueRequest } from '../../core/delivery/publishing.js';
import { UsageError } from '../../core/errors.js';
import type { Cloud } from '../cloud.js';
import { notUnderstood, unexpected } from './gate-answers.js';
import { NotConverged, QueueHeld, TakenFromQueue } from './outcomes.js';

const lookEveryMs = 1_000;

export interface QueueView {
  readonly target: string;
  readonly cluster: string;
  /** The instant of the question: ISO 8601, UTC. */
  readonly askedAt: string;
  /** The deployment they all wait for; absent where nothing runs. */
  readonly running?: Pick<DeploymentSummary, 'profile' | 'version' | 'number' | 'percentage' | 'startedAt'>;
  /** In the order of their turns. `place` counts from 1 over those that wait for their turn; held ones have none. */
  readonly entries: readonly (QueueEntry & { readonly place?: number })[];
}

/** @throws UsageError for an environment that does not exist. */
export async function queue(cloud: Cloud, cluster: ClusterAddress): Promise<QueueView> {
  const { store } = await cloud.environment(cluster);
  const [waiting, running] = await Promise.all([cloud.queue(cluster), findRunning(store.deployments())]);
  return {
    target: cloud.target,
    cluster: formatCluster(cluster),
    askedAt: new Date(cloud.clock()).toISOString(),
    ...(running && { running }),
    entries: waiting.entries.map((entry) =>
      entry.held ? entry : { ...entry, place: placeOf(waiting, entry.profile) },
    ),
  };
}

/** One runs at a time, and nothing is started while it does: it is the newest. */
async function findRunning(newestFirst: AsyncIterable<DeploymentSummary>) {
  for await (const item of newestFirst) {
    if (!isRunning(item)) return undefined;
    const { profile, version, number, percentage, startedAt } = item;
    return { profile, version, number, percentage, startedAt };
  }
  return undefined;
}

export interface QueueOrder {
  readonly address: ProfileAddress;
  readonly action: QueueRequest['queueAction'];
  readonly author: string;
  /** Why, for people. */
  readonly reason: string;
}

export interface QueueChanged {
  readonly target: string;
  readonly address: string;
  readonly action: QueueRequest['queueAction'];
  readonly version: number;
  /** It stood so before: nothing was done. */
  readonly unchanged: boolean;
  /** Present when it waits for a person all the same: why. */
  readonly held?: string;
}

/** Lets a held entry go on, or takes one out. @throws UsageError when nothing of the profile waits. */
export async function changeQueue(cloud: Cloud, order: QueueOrder): Promise<QueueChanged> {
  const { address, action, author, reason } = order;
  const { profile } = address;
  const request = { queueAction: action, profile, description: reason, author };
  const answer = await cloud.publish(address, request);
  if (answer.outcome === 'not-queued') throw notQueued(address, answer.waiting);
  if (answer.outcome === 'request-not-understood') throw notUnderstood(answer.problems);
  if (answer.outcome !== 'queue-changed') throw unexpected(answer.outcome);
  const { version, unchanged, held } = answer;
  return {
    target: cloud.target,
    address: formatProfile(address),
    action,
    version,
    unchanged,
    ...(held !== undefined && { held }),
  };
}

function notQueued(address: ProfileAddress, waiting: readonly string[]): UsageError {
  const cluster = formatCluster(address);
  return new UsageError(`Nothing of ${formatProfile(address)} waits in the queue`, {
    hint:
      waiting.length === 0
        ? `The queue of ${cluster} is empty.`
        : `There wait in ${cluster}: ${waiting.join(', ')}.`,
  });
}

export interface Turn {
  /** Counts from 1, over those that are not held. */
  readonly place: number;
  /** Those before it. */
  readonly ahead: readonly Pick<QueueEntry, 'profile' | 'version'>[];
  readonly elapsedMs: number;
}

export interface AwaitingTurn {
  readonly address: ProfileAddress;
  readonly label: string;
  readonly version: number;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((turn: Turn) => unknown) | undefined;
}

/** What carries the content that waited: perhaps under another version than it waited under. */
export type Carried = Pick<DeploymentSummary, 'version'> & {
  readonly label: string;
  readonly deployment: number;
};

/**
 * Resolves with the deployment that carries it, once its turn has come. It is known by its content: the queue may give it
 * another number, and finds it done where another version holds the same.
 * @throws QueueHeld when it waits for a person, TakenFromQueue when it will not be published, NotConverged when the time is over.
 */
export async function waitForTurn(cloud: Cloud, awaiting: AwaitingTurn): Promise<Carried> {
  const { address, signal, timeoutMs } = awaiting;
  const startedMs = cloud.clock();
  for (;;) {
    const waiting = await cloud.queue(address);
    const turn = turnOf(waiting, awaiting, cloud.clock() - startedMs);
    // It leaves the queue only after its deployment was seen.
    if (turn === undefined) return demandDeployment(cloud, awaiting, waiting);
    await awaiting.onProgress?.(turn);
    if (turn.elapsedMs >= timeoutMs || signal?.aborted) throw late(awaiting, turn);
    await cloud.wait(lookEveryMs, signal);
  }
}

/** What is before it; undefined once it is not in the queue. */
function turnOf(
  waiting: PublishQueue,
  { address, label }: AwaitingTurn,
  elapsedMs: number,
): Turn | undefined {
  const entry = entryOf(waiting, address.profile);
  if (entry === undefined || hashOf(entry) !== hashOf({ label })) return undefined;
  if (entry.held)
    throw new QueueHeld(formatProfile(address), { version: entry.version, why: entry.held.why });
  const place = placeOf(waiting, address.profile);
  return { place, ahead: aheadOf(waiting, place), elapsedMs };
}

/** Those who come before this place. */
export const aheadOf = (waiting: PublishQueue, place: number): Turn['ahead'] =>
  waitingIn(waiting)
    .slice(0, place - 1)
    .map(({ profile, version }) => ({ profile, version }));

async function demandDeployment(
  cloud: Cloud,
  { address, label, version }: AwaitingTurn,
  waiting: PublishQueue,
): Promise<Carried> {
  const { store } = await cloud.environment(address);
  for await (const item of store.deployments()) {
    if (item.profile !== address.profile) continue;
    const isInForce = item.state === 'COMPLETE' || (isRunning(item) && item.state !== 'ROLLING_BACK');
    // One that is not in force and older than what waited was deployed once, long before it.
    if (
      item.label !== undefined &&
      hashOf(item) === hashOf({ label }) &&
      (isInForce || item.version >= version)
    ) {
      return { version: item.version, label: item.label, deployment: item.number };
    }
    if (item.version < version && item.state === 'COMPLETE') break;
  }
  const instead = entryOf(waiting, address.profile)?.version;
  throw new TakenFromQueue(formatProfile(address), { version, instead });
}

const hashOf = ({ label = '' }: { readonly label?: string }): string | undefined => parseLabel(label)?.hash8;

function late({ address, version }: AwaitingTurn, { place, ahead, elapsedMs }: Turn): NotConverged {
  const [first] = ahead;
  const behind = first ? `, behind ${first.profile} v${first.version}` : '';
  return new NotConverged(
    `version ${version} waits at place ${place}${behind} after ${Math.round(elapsedMs / 1000)} s`,
    { hint: `It keeps its place. See \`veltrix queue ${formatCluster(address)}\`.`, behind: [] },
  );
}
