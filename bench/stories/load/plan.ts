/** What the load generator is asked to do, and what it says of it afterwards. */

import * as z from 'zod';

const durationMs = z.number().min(0);

const requestSchema = z.object({
  /** Figures are kept by kind: `look-up`, `change`. */
  kind: z.string(),
  /** Of all requests; shares of a plan add up to 1. */
  share: z.number().gt(0).max(1),
  /** `{key}` stands for a key that is drawn, `{number}` for how many requests went before. */
  path: z.string(),
});

/** Where requests go: to one door, or to the node that the key's hash names among those listed. */
const targetSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('one'), port: z.int() }),
  z.object({ kind: z.literal('hash'), ports: z.array(z.int()).min(1) }),
  z.object({ kind: z.literal('router'), keyed: z.boolean() }),
]);

export const planSchema = z.object({
  /** On average; requests arrive without memory (Poisson), whether earlier ones were answered or not. */
  ratePerSecond: z.number().positive(),
  /** Requests of this time at the start are sent and not counted. */
  warmUpMs: durationMs,
  measureMs: durationMs,
  /** What has no answer by then, counted from when it was due, is given up and fails. */
  timeoutMs: durationMs,
  /** The same seed gives the same arrivals and keys. */
  seed: z.int(),
  target: targetSchema,
  requests: z.array(requestSchema).min(1),
  /** Zipf's law: a key's share falls with its rank to this power. */
  keys: z.object({ count: z.int().positive(), zipf: z.number().min(0) }),
});
export type Plan = z.infer<typeof planSchema>;
export type Target = Plan['target'];

const kindSchema = z.object({
  sent: z.number(),
  answered: z.number(),
  /** From when each answered request was due; NaN where none was answered. */
  p50Ms: z.number().nullable(),
  p99Ms: z.number().nullable(),
});

export const outcomeSchema = z.object({
  all: kindSchema,
  byKind: z.record(z.string(), kindSchema),
  /** By reason: `overflow`, `timed-out`, `refused`, … */
  failures: z.record(z.string(), z.number()),
  /** How late 99 % of the requests were sent at most: the generator's own part in every figure. */
  lateMs: z.number(),
});
export type Outcome = z.infer<typeof outcomeSchema>;
export type KindOutcome = z.infer<typeof kindSchema>;
