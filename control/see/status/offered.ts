/** How far a version had come, from AppConfig's log: after a rollback its own figure says nothing of it. */

import type { Deployment, LogEntry } from '../../../core/delivery/deployments.js';

/** Percent of the fleet it is, or had been, offered to. */
export function offeredOf({ log, percentage, state, completedAtMs }: Deployment): number {
  if (state !== 'ROLLED_BACK' && state !== 'ROLLING_BACK' && state !== 'REVERTED') return percentage;
  if (state === 'REVERTED' && completedAtMs !== undefined) return 100;
  return Math.max(0, ...log.map((entry) => shareOf(entry) ?? 0));
}

/** The share an entry of the log tells of: "Configuration available to 25.00% of clients" (AppConfig's own text). */
export function shareOf({ type, description }: LogEntry): number | undefined {
  if (type === 'BAKE_TIME_STARTED') return 100;
  const match = type === 'PERCENTAGE_UPDATED' ? /(\d+(?:\.\d+)?)\s*%/.exec(description) : null;
  return match ? Number(match[1]) : undefined;
}
