/** The fleet whose cost is asked for, and what the stacks do at which pace. */

import * as z from 'zod';
import { partitionsMax } from '../routing/partitions.js';

const count = z.int().min(1).max(10_000_000);
const durationMs = z.number().positive();
const bytes = z.int().min(1);
const rate = z.number().min(0);

/** Everything but the number of nodes has a default: what the client and the sample do. */
export const fleetPlanSchema = z.strictObject({
  /** Of one cluster. */
  nodes: count,
  profiles: z.int().min(1).max(100).default(1),
  /** AppConfig asks for 60 s unless told otherwise. */
  pollIntervalMs: durationMs.default(60_000),
  /** Versions that reach the nodes, of each profile. */
  changesPerDay: rate.default(10),
  /** Deployment and bake: while a version is on its way, records are written at the quickest pace. */
  rolloutMs: durationMs.default(20 * 60_000),
  /** Cold starts of short-lived processes: each receives its configuration once, whether or not it changed. */
  startsPerDay: rate.default(0),
  reportIntervalMs: durationMs.default(5_000),
  /** A report as it travels, and a node's record as it is stored; without what routing adds to both. */
  reportBytes: bytes.default(550),
  recordBytes: bytes.default(800),
  /** Times an hour that a node's numbers leave the band of its record: that depends on its traffic. */
  newsPerNodeHour: rate.default(6),
  /** Above 1: a relay polls, reports and reads the table for so many nodes. There is none yet: this shows what one would save. */
  nodesPerRelay: count.default(1),
  routing: z
    .strictObject({
      partitions: z.int().min(16).max(partitionsMax),
      /** Tables that differ from the one before, and rosters. */
      generationsPerHour: rate.default(12),
      rostersPerHour: rate.default(12),
      /** Of all partitions, and of all nodes, so much is another in each of them. */
      movedShare: z.number().min(0).max(1).default(0.01),
    })
    .optional(),
});
export type FleetPlan = z.output<typeof fleetPlanSchema>;
export type FleetPlanInput = z.input<typeof fleetPlanSchema>;

/** What is done how often, as functions and stacks have it; tests hold these against them. */
export interface Design {
  /** Batches of `load`: at most so many records, gathered for so long. */
  readonly batchRecords: number;
  readonly batchWindowMs: number;
  /** Packed liveness: written so often for each shard, and with a batch that changed a record. */
  readonly livenessEveryMs: number;
  readonly livenessBytesPerLife: number;
  /** A record's heartbeat: so much for each node of its shard, within these bounds, up to a share early. */
  readonly heartbeatPerNodeMs: number;
  readonly heartbeatMinMs: number;
  readonly heartbeatMaxMs: number;
  readonly heartbeatEarlyShare: number;
  /** After a node went over to another version, every report is written for this long, and those of its cluster quicker for that. */
  readonly youngMs: number;
  readonly movedMs: number;
  /** What routing adds to a report: its claim, and the work of each of its partitions. */
  readonly claimBytes: number;
  readonly workBytesPerPartition: number;
  readonly turnEveryMs: number;
  readonly headReadEveryMs: number;
  /** A table and a roster as they are stored, compressed, whole and as what changed: measured on tables of 20 to 10,000 nodes. */
  readonly tableBytesPerPartition: number;
  readonly tableBytesPerNode: number;
  readonly rosterBytesPerNode: number;
  readonly changesBytes: number;
  readonly changesBytesPerPartition: number;
  /** Of each node that is named: who gets a partition, and who had it. */
  readonly changesBytesPerNode: number;
  readonly rosterChangesBytesPerNode: number;
  /** The head without what changed. */
  readonly headBytes: number;
  /** An item's keys and numbers beside its content. */
  readonly itemBytes: number;
  /** Lambda, as assumed: not measured on AWS. */
  readonly recordLoad: LambdaDesign;
  readonly assign: LambdaDesign;
  /** Metrics and alarms of a stage with one cluster. */
  readonly metrics: number;
  readonly alarms: number;
}

export interface LambdaDesign {
  readonly memoryGb: number;
  readonly perInvocationMs: number;
  /** For each record of a batch, or each node of a run. */
  readonly perItemMs: number;
  /** What an invocation logs, metrics included. */
  readonly logBytes: number;
}

export const design: Design = {
  batchRecords: 500,
  batchWindowMs: 1_000,
  livenessEveryMs: 2_000,
  livenessBytesPerLife: 8,
  heartbeatPerNodeMs: 300,
  heartbeatMinMs: 30_000,
  heartbeatMaxMs: 300_000,
  heartbeatEarlyShare: 0.2,
  youngMs: 90_000,
  movedMs: 15 * 60_000,
  claimBytes: 60,
  workBytesPerPartition: 13,
  turnEveryMs: 4_000,
  headReadEveryMs: 2_000,
  tableBytesPerPartition: 9,
  tableBytesPerNode: 40,
  rosterBytesPerNode: 48,
  changesBytes: 200,
  changesBytesPerPartition: 6,
  changesBytesPerNode: 4,
  rosterChangesBytesPerNode: 52,
  headBytes: 400,
  itemBytes: 100,
  recordLoad: { memoryGb: 0.5, perInvocationMs: 25, perItemMs: 0.1, logBytes: 1_200 },
  assign: { memoryGb: 1.73, perInvocationMs: 60, perItemMs: 0.1, logBytes: 900 },
  metrics: 60,
  alarms: 30,
};
