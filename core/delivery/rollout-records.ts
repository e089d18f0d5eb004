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
  /** When the publish function had checked it (ISO 8601, UTC). */
  validatedAt: z.string(),
});
export type Publication = z.infer<typeof publicationSchema>;

export const rolloutRecordSchema = z.object({
  publication: publicationSchema.exactOptional(),
  guard: guardReportSchema.exactOptional(),
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
  /** Keeps who published. Writing it again changes nothing else of the record. */
  savePublication(cluster: string, deployment: number, publication: Publication): Promise<void>;
  readGuard(cluster: string, deployment: number): Promise<GuardMemory>;
  /** Writes over exactly the revision that was read; `lost` when somebody else looked since. What is absent stays as it was. */
  writeGuard(
    where: { readonly cluster: string; readonly deployment: number },
    memory: Omit<GuardMemory, 'revision'> & { readonly report: GuardReport },
    over: number,
  ): Promise<'saved' | 'lost'>;
}
