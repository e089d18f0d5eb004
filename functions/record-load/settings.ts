/** The environment of the function that folds nodes' reports into their records. */

import * as z from 'zod';

export const recordLoadSettingsSchema = z.object({
  /** Name of the table of node records. */
  VELTRIX_NODES_TABLE: z.string().min(1),
  /** Name of the queue for what cannot be handled. */
  VELTRIX_DEAD_LETTERS_QUEUE: z.string().min(1),
});

/** What it counts, for alarms and dashboards. */
export const recordLoadMetrics = {
  /** Reports taken from the stream. */
  received: 'ReportsReceived',
  /** Records written: fewer than reports, since a batch is written once per node. */
  written: 'NodeRecordsWritten',
  /** Reports that were older than what the record showed, or seen before. */
  stale: 'ReportsStale',
  /** Reports that went to the dead letters. */
  refused: 'ReportsRefused',
  /** Reports that are left for the next attempt. */
  failed: 'ReportsFailed',
} as const;
export type RecordLoadMetric = (typeof recordLoadMetrics)[keyof typeof recordLoadMetrics];
