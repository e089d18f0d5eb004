/**
 * What a node says of itself, every few seconds, on the stream `load`. Partition key: `<cluster>/<node>`. Members that a
 * reader does not know are dropped: nodes of tomorrow report to the stacks of today.
 */

import * as z from 'zod';
import { claimSchema } from '../ownership/claims.js';
import { partitionsMax } from '../routing/partitions.js';

/** Reports larger than this are refused: a full one of ten profiles takes about 3 KB. */
export const reportMaxBytes = 32 * 1024;

/** `starting` before the first configuration, `degraded` while AWS cannot be reached, `stopped` as its last word. */
export const nodeHealths = ['starting', 'ready', 'degraded', 'draining', 'stopped'] as const;
export type NodeHealth = (typeof nodeHealths)[number];

/** Where the value in force came from. */
export const valueSources = ['cloud', 'disk', 'default'] as const;
export type ValueSource = (typeof valueSources)[number];

const text = z.string().min(1).max(256);
const count = z.int().min(0);

/** Partitions of which one report tells the work: the busiest, so that a report stays small. */
export const reportedPartitionsMax = 1024;
/** Keys that a report names as the busiest. */
export const reportedKeysMax = 8;
/** A key is cut to this: it is named for people to recognise, not to be found by. */
export const reportedKeyMaxChars = 64;

/** More than this is the same as this: a report that says more is cut, not refused. */
export const ratesMax = 1e9;
const unitsPerSecond = z
  .number()
  .min(0)
  .overwrite((rate) => Math.min(rate, ratesMax));

const partitionNumber = /^\d{1,5}$/;

/** By hand: a report holds hundreds of these, and takes most of its time in zod's own records. */
const workSchema = z
  .custom<Record<string, number>>(
    isWork,
    'must hold work units a second by partition number, of at most 1,024 partitions',
  )
  .overwrite(cut);

function isWork(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const entries = Object.entries(value);
  return (
    entries.length <= reportedPartitionsMax &&
    entries.every(
      ([key, rate]) => partitionNumber.test(key) && typeof rate === 'number' && rate >= 0 && rate < Infinity,
    )
  );
}

function cut(work: Record<string, number>): Record<string, number> {
  for (const partition in work)
    if ((work[partition] ?? 0) > ratesMax)
      return Object.fromEntries(Object.entries(work).map(([key, rate]) => [key, Math.min(rate, ratesMax)]));
  return work;
}

const hotKeySchema = z.object({
  key: z.string().max(reportedKeyMaxChars),
  partition: z
    .int()
    .min(0)
    .max(partitionsMax - 1),
  unitsPerSecond,
});

/** Paths of an override that a report names: the first ones. */
export const overridePathsMax = 8;
export const overrideReasonMaxChars = 200;

/** A person's word on this node alone (client/overrides/). */
const overrideSchema = z.object({
  /** What is put over the version's value: `features.hints`; empty where nothing is. */
  paths: z.array(z.string().max(500)).max(overridePathsMax),
  /** When it ends by itself: ISO 8601, UTC. */
  until: text.exactOptional(),
  reason: z.string().max(overrideReasonMaxChars).exactOptional(),
  /** Why the newest wish is not in force. */
  refused: z.string().max(500).exactOptional(),
});

const countersSchema = z.object({ requests: count, errors: count, slow: count });

/** One profile, as one node holds it. */
export const profileReportSchema = z.object({
  /** Label in force; absent while nothing is, or when the value is the default. */
  label: text.exactOptional(),
  source: z.enum(valueSources),
  /** The version it was offered last and did not take, and why. */
  refused: z.object({ label: text, reason: z.string().max(500) }).exactOptional(),
  /** Why its last poll failed; absent once one succeeds. */
  lastError: z.string().max(500).exactOptional(),
  /** What is put over the value by hand, or why it is not; absent where nobody wants anything. */
  override: overrideSchema.exactOptional(),
  /** Why secrets that its value names could not be read anew; absent once they can. It serves what it read before. */
  secretsError: z.string().max(500).exactOptional(),
  schemaVersion: z.int().min(1),
  /** Cumulative since the incarnation began, for the last two labels held. The reader subtracts. */
  counters: z
    .record(text, countersSchema)
    .refine((counters) => Object.keys(counters).length <= 2, 'must hold at most two labels'),
});

export const nodeReportSchema = z.object({
  /** Version of this message's form. */
  form: z.literal(1),
  /** `treasure-hunt/staging`. */
  cluster: text,
  node: text,
  /** Names one life of the node: random, new at each start. */
  incarnation: text,
  /** How often this node reports; absent: every 5,000 ms. It is missed after three of these. */
  reportIntervalMs: z.int().min(1).max(3_600_000).exactOptional(),
  /** Grows by one with each report of an incarnation, from 1. */
  sequence: z.int().min(1),
  endpoint: text.exactOptional(),
  /** zone, service version, cohort, … */
  labels: z
    .record(text, text)
    .refine((labels) => Object.keys(labels).length <= 16, 'must hold at most 16 labels'),
  /** Work units the node can do at once; what `load` is measured against. */
  capacity: z.number().positive(),
  /** 0 idle … 1 at capacity; above 1 when more is offered than it can do. Offered, so shed work counts. */
  load: z.number().min(0).max(1000),
  queueDepth: count,
  inFlight: count,
  health: z.enum(nodeHealths),
  profiles: z.record(text, profileReportSchema),
  /** Reports dropped since the incarnation began, because they could not be sent. */
  droppedReports: count,
  /** Work units a second that the node can do, as measured; absent until it has measured enough. */
  unitsPerSecond: unitsPerSecond.exactOptional(),
  /** Work units turned away since the incarnation began, because too much waited. They are in `load` and `work` too. */
  shed: count.exactOptional(),
  /** Work units served since the incarnation began for partitions that another node owned. */
  misdirected: count.exactOptional(),
  /** How it stands with its partitions; absent where the application declares no `routing`, or before the first table. */
  ownership: claimSchema.exactOptional(),
  /** Offered work units a second by partition number, older work counting less; partitions that brought nothing are left out. */
  work: workSchema.exactOptional(),
  /** The busiest keys, the busiest first. */
  hotKeys: z.array(hotKeySchema).max(reportedKeysMax).exactOptional(),
});
export type NodeReport = z.infer<typeof nodeReportSchema>;
export type OverrideReport = z.infer<typeof overrideSchema>;
export type ProfileReport = z.infer<typeof profileReportSchema>;
export type HotKey = z.infer<typeof hotKeySchema>;
export type Counters = z.infer<typeof countersSchema>;

/** Reports of one node share a partition key, so one shard sees them in order. */
export const reportPartitionKey = (report: Pick<NodeReport, 'cluster' | 'node'>): string =>
  `${report.cluster}/${report.node}`;
