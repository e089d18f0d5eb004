/** What guards usually do, on the same rollouts: fixed thresholds, asked at every tick. */

import { chanceOf, seedOf } from './chance.js';
import type { Batch } from './rollouts.js';
import { createWorld, previousLabel, testedLabel, ticks } from './world.js';

interface Arms {
  readonly newRequests: number;
  readonly newErrors: number;
  readonly oldRequests: number;
  readonly oldErrors: number;
}

interface Rule {
  readonly name: string;
  readonly holds: (tick: Arms) => boolean;
  /** Ticks in a row. */
  readonly ticks: number;
}

const rateOfNew = ({ newErrors, newRequests }: Arms) => newErrors / newRequests;
const exceeds = (arms: Arms, times: number) =>
  arms.oldRequests > 0 && rateOfNew(arms) > (times * arms.oldErrors) / arms.oldRequests;

export const naiveRules: readonly Rule[] = [
  { name: '“new > 1 %”, once', ticks: 1, holds: (arms) => rateOfNew(arms) > 0.01 },
  { name: '“new > 1.5× old”, once', ticks: 1, holds: (arms) => exceeds(arms, 1.5) },
  {
    name: '“new > 2× old”, 3 in a row, ≥ 3 errors',
    ticks: 3,
    holds: (arms) => arms.newErrors >= 3 && exceeds(arms, 2),
  },
];

/** Percent of rollouts that a rule rolls back. */
export function naivePercent(rule: Rule, { conditions, cell, rollouts }: Batch): number {
  let rolledBack = 0;
  for (let rollout = 0; rollout < rollouts; rollout += 1) {
    const world = createWorld(conditions, chanceOf(seedOf(cell, rollout)));
    let before = sumOf(world.pass(0));
    for (let tick = 1, row = 0; tick <= ticks && row < rule.ticks; tick += 1) {
      const sums = sumOf(world.pass(tick));
      const arms = difference(sums, before);
      before = sums;
      row = arms.newRequests > 0 && rule.holds(arms) ? row + 1 : 0;
      if (row === rule.ticks) rolledBack += 1;
    }
  }
  return (100 * rolledBack) / rollouts;
}

function sumOf(nodes: ReturnType<ReturnType<typeof createWorld>['pass']>): Arms {
  const of = (label: string, member: 'requests' | 'errors') =>
    nodes.reduce((sum, { counters }) => sum + (counters[label]?.[member] ?? 0), 0);
  return {
    newRequests: of(testedLabel, 'requests'),
    newErrors: of(testedLabel, 'errors'),
    oldRequests: of(previousLabel, 'requests'),
    oldErrors: of(previousLabel, 'errors'),
  };
}

const difference = (now: Arms, before: Arms): Arms => ({
  newRequests: now.newRequests - before.newRequests,
  newErrors: now.newErrors - before.newErrors,
  oldRequests: now.oldRequests - before.oldRequests,
  oldErrors: now.oldErrors - before.oldErrors,
});
