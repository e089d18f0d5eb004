/** How a node did before the rollout, against its fleet: a machine that was always worse is not the version's doing. */

import type { Counters } from '../../fleet/node-reports.js';
import type { NodeObservation } from '../observations.js';
import type { NodeState } from '../state.js';

type Habit = NodeState['habit'];
/** No better and no worse than the fleet. */
export const usual: Habit = [1, 1];

/** As many expected errors speak for a node being like its fleet: a short past says little. */
const priorErrors = 4;
/** Beyond these, the past is no longer believed. */
const [leastHabit, mostHabit] = [0.1, 10];

/** What each node's counters under the previous label come to, against all of them together. */
export function habitsOf(
  nodes: readonly NodeObservation[],
  previousLabel: string | undefined,
): ReadonlyMap<string, Habit> {
  const pasts = nodes.flatMap(({ node, counters }) => {
    const past = previousLabel === undefined ? undefined : counters[previousLabel];
    return past ? [{ node, past }] : [];
  });
  const all = total(pasts.map(({ past }) => past));
  return new Map(
    pasts.map(({ node, past }) => [node, [habit(past, all, 'errors'), habit(past, all, 'slow')]]),
  );
}

function habit(past: Counters, all: Counters, signal: 'errors' | 'slow'): number {
  const expected = (past.requests * all[signal]) / Math.max(all.requests, 1);
  const ratio = (past[signal] + priorErrors) / (expected + priorErrors);
  return Math.min(Math.max(ratio, leastHabit), mostHabit);
}

const total = (counters: readonly Counters[]): Counters =>
  counters.reduce(
    (sum, { requests, errors, slow }) => ({
      requests: sum.requests + requests,
      errors: sum.errors + errors,
      slow: sum.slow + slow,
    }),
    { requests: 0, errors: 0, slow: 0 },
  );
