/** How much each account tier may ask of a node. Operations own these values; a change takes effect within a poll. */

import * as z from 'zod';
import { defineProfile } from '../../core/profiles.js';
import { withRule } from './rules.js';

/** How long retrying may go on: after ten seconds the player has put the phone away. */
const patienceMs = 10_000;

/** Account tiers, from the least to the most. */
export const tierNames = ['free', 'explorer', 'captain'] as const;
/** What a higher tier never gets less of. Time-outs are absent: to be told sooner is not to get less. */
const grownFields = ['queueSize', 'ratePerSecond', 'burst', 'retries'] as const;

const plainTier = z.object({
  /** Attempts of this tier that may wait on one node; the next one is answered with 503. */
  queueSize: z.int().min(1).max(10_000),
  /** Attempts of one player per second, sustained. */
  ratePerSecond: z.number().positive().max(100),
  /** Attempts one player may make at once after a pause. */
  burst: z.int().min(1).max(1_000),
  /** How long one try to judge an attempt may take. */
  timeoutMs: z.int().min(50).max(patienceMs),
  /** Tries after the first, when that one failed or took too long. */
  retries: z.int().min(0).max(10),
});

const tier = withRule(
  withRule(plainTier, ['timeoutMs'], ({ retries, timeoutMs }) =>
    retries * timeoutMs > patienceMs
      ? `is too long: retries × timeoutMs is ${retries * timeoutMs}, and must stay ≤ ${patienceMs} ms`
      : undefined,
  ),
  ['burst'],
  ({ burst, ratePerSecond }) =>
    burst < ratePerSecond ? `is ${burst}, must be at least ratePerSecond (${ratePerSecond})` : undefined,
);

const plainTiers = z.object({ free: tier, explorer: tier, captain: tier });

const tiers = tierSteps().reduce(
  (schema, { lower, higher, field }) =>
    withRule(schema, [higher, field], (all) =>
      all[higher][field] < all[lower][field]
        ? `is ${all[higher][field]}, must be at least ${lower}.${field} (${all[lower][field]})`
        : undefined,
    ),
  plainTiers,
);

const plainLimits = z.object({
  /** Attempts that may wait on one node, all tiers together. */
  queueSize: z.int().min(1).max(10_000),
  /** Largest body of a request. An attempt is a few hundred bytes. */
  requestMaxBytes: z.int().min(1_024).max(65_536),
  tiers,
});

const schema = tierNames.reduce(
  (limits, name) =>
    withRule(limits, ['tiers', name, 'queueSize'], (all) =>
      all.tiers[name].queueSize > all.queueSize
        ? `is ${all.tiers[name].queueSize}, must be at most the node's queueSize (${all.queueSize})`
        : undefined,
    ),
  plainLimits,
);

export const limits = defineProfile({
  name: 'limits',
  description: 'Queue sizes, rates, time-outs and retries per account tier',
  schemaVersion: 1,
  schema,
  guard: {
    // Nothing here fills a cache: what a limit does, it does from the first attempt on.
    warmUpSeconds: 0,
    // A player waits this long for a verdict and thinks nothing of it; a first try that took too long fits in.
    latencyObjectiveMs: 2_000,
  },
  // A node that has never seen a published value serves, but carefully.
  defaults: {
    queueSize: 50,
    requestMaxBytes: 4_096,
    tiers: {
      free: { queueSize: 10, ratePerSecond: 1, burst: 2, timeoutMs: 2_000, retries: 1 },
      explorer: { queueSize: 20, ratePerSecond: 2, burst: 4, timeoutMs: 2_000, retries: 1 },
      captain: { queueSize: 30, ratePerSecond: 4, burst: 8, timeoutMs: 2_000, retries: 2 },
    },
  },
});

export type Limits = z.output<typeof schema>;
export type TierName = (typeof tierNames)[number];

/** Each tier beside the next higher one, for each field that grows. */
function tierSteps() {
  return grownFields.flatMap((field) => [
    { lower: 'free', higher: 'explorer', field } as const,
    { lower: 'explorer', higher: 'captain', field } as const,
  ]);
}
