/** What a command's end says to a script. Mapped here and nowhere else. */

import { isVeltrixError } from '../core/errors.js';

export const exitCodes = {
  ok: 0,
  failed: 1,
  usage: 2,
  contentRefused: 3,
  conflictOrBusy: 4,
  rolledBack: 5,
  notConverged: 6,
} as const;

const byCode: Readonly<Record<string, number>> = {
  VELTRIX_USAGE: exitCodes.usage,
  VELTRIX_CONTENT_REFUSED: exitCodes.contentRefused,
  VELTRIX_VERSION_CONFLICT: exitCodes.conflictOrBusy,
  VELTRIX_DEPLOYMENT_IN_PROGRESS: exitCodes.conflictOrBusy,
  VELTRIX_QUEUE_AHEAD: exitCodes.conflictOrBusy,
  VELTRIX_ROLLED_BACK_LATELY: exitCodes.conflictOrBusy,
  VELTRIX_PREREQUISITE_UNMET: exitCodes.conflictOrBusy,
  VELTRIX_ROLLBACK_OVERTAKEN: exitCodes.conflictOrBusy,
  VELTRIX_QUEUE_HELD: exitCodes.conflictOrBusy,
  VELTRIX_TAKEN_FROM_QUEUE: exitCodes.conflictOrBusy,
  VELTRIX_DRAIN_REFUSED: exitCodes.conflictOrBusy,
  VELTRIX_RETIREMENT_REFUSED: exitCodes.conflictOrBusy,
  VELTRIX_RENAMED: exitCodes.conflictOrBusy,
  VELTRIX_ROLLED_BACK: exitCodes.rolledBack,
  VELTRIX_NOT_CONVERGED: exitCodes.notConverged,
};

export function exitCodeOf(failure: unknown): number {
  if (failure === undefined) return exitCodes.ok;
  return (isVeltrixError(failure) ? byCode[failure.code] : undefined) ?? exitCodes.failed;
}
