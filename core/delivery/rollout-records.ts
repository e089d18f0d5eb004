/**
 * What Veltrix keeps of a deployment beside what AppConfig keeps: who published it, in full, and what the guard made of it.
 * Never asked whether something may be undone: that needs AppConfig alone.
 */

import * as z from 'zod';
import type { RolloutFacts } from '../guard/look.js';
import { type GuardReport, guardReportSchema } from '../guard/report.js';
import type { GuardState } from '../guard/state.js';
import { strategyNames } from './strategies.js';

/** A year and a month: "what did we do last Christmas" can be answered. */
export const rolloutRetentionMs = 400 * 24 * 60 * 60 * 1000;

/** What the guard counts from look to look is of no use once nothing can be judged any more. */
export const guardMemoryRetentionMs = 7 * 24 * 60 * 60 * 1000;

/** Who let an entry of the queue go on that waited for a person. */
export const releaseSchema = z.object({
  /** As claimed. */
  author: z.string(),
  /** ARN of who asked, as AWS knows it; absent when the request did not prove it. */
  caller: z.string().exactOptional(),
  reason: z.string(),
  /** ISO 8601, UTC. */
  at: z.string(),
});

export const publicationSchema = z.object({
  /** As claimed. */
  author: z.string(),
  /** ARN of who asked, as AWS knows it; absent when the request did not prove it. */
  caller: z.string().exactOptional(),
  reason: z.string(),
  /** Git commit the content was published from; absent when its file was not committed. */
  commit: z.string().exactOptional(),
  strategy: z.enum(strategyNames),
  /** Why content that was rolled back lately was published all the same. */
  forced: z.string().exactOptional(),
  /** When it was put in the queue (ISO 8601, UTC); absent when it did not wait. */
  queuedAt: z.string().exactOptional(),
  /** Present when it was held in the queue, and a person let it go on. */
  released: releaseSchema.exactOptional(),
  /** When the publish function had checked it (ISO 8601, UTC). */
  validatedAt: z.string(),
});
export type Publication = z.infer<typeof publicationSchema>;

/** What a person said who took a deployment back: AppConfig keeps neither a name nor a reason of a stop or a revert. */
export const undoneSchema = z.object({
  author: z.string().describe('Who took it back, as claimed.'),
  reason: z.string().describe('Why; empty where none was given.'),
  at: z.string().describe('When it was asked for (ISO 8601, UTC).'),
});
export type Undone = z.infer<typeof undoneSchema>;

/** What a person said who ended a profile: it stands with the profile's last deployment in each environment. */
export const retiredSchema = z.object({
  /** As claimed. */
  author: z.string(),
  /** ARN of who did, as AWS knows it; absent where AWS did not say. */
  caller: z.string().exactOptional(),
  reason: z.string(),
  /** ISO 8601, UTC. */
  at: z.string(),
  /** How many versions went with it. */
  versions: z.int().min(0),
});
export type Retired = z.infer<typeof retiredSchema>;

export const rolloutRecordSchema = z.object({
  publication: publicationSchema.exactOptional(),
  guard: guardReportSchema.exactOptional(),
  /** Kept where it could be. Counts only where AppConfig logged that a user took it back: asking may have come too late. */
  undone: undoneSchema.exactOptional(),
  /** Present where the profile was retired after it. */
  retired: retiredSchema.exactOptional(),
});
export type RolloutRecord = z.infer<typeof rolloutRecordSchema>;

/** The guard's memory of one deployment. */
export interface GuardMemory {
  /** Absent before the first look that had inputs, or when it cannot be read. */
  readonly state?: GuardState;
  readonly report?: GuardReport;
  /** What AppConfig said of the deployment, once. */
  readonly facts?: RolloutFacts;
  /** Grows by one with each write, from 1; 0 for one that was never written. */
  readonly revision: number;
}

/** Where these records live. `cluster` is `treasure-hunt/staging`; deployments are AppConfig's numbers. */
export interface RolloutRecords {
  /** The records of these deployments, by number; one without a record is missing in the answer. */
  read(cluster: string, deployments: readonly number[]): Promise<ReadonlyMap<number, RolloutRecord>>;
  /** Keeps who published, once: `kept` when that was on record before, which stays as it is. */
  savePublication(cluster: string, deployment: number, publication: Publication): Promise<'saved' | 'kept'>;
  /** Keeps what somebody said who takes it back; the last one stands. Nobody waits for this to undo. */
  saveUndone(cluster: string, deployment: number, undone: Undone): Promise<void>;
  /** Keeps who ended the profile of a deployment, before it is ended; the last one stands. */
  saveRetired(cluster: string, deployment: number, retired: Retired): Promise<void>;
  readGuard(cluster: string, deployment: number): Promise<GuardMemory>;
  /** Writes over exactly the revision that was read; `lost` when somebody else looked since. What is absent stays as it was. */
  writeGuard(
    where: { readonly cluster: string; readonly deployment: number },
    memory: Omit<GuardMemory, 'revision'> & { readonly report: GuardReport },
    over: number,
  ): Promise<'saved' | 'lost'>;
}
