/**
 * The queue of an environment: publishes that wait for their turn. Their content stands in AppConfig as a version already,
 * so an entry is small, and the whole queue is one document that is written over exactly what was read.
 */

import * as z from 'zod';
import { releaseSchema } from './rollout-records.js';
import { strategyNames } from './strategies.js';

export const queueEntrySchema = z.object({
  profile: z.string(),
  /** The version that holds the content. */
  version: z.int().min(1),
  label: z.string(),
  author: z.string(),
  caller: z.string().exactOptional(),
  reason: z.string(),
  commit: z.string().exactOptional(),
  strategy: z.enum(strategyNames).exactOptional(),
  expectedVersion: z.int().min(0).exactOptional(),
  forced: z.string().exactOptional(),
  /** ISO 8601, UTC. */
  queuedAt: z.string(),
  /** Present when it waits for a person: why, and since when (ISO 8601, UTC). Others go past it. */
  held: z.object({ why: z.string(), since: z.string() }).exactOptional(),
  /** Present when a person let it go on: what was known against it then is forgiven. */
  released: releaseSchema.exactOptional(),
  /** What its latest turns met and went away without it: why, when last (ISO 8601, UTC), and how many times in a row. */
  lastError: z.object({ why: z.string(), at: z.string(), times: z.int().min(1) }).exactOptional(),
});
export type QueueEntry = z.infer<typeof queueEntrySchema> & {
  /** What is stored, as it is, where it cannot be read: such an entry is held, and can only be dropped. */
  readonly unreadable?: unknown;
};

export interface PublishQueue {
  /** `treasure-hunt/staging`. */
  readonly cluster: string;
  /** In the order of their turns; at most one of a profile. */
  readonly entries: readonly QueueEntry[];
}

export interface StoredQueue {
  readonly queue: PublishQueue;
  /** Grows by one with each write, from 1; 0 for a queue that was never written. */
  readonly revision: number;
}

/** One item of a table holds so many entries, the longest reasons included; an environment has so many profiles. */
export const queueEntriesMax = 50;

/**
 * What stands for an entry that another release wrote, or somebody else. It never goes by the name of a profile, so that
 * nothing that is published takes its place.
 * @param id tells it from others, from look to look: lower case letters and digits.
 */
export function unreadableEntry(
  stored: unknown,
  { id, why }: { readonly id: string; readonly why: string },
): QueueEntry {
  const { profile, version, author, reason, queuedAt } = placeholderSchema.parse(stored);
  const of = profile && ` of ${profile}`;
  return {
    profile: `unreadable-${id}`,
    version,
    label: '',
    author,
    reason,
    queuedAt,
    held: {
      why: `An entry${of} that cannot be read: ${why}. Another release wrote it: deploy the stacks, or drop it`,
      since: queuedAt,
    },
    unreadable: stored,
  };
}

const beginning = '1970-01-01T00:00:00.000Z';
const placeholderSchema = z
  .object({
    profile: z.string().catch(''),
    version: z.int().min(0).catch(0),
    author: z.string().catch(''),
    reason: z.string().catch(''),
    queuedAt: z.iso.datetime().catch(beginning),
  })
  .catch({ profile: '', version: 0, author: '', reason: '', queuedAt: beginning });

/** The entries that wait for their turn, in its order; those that wait for a person are not among them. */
export const waitingIn = (queue: PublishQueue): readonly QueueEntry[] =>
  queue.entries.filter((entry) => entry.held === undefined);

export const entryOf = (queue: PublishQueue, profile: string): QueueEntry | undefined =>
  queue.entries.find((entry) => entry.profile === profile);

/** True when nothing happened to an entry since it was seen. */
export const isSameEntry = (a: QueueEntry, b: QueueEntry): boolean =>
  a.profile === b.profile &&
  a.version === b.version &&
  a.queuedAt === b.queuedAt &&
  a.held?.since === b.held?.since &&
  a.released?.at === b.released?.at;

/** How many turns it takes, from 1: entries that wait for a person are not counted, since others go past them. */
export function placeOf(queue: PublishQueue, profile: string): number {
  const index = queue.entries.findIndex((entry) => entry.profile === profile);
  return waitingIn({ ...queue, entries: queue.entries.slice(0, index) }).length + 1;
}

/** Puts an entry in the place of the older one of its profile, or at the end; `full` when there is no room. */
export function enqueue(queue: PublishQueue, entry: QueueEntry): PublishQueue | 'full' {
  const { entries } = queue;
  if (entryOf(queue, entry.profile)) {
    return { ...queue, entries: entries.map((item) => (item.profile === entry.profile ? entry : item)) };
  }
  return entries.length < queueEntriesMax ? { ...queue, entries: [...entries, entry] } : 'full';
}

/** Takes the entry of a profile out. */
export const withoutEntry = (queue: PublishQueue, profile: string): PublishQueue => ({
  ...queue,
  entries: queue.entries.filter((entry) => entry.profile !== profile),
});

/** Where queues live. */
export interface PublishQueues {
  /** The queue of one environment; an empty one when there is none. */
  read(cluster: string): Promise<StoredQueue>;
  /** Writes over exactly the revision that was read; `lost` when somebody else wrote since. */
  write(queue: PublishQueue, over: number): Promise<'saved' | 'lost'>;
}
