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

/**
 * Lets the entry of a profile go on, or takes it out.
 * @throws ServiceUnavailable, retryable, when others were quicker `attemptsMax` times.
 */
export async function changeQueue(deps: PublishDeps, request: QueueRequest): Promise<PublishResult> {
  for (let attempt = 1; attempt <= attemptsMax; attempt++) {
    const result = await attemptToChange(deps, request);
    if (result !== 'again') return result;
    await deps.pause(attempt);
  }
  const subject = formatProfile({ ...clusterOf(deps), profile: request.profile });
  throw new ServiceUnavailable(`${subject}: others changed the queue ${attemptsMax} times meanwhile`, {
    hint: 'Try again: nothing was changed.',
    retryable: true,
  });
}

async function attemptToChange(deps: PublishDeps, request: QueueRequest): Promise<PublishResult | 'again'> {
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
    action === 'drop' ? withoutEntry(queue, profile) : await releaseIn(deps, { queue, entry }, request);
  const written = changed === queue ? 'saved' : await deps.queues.write(changed, revision);
  if (written === 'lost') return 'again';
  const { version } = entry;
  return { outcome: 'queue-changed', environment, action, profile, version, unchanged: changed === queue };
}

/** The very same queue where the entry goes on already. */
async function releaseIn(
  deps: PublishDeps,
  { queue, entry }: { readonly queue: PublishQueue; readonly entry: QueueEntry },
  { author, description: reason }: QueueRequest,
): Promise<PublishQueue> {
  if (entry.held === undefined) return queue;
  const by = { author, reason, at: instant(deps.clock()) };
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
