/** Many rollouts under the same conditions, each judged look by look as `functions/guard-rollout` would. */

import { judgeRollout } from '../../../core/guard/judge.js';
import { guardSettingsSchema } from '../../../core/guard/settings.js';
import type { GuardState } from '../../../core/guard/state.js';
import { plusMs } from '../../../core/time.js';
import { chanceOf, seedOf } from './chance.js';
import {
  type Conditions,
  createWorld,
  percentageAt,
  previousLabel,
  startedAtMs,
  testedLabel,
  tickMs,
  ticks,
} from './world.js';

const settings = guardSettingsSchema.parse({});

export interface Outcome {
  /** The tick of the rollback, counted from the first step. */
  readonly rolledBackAt?: number;
  /** When the first layer alone would have rolled back. */
  readonly firstLayerAt?: number;
  readonly warned: boolean;
}

export interface Batch {
  readonly conditions: Conditions;
  /** Tells this cell's rollouts from others'. */
  readonly cell: number;
  readonly rollouts: number;
}

export function simulate({ conditions, cell, rollouts }: Batch): Outcome[] {
  return Array.from({ length: rollouts }, (_, rollout) => simulateOne(conditions, seedOf(cell, rollout)));
}

function simulateOne(conditions: Conditions, seed: number): Outcome {
  const world = createWorld(conditions, chanceOf(seed));
  let previous: GuardState | undefined;
  let firstLayerAt: number | undefined;
  let warned = false;
  for (let tick = 0; tick <= ticks; tick += 1) {
    const { action, state, findings } = judgeRollout({
      deployment: deploymentAt(tick),
      nodes: world.pass(tick),
      settings,
      ...(previous && { previous }),
      lookedAtMs: plusMs(startedAtMs, (tick + 1) * tickMs),
    });
    previous = state;
    warned ||= action === 'warn';
    if (findings.some(({ test, level }) => test === 'peers' && (level === 'bad' || level === 'suspect')))
      firstLayerAt ??= tick;
    if (action === 'rollback')
      return { rolledBackAt: tick, warned, ...(firstLayerAt !== undefined && { firstLayerAt }) };
  }
  return { warned, ...(firstLayerAt !== undefined && { firstLayerAt }) };
}

function deploymentAt(tick: number) {
  const percentage = percentageAt(tick);
  return {
    number: 1,
    label: testedLabel,
    previousLabel,
    percentage,
    state: tick > ticks - 10 ? ('BAKING' as const) : ('DEPLOYING' as const),
    startedAtMs,
    isLastLook: tick === ticks,
  };
}

/** Percent of rollouts for which something holds. */
export const percentOf = (outcomes: readonly Outcome[], holds: (outcome: Outcome) => boolean): number =>
  (100 * outcomes.filter(holds).length) / outcomes.length;
