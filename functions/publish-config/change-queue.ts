/** What a person does with an entry of the queue. */

import { formatCluster, formatProfile } from '../../core/addresses.js';
import { deployedOf } from '../../core/delivery/deployments.js';
import {
  enqueue,
  entryOf,
  type PublishQueue,
  type QueueEntry,
  withoutEntry,
} from '../../core/delivery/publish-queue.js';
import type { PublishResult, QueueRequest } from '../../core/delivery/publishing.js';
import { release } from '../../core/delivery/queue-turns.js';
import { ServiceUnavailable } from '../../core/errors.js';
import { attemptsMax, clusterOf, instant, type PublishDeps } from './deps.js';
import { publishMetrics } from './settings.js';

export interface QueueOrder {
  readonly request: QueueRequest;
  /** ARN of who asks, as AWS knows it; undefined when nobody proved it. */
  readonly caller: string | undefined;
}

/**
 * Lets the entry of a profile go on, or takes it out.
 * @throws ServiceUnavailable, retryable, when others were quicker `attemptsMax` times.
 */
export async function changeQueue(deps: PublishDeps, order: QueueOrder): Promise<PublishResult> {
  const { request } = order;
  for (let attempt = 1; attempt <= attemptsMax; attempt++) {
    const result = await attemptToChange(deps, order);
    if (result !== 'again') return result;
    await deps.pause(attempt);
  }
  const subject = formatProfile({ ...clusterOf(deps), profile: request.profile });
  throw new ServiceUnavailable(`${subject}: others changed the queue ${attemptsMax} times meanwhile`, {
    hint: 'Try again: nothing was changed.',
    retryable: true,
  });
}

async function attemptToChange(deps: PublishDeps, order: QueueOrder): Promise<PublishResult | 'again'> {
  const { request, caller } = order;
  const { profile, queueAction: action } = request;
  const environment = formatCluster(clusterOf(deps));
  const { queue, revision } = await deps.queues.read(environment);
  const entry = entryOf(queue, profile);
  if (entry === undefined) {
    return {
      outcome: 'not-queued',
      environment,
      profile,
      waiting: queue.entries.map((item) => item.profile),
    };
  }
  const changed =
    action === 'drop' ? withoutEntry(queue, profile) : await releaseIn(deps, { queue, entry }, order);
  const written = changed === queue ? 'saved' : await deps.queues.write(changed, revision);
  if (written === 'lost') return 'again';
  if (action === 'drop') noteDrop(deps, entry, order);
  return {
    outcome: 'queue-changed',
    environment,
    action,
    profile,
    version: entry.version,
    unchanged: changed === queue,
    ...(changed === queue && entry.held && { held: entry.held.why }),
    ...(caller !== undefined && { caller }),
  };
}

/** What is taken out leaves no other trace. */
function noteDrop(deps: PublishDeps, entry: QueueEntry, { request, caller }: QueueOrder): void {
  const { profile, version, label } = entry;
  const { author, description: reason } = request;
  deps.measures.count(publishMetrics.dropped, 1);
  deps.log.info('dropped from the queue', {
    ...clusterOf(deps),
    ...{ profile, version, label, author, reason },
    ...(caller !== undefined && { caller }),
  });
}

/** The very same queue where the entry goes on already, or never can. */
async function releaseIn(
  deps: PublishDeps,
  { queue, entry }: { readonly queue: PublishQueue; readonly entry: QueueEntry },
  { request: { author, description: reason }, caller }: QueueOrder,
): Promise<PublishQueue> {
  if (entry.held === undefined || entry.unreadable !== undefined) return queue;
  const by = { author, reason, at: instant(deps.clock()), ...(caller !== undefined && { caller }) };
  const changed = enqueue(queue, release(entry, by, await deployedVersion(deps, entry.profile)));
  return changed === 'full' ? queue : changed;
}

async function deployedVersion({ store }: PublishDeps, profile: string): Promise<number> {
  for await (const item of store.deployments()) {
    const deployed = deployedOf([item], profile);
    if (deployed) return deployed.version;
  }
  return 0;
}
