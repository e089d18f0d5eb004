/**
 * The queue of an environment: publishes that wait for their turn. Their content stands in AppConfig as a version already,
 * so an entry is small, and the whole queue is one document that is written over exactly what was read.
 */

import * as z from 'zod';
import { strategyNames } from './strategies.js';

const queueEntrySchema = z.object({
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
});
export type QueueEntry = z.infer<typeof queueEntrySchema>;

export const publishQueueSchema = z.object({
  /** `treasure-hunt/staging`. */
  cluster: z.string(),
  /** In the order of their turns; at most one of a profile. */
  entries: z.array(queueEntrySchema),
});
export type PublishQueue = z.infer<typeof publishQueueSchema>;

export interface StoredQueue {
  readonly queue: PublishQueue;
  /** Grows by one with each write, from 1; 0 for a queue that was never written. */
  readonly revision: number;
}

/** Where queues live. */
export interface PublishQueues {
  /** The queue of one environment; an empty one when there is none. */
  read(cluster: string): Promise<StoredQueue>;
  /** Writes over exactly the revision that was read; `lost` when somebody else wrote since. */
  write(queue: PublishQueue, over: number): Promise<'saved' | 'lost'>;
}
