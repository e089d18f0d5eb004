/** Nodes that a person keeps work away from, for a time. */

import * as z from 'zod';
import { type EpochMs, epochMs } from '../time.js';

const moment = z.int().min(0).transform(epochMs);

export const drainSchema = z.object({
  node: z.string().min(1).max(256),
  sinceMs: moment,
  /** Ends by itself then. */
  untilMs: moment,
  reason: z.string().min(1).max(512),
  /** Who: as AWS names the caller. */
  by: z.string().min(1).max(256),
  /** True where the rest of the fleet was known to be too small, and a person insisted. */
  forced: z.boolean().exactOptional(),
  /** Ended by a person before its time. */
  ended: z.object({ atMs: moment, by: z.string(), reason: z.string() }).exactOptional(),
});
export type Drain = z.infer<typeof drainSchema>;

/** So many are kept, the newest first: what happened lately is there to be read. */
export const drainsKeptMax = 50;

export interface DrainList {
  readonly cluster: string;
  /** The newest first, with those that are over. */
  readonly drains: readonly Drain[];
}

/** Where drains live. */
export interface Drains {
  /** Strongly consistent. */
  read(cluster: string): Promise<{ readonly list: DrainList; readonly revision: number }>;
  /** Writes over exactly the revision that was read (0: none). */
  write(list: DrainList, over: number): Promise<'saved' | 'lost'>;
}

/** The drains in force, by node. */
export const drainsInForce = ({ drains }: DrainList, now: EpochMs): ReadonlyMap<string, Drain> =>
  new Map(drains.filter((drain) => !drain.ended && drain.untilMs > now).map((drain) => [drain.node, drain]));
