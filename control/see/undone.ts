/** Who took a deployment back, told from AppConfig's log, from what the guard said of it, and from what a person said. */

import { type Deployment, triggeredByUser, undoingEntry } from '../../core/delivery/deployments.js';
import type { RolloutRecord, Undone } from '../../core/delivery/rollout-records.js';
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
  /** On `person`: who and why, as claimed; absent where it was not kept. */
  readonly said?: Undone;
}

/** Undefined for a deployment that stands. */
export function undoingOf(
  deployment: Deployment,
  { guard, undone }: RolloutRecord = {},
): Undoing | undefined {
  const entry = undoingEntry(deployment);
  if (entry === undefined) return undefined;
  const by = whoOf(entry, guard);
  return {
    by,
    why: entry.description,
    at: entry.occurredAt,
    ...(by === 'person' && undone && { said: undone }),
  };
}

function whoOf(
  { triggeredBy, description }: { readonly triggeredBy: string; readonly description: string },
  guard: GuardReport | undefined,
): UndoneBy {
  if (triggeredBy === triggeredByUser) return 'person';
  if (triggeredBy === 'CLOUDWATCH_ALARM') return 'alarm';
  if (triggeredBy !== 'APPCONFIG') return 'appconfig';
  // An extension that asked for it was heard; one that was not heard may have said so at an earlier look.
  if (/error invoking|timed? ?out|throttl/i.test(description)) return 'guard-failure';
  if (guard?.action === 'rollback' || /extension/i.test(description)) return 'guard';
  return 'appconfig';
}
