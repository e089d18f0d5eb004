/** The environment of the function that judges rollouts. */

import * as z from 'zod';

export const guardSettingsSchema = z.object({
  /** Name of the table of node records. */
  VELTRIX_NODES_TABLE: z.string().min(1),
  /** Name of the table of rollouts. */
  VELTRIX_ROLLOUTS_TABLE: z.string().min(1),
});

/** What it counts, for alarms and dashboards. */
export const guardMetrics = {
  /** Looks at a rollout, blind ones included. */
  looks: 'GuardLooks',
  /** Looks that lacked what they judge by. */
  blind: 'GuardBlind',
  /** Rollouts it asked AppConfig to roll back. */
  rollbacks: 'GuardRollbacks',
  /** Looks that found something the owner wants to be warned of. */
  warnings: 'GuardWarnings',
  /** Looks whose report could not be kept, or only by somebody else. */
  unkept: 'GuardReportsUnkept',
  /** Ticks it answered without a look, because it failed itself. */
  failed: 'GuardFailed',
} as const;
export type GuardMetric = (typeof guardMetrics)[keyof typeof guardMetrics];
