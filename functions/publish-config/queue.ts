/** What publishes do to the queue of the environment. Every write is over exactly what was read. */

import { parseLabel } from '../../core/content/content.js';
import {
  enqueue,
  entryOf,
  isSameEntry,
  type QueueEntry,
  queueEntriesMax,
  type StoredQueue,
  withoutEntry,
} from '../../core/delivery/publish-queue.js';
import { decideVersion, type PublishResult } from '../../core/delivery/publishing.js';
import { entryReplacedBy, type Published } from '../../core/delivery/queue-turns.js';
import { ServiceUnavailable } from '../../core/errors.js';
import { conflict, queued } from './answers.js';
import { attemptsMax, instant, type PublishDeps } from './deps.js';
import type { Look, Order } from './publish.js';
import { createVersion } from './start.js';

/** Puts the content into the queue: it becomes a version now, so that its turn needs nothing from whoever published it. */
export async function joinQueue(
  deps: PublishDeps,
  order: Order,
  { intent, facts, stored }: Look,
): Promise<PublishResult | 'again'> {
  const own = entryOf(stored.queue, order.address.profile);
  const isHeld = own?.held !== undefined;
  const isSame = own !== undefined && parseLabel(own.label)?.hash8 === intent.hash8;
  // What waits for a person goes on waiting when a pipeline says the same again, unless it is told why.
  if (own && isSame && !(isHeld && intent.forced)) return queued(stored.queue, own);
  const decision = decideVersion(intent, facts);
  if (decision.kind === 'conflict') return conflict(intent, decision.deployedVersion);
  const made =
    decision.kind === 'start'
      ? decision
      : await createVersion(deps, order, { ...order.content, after: decision.after });
  if (made === 'again') return made;
  const entry = entryFor(order, made, instant(deps.clock()));
  const queue = enqueue(stored.queue, entry);
  if (queue === 'full') throw fullQueue(stored.queue.cluster);
  const written = await deps.queues.write(queue, stored.revision);
  return written === 'lost' ? 'again' : queued(queue, entry, own);
}

function entryFor(
  { address, publication, strategy, request }: Order,
  { version, label }: { readonly version: number; readonly label: string },
  queuedAt: string,
): QueueEntry {
  const { author, caller, reason, commit, forced } = publication;
  return {
    profile: address.profile,
    version,
    label,
    author,
    reason,
    queuedAt,
    ...(caller !== undefined && { caller }),
    ...(commit !== undefined && { commit }),
    ...(forced !== undefined && { forced }),
    ...(strategy !== undefined && { strategy }),
    ...(request.expectedVersion !== undefined && { expectedVersion: request.expectedVersion }),
  };
}

const fullQueue = (environment: string): ServiceUnavailable =>
  new ServiceUnavailable(`The queue of ${environment} holds ${queueEntriesMax} entries, and no more fit`, {
    hint: `Take out what is not wanted any more: \`veltrix queue ${environment}\`, \`veltrix queue drop\`.`,
  });

/**
 * Takes out the entry that an accepted publish replaces, if there is one and as long as it stands as it was seen. That it
 * could not be taken out undoes nothing: it waits as before.
 */
export async function takeOut(
  deps: PublishDeps,
  seen: StoredQueue,
  published: Published,
): Promise<{ readonly superseded?: number }> {
  const entry = entryReplacedBy(published, seen.queue);
  if (entry === undefined) return {};
  try {
    return (await removeEntry(deps, seen, entry)) ? { superseded: entry.version } : {};
  } catch (error) {
    const { cluster } = seen.queue;
    deps.log.error('could not take an entry out of the queue', error, { cluster, profile: entry.profile });
    return {};
  }
}

/** False when the entry does not stand there any more as it was seen, or others were quicker too many times. */
async function removeEntry(deps: PublishDeps, seen: StoredQueue, entry: QueueEntry): Promise<boolean> {
  let latest = seen;
  for (let attempt = 1; attempt <= attemptsMax; attempt++) {
    const stands = entryOf(latest.queue, entry.profile);
    if (stands === undefined || !isSameEntry(stands, entry)) return false;
    const without = withoutEntry(latest.queue, entry.profile);
    if ((await deps.queues.write(without, latest.revision)) === 'saved') return true;
    latest = await deps.queues.read(latest.queue.cluster);
  }
  return false;
}
