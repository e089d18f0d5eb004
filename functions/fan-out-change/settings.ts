/** The environment of the function that puts change events on their stream. */

import * as z from 'zod';

export const fanOutSettingsSchema = z.object({
  /** Name of the stream of change events. */
  VELTRIX_CHANGES_STREAM: z.string().min(1),
  /** Name of the table of cursors. */
  VELTRIX_CURSORS_TABLE: z.string().min(1),
  /** Name of the table of rollouts. */
  VELTRIX_ROLLOUTS_TABLE: z.string().min(1),
});

/** What it counts, for alarms and dashboards. */
export const fanOutMetrics = {
  /** Events put on the stream. */
  put: 'ChangesPut',
  /** Times somebody else had moved a cursor first. */
  lost: 'ChangeCursorsLost',
  /** Environments whose events could not all be put; the next hint tries again. */
  failed: 'FanOutsFailed',
  /** Environments whose events were told without author in full and verdict, because these could not be read. */
  unrecorded: 'FanOutsUnrecorded',
  /** Rollouts that AppConfig rolled back because the guard, or another extension, did not answer. */
  unanswered: 'GuardUnanswered',
  /** Rollouts that AppConfig rolled back because the environment's own alarm was raised. */
  monitorRollbacks: 'MonitorRollbacks',
} as const;
export type FanOutMetric = (typeof fanOutMetrics)[keyof typeof fanOutMetrics];

/** What it says of each environment, under the one dimension `cluster`, when it happens. */
export const changeGauges = {
  /** Deployments that began. */
  started: 'DeploymentsStarted',
  /** Deployments that reached everybody, and whose bake is over. */
  completed: 'DeploymentsCompleted',
  /** Deployments that were rolled back or reverted, by whomever. */
  undone: 'DeploymentsUndone',
} as const;
export type ChangeGauge = (typeof changeGauges)[keyof typeof changeGauges];
