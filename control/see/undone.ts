/** Who took a deployment back, told from AppConfig's log and from what the guard said of it. */

import type { Deployment } from '../../core/delivery/deployments.js';
import type { GuardReport } from '../../core/guard/report.js';

/**
 * `guard`: by its verdict. `guard-failure`: AppConfig asked the guard and got no answer (a crash, a time-out, a throttle),
 * which rolls back whatever the version does. `appconfig`: by itself, for instance an internal error.
 */
export type UndoneBy = 'person' | 'guard' | 'guard-failure' | 'alarm' | 'appconfig';

export interface Undoing {
  readonly by: UndoneBy;
  /** In AppConfig's words; empty when it has none. */
  readonly why: string;
  /** ISO 8601, UTC. */
  readonly at: string;
}

/** Undefined for a deployment that stands. */
export function undoingOf({ log }: Deployment, guard: GuardReport | undefined): Undoing | undefined {
  const entry = log.find(({ type }) => type === 'ROLLBACK_STARTED' || type === 'REVERT_COMPLETED');
  if (entry === undefined) return undefined;
  return { by: whoOf(entry, guard), why: entry.description, at: entry.occurredAt };
}

function whoOf(
  { triggeredBy, description }: { readonly triggeredBy: string; readonly description: string },
  guard: GuardReport | undefined,
): UndoneBy {
  if (triggeredBy === 'USER') return 'person';
  if (triggeredBy === 'CLOUDWATCH_ALARM') return 'alarm';
  if (triggeredBy !== 'APPCONFIG') return 'appconfig';
  // An extension that asked for it was heard; one that was not heard may have said so at an earlier look.
  if (/error invoking|timed? ?out|throttl/i.test(description)) return 'guard-failure';
  if (guard?.action === 'rollback' || /extension/i.test(description)) return 'guard';
  return 'appconfig';
}
