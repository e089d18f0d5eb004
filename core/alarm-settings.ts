/** From when on a stage's alarms are raised, where that depends on the service. */

import * as z from 'zod';

export const alarmSettingsSchema = z.strictObject({
  /** Reports that are recorded so much later than they came. From a minute on none is fresh enough for the guard. */
  reportsLateSeconds: z.int().min(5).max(3600).default(60),
  /**
   * So many minutes in which no report at all was recorded. There is no such alarm without it: a stage that no node reports to,
   * or none at night, is no fault. CloudWatch counts by the minute and some tens of seconds late, so fewer than three say nothing.
   */
  reportsMissingMinutes: z.int().min(3).max(60).optional(),
  /** A consumer of changes that is so far behind. */
  changesLateSeconds: z.int().min(5).max(86_400).default(300),
  /** So many nodes of an environment that stopped reporting without a goodbye. */
  silentNodes: z.int().min(1).default(1),
  /** So many minutes in which a fleet was offered more than it can do. */
  overCapacityMinutes: z.int().min(1).max(60).default(3),
  /** So many messages that were set aside. */
  deadLetters: z.int().min(1).default(1),
});
export type AlarmSettings = z.output<typeof alarmSettingsSchema>;
