/** What a figure should come to, and whether it does. */

import { round } from './figures.js';

export type Goal = {
  readonly what: string;
  readonly found: number;
  /** Written right behind a number: `×`, ` ms`. */
  readonly unit: string;
} & ({ readonly atMost: number } | { readonly atLeast: number });

/** A value that is no number meets nothing. */
export const isMet = (goal: Goal): boolean =>
  'atMost' in goal ? goal.found <= goal.atMost : goal.found >= goal.atLeast;

/** `import time: at most 15 ms, found 9.1 ms: met`. */
export function describeGoal(goal: Goal): string {
  const { what, found, unit } = goal;
  const [bound, limit] = 'atMost' in goal ? ['at most', goal.atMost] : ['at least', goal.atLeast];
  // Rounded, a narrow miss would read like a hit.
  const isNarrow = found !== limit && round(found) === round(limit);
  const shown = isNarrow ? String(found) : round(found);
  return `${what}: ${bound} ${round(limit)}${unit}, found ${shown}${unit}: ${isMet(goal) ? 'met' : '**missed**'}`;
}
