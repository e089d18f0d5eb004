/** The owner's absolute ceilings: what is never acceptable on the nodes under test, whatever the comparison says. */

import type { GuardSettings } from '../settings.js';
import type { Tally } from '../state.js';
import type { CountedSignal } from './comparison.js';

/** With fewer requests a share says too little. */
export const ceilingRequestsMin = 50;
/** Looks in a row over the ceiling. */
export const ceilingLooks = 3;

/** Looks in a row over the ceiling, this one included; a look with too few requests neither counts nor interrupts. */
export function countOverCeiling(
  before: number,
  look: { readonly tested: Tally; readonly previous: Tally },
  ceiling: { readonly signal: CountedSignal; readonly percent: number | undefined },
): number {
  if (ceiling.percent === undefined) return 0;
  if (look.tested[0] < ceilingRequestsMin) return before;
  const isOver = percentOf(look.tested, ceiling.signal) > ceiling.percent;
  const oldIsOverToo =
    look.previous[0] >= ceilingRequestsMin && percentOf(look.previous, ceiling.signal) > ceiling.percent;
  return isOver && !oldIsOverToo ? before + 1 : 0;
}

export const ceilingOf = ({ ceilings }: GuardSettings, signal: CountedSignal): number | undefined =>
  signal === 'errors' ? ceilings.errorsPercent : ceilings.slowPercent;

export const percentOf = (tally: Tally, signal: CountedSignal): number =>
  (100 * tally[signal === 'errors' ? 1 : 2]) / Math.max(tally[0], 1);
