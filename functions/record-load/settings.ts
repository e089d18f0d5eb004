/** The environment of the function that folds nodes' reports into their records. */

import * as z from 'zod';
import { jsonList } from '../environment.js';

export const recordLoadSettingsSchema = z.object({
  /** Name of the table of node records. */
  VELTRIX_NODES_TABLE: z.string().min(1),
  /** Name of the queue for what cannot be handled. */
  VELTRIX_DEAD_LETTERS_QUEUE: z.string().min(1),
  /** Name of the table of assignments, where turns are taken. */
  VELTRIX_ASSIGNMENTS_TABLE: z.string().min(1),
  /** Name of the function that is asked for a run. */
  VELTRIX_ASSIGN_FUNCTION: z.string().min(1),
  /** Clusters whose work is shared out: `["treasure-hunt/staging"]`. */
  VELTRIX_ROUTED_CLUSTERS: jsonList,
});

/** What it counts, for alarms and dashboards. */
export const recordLoadMetrics = {
  /** Reports taken from the stream. */
  received: 'ReportsReceived',
  /** Records written: where something changed, and at heartbeat pace. */
  written: 'NodeRecordsWritten',
  /** Reports that said what the record says already. */
  unchanged: 'ReportsUnchanged',
  /** Reports that were older than what the record showed, or seen before. */
  stale: 'ReportsStale',
  /** Reports that went to the dead letters. */
  refused: 'ReportsRefused',
  /** Reports that are left for the next attempt. */
  failed: 'ReportsFailed',
  /** Times that the packed liveness of a cluster's part was written. */
  heard: 'LivenessWritten',
  /** Times that it could not be; the next batch makes up for it. */
  unheard: 'LivenessFailed',
  /** Runs of assign-partitions that were asked for. */
  asked: 'AssignmentsAsked',
  /** Turns that could not be taken, or asked for; the next makes up for it. */
  unasked: 'AssignmentsUnasked',
} as const;
export type RecordLoadMetric = (typeof recordLoadMetrics)[keyof typeof recordLoadMetrics];

/** What it says of each cluster, under the one dimension `cluster`; nothing while all is well. */
export const reportGauges = {
  /** Reports of nodes that refuse a version. */
  refusing: 'ReportsRefusing',
} as const;
export type ReportGauge = (typeof reportGauges)[keyof typeof reportGauges];
