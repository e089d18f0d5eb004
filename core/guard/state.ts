/** What the guard of one deployment remembers between two looks: plain JSON, bounded per node. */

import * as z from 'zod';

/** Evidence without one node is kept for this many; in a larger fleet, nodes share places and leave together. */
export const placesMax = 64;
/** The fleet's own past that stands in when no node holds the previous version. */
export const pastMs = 30 * 60 * 1000;
/** The past is kept by the minute. */
export const pastMinutesMax = 31;

const count = z.int().min(0);
/** Requests, errors, slow requests. */
const tallySchema = z.tuple([count, count, count]);
export type Tally = z.infer<typeof tallySchema>;
export const emptyTally: Tally = [0, 0, 0];

const nodeStateSchema = z.strictObject({
  place: z
    .int()
    .min(0)
    .max(placesMax - 1),
  incarnation: z.string(),
  sequence: count,
  arrivedAtMs: z.number(),
  /** Counters as last seen, of the previous label and of the one under test. */
  previous: tallySchema,
  tested: tallySchema,
  /** How much worse than the fleet this node was before, in errors and in slow requests. 1: the same. */
  habit: z.tuple([z.number().positive(), z.number().positive()]),
  /** Arrival of the first report that showed the label under test, in this deployment. */
  appliedAtMs: z.number().exactOptional(),
  /** The same, for this incarnation and this stretch. */
  heldSinceMs: z.number().exactOptional(),
  /** True once requests of it have counted for the version under test. */
  counted: z.boolean(),
  /** New lives in a row, none more than five minutes after the first of them or after applying. */
  restarts: count,
  restartsSinceMs: z.number().exactOptional(),
  /** Times it fell silent within five minutes of applying. */
  silences: count,
  silent: z.boolean(),
});
export type NodeState = z.infer<typeof nodeStateSchema>;

/** One logarithm per alternative that is bet on. */
const betsSchema = z.array(z.number());

const evidenceSchema = z.strictObject({
  /** Looks that brought data. */
  looks: count,
  all: betsSchema,
  /** The same without the nodes of one place, by place. */
  without: z.array(betsSchema),
  /** Looks in a row that agreed while the evidence was over its bar. */
  confirmations: count,
});
export type Evidence = z.infer<typeof evidenceSchema>;

const signalStateSchema = z.strictObject({
  /** Against the nodes on the previous version. */
  peers: evidenceSchema,
  /** Against the fleet's own past. */
  past: evidenceSchema,
  /** Looks in a row over the owner's ceiling. */
  overCeiling: count,
});
export type SignalState = z.infer<typeof signalStateSchema>;

export const guardStateSchema = z.strictObject({
  form: z.literal(1),
  deployment: z.int().min(1),
  label: z.string(),
  lookedAtMs: z.number(),
  nodes: z.record(z.string(), nodeStateSchema),
  /** What counted so far for each arm. */
  tested: tallySchema,
  previous: tallySchema,
  /** The previous version before the first look, as far back as its nodes count. */
  before: tallySchema,
  /** The previous version since then, by minute. */
  minutes: z.array(z.strictObject({ startMs: z.number(), tally: tallySchema })).max(pastMinutesMax),
  errors: signalStateSchema,
  slow: signalStateSchema,
});
export type GuardState = z.infer<typeof guardStateSchema>;
