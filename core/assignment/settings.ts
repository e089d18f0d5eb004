/** How work is shared out: what an owner may change, and what is sane when nobody does. */

import * as z from 'zod';
import { partitionsMax } from '../routing/partitions.js';

const share = z.number().min(0).max(1);
const durationMs = z.int().min(0).max(3_600_000);

/** With fewer partitions for each node that serves, no table is balanced, and what one node leaves cannot be shared. */
export const partitionsPerNodeMin = 16;

/** True where a cluster's partitions are too few for its nodes, and their number should have been chosen higher. */
export const arePartitionsFew = (partitions: number, serving: number): boolean =>
  partitions < partitionsPerNodeMin * serving;

/** Everything has a default: `assignmentSettingsSchema.parse({})` shares out work that one node at a time may do. */
export const assignmentSettingsSchema = z.strictObject({
  /** A node is left alone while its load is within this of the fleet's mean; absolute, as load is (Dicer's band). */
  bandLoad: share.default(0.1),
  /** Of what a node has too much or too little, this share moves at once (KCL 3's dampening). */
  dampingShare: z.number().gt(0).max(1).default(0.8),
  /** Of all partitions, this share may change owner in one generation, unless they must (Slicer's budget). */
  budgetShare: z.number().gt(0).max(1).default(0.09),
  /** A unit of load that moves costs this much of the imbalance it removes (Dicer's churn). */
  churnPrice: share.default(0.25),
  /** Moves that change a node's load by less are not worth a generation (KCL 3). */
  leastEffectLoad: share.default(0.01),
  /** Of the fleet's capacity, this share is spread over all partitions, so that idle ones weigh something (Dicer's reserve). */
  reserveShare: share.default(0.05),
  /** What a node measures in its first moments counts for nothing (ORCA's blackout). */
  blackoutMs: durationMs.default(10_000),
  /** After as many missed reports a node's numbers are unknown, which is not idle. */
  expiryReports: z.int().min(1).max(100).default(3),
  /** A new life takes on work over this time (HAProxy's slowstart). */
  slowStartMs: durationMs.default(45_000),
  /** A partition that has just moved stays, unless it must move. */
  dwellMs: durationMs.default(20_000),
  /** When owners are silent that are more than this of all nodes known, and five at least, the measurement is suspect and nothing moves (Nacos, Envoy). */
  panicShare: share.default(0.5),
  /** How many nodes serve a partition: `most` above 1 says that the work may be done by several at once. */
  owners: z
    .strictObject({ least: z.int().min(1).max(16).default(1), most: z.int().min(1).max(64).default(1) })
    .refine(({ least, most }) => least <= most, 'least must not be above most')
    .prefault({}),
});
export type AssignmentSettings = z.output<typeof assignmentSettingsSchema>;

/** What an application declares to have its work routed: `routing: { partitions: 1024 }`. */
export const routingSettingsSchema = assignmentSettingsSchema.extend({
  /**
   * Slices of the key space, fixed for the life of a cluster: 64 or more for each node of the fleet that is expected. A
   * cluster that has a table keeps the number it began with.
   */
  partitions: z.int().min(16).max(partitionsMax).default(1024),
});
export type RoutingSettings = z.output<typeof routingSettingsSchema>;
export type RoutingOptions = z.input<typeof routingSettingsSchema>;
