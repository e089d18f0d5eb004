/** One history: a service, what happens to it, and an autoscaler. The same seed gives the same history. */

import { chanceOf, seedOf } from '../guard/chance.js';
import type { Autoscaler } from './autoscalers.js';
import type { Disturbance } from './disturbances.js';
import { type Service, type Tally, tickMs, World } from './world.js';

/** What the fleet is sized for. */
const loadAtFirst = 0.65;
/** When something happens: the averages have settled, and a minute of CloudWatch has just begun or is nearly over. */
const [beginsMs, minuteMs] = [1_800_000, 60_000] as const;
/** Demand at one moment says much about the next: noise is forgotten over this time. */
const noiseMemoryMs = 30_000;

export interface Action {
  readonly atMs: number;
  readonly from: number;
  readonly to: number;
}

export interface Outcome extends Tally {
  readonly actions: readonly Action[];
  /** Actions against the one before, within an hour. */
  readonly reversals: number;
  readonly nodes: number;
}

const reversalMs = 3_600_000;

export function simulate(
  autoscaler: Autoscaler,
  { demand, durationMs, noise, events = [] }: Disturbance,
  service: Service,
): Outcome {
  const world = new World(service);
  const chance = chanceOf(seedOf(1, service.seed));
  const beginMs = beginsMs + tickMs * Math.floor((chance.uniform() * minuteMs) / tickMs);
  const sized = loadAtFirst * world.capacity(0);
  const kept = Math.exp(-tickMs / noiseMemoryMs);
  const actions: Action[] = [];
  let deviation = 0;
  for (let nowMs = 0; nowMs < durationMs; nowMs += tickMs) {
    for (const { sinceMs, happen } of events) if (beginMs + sinceMs === nowMs) happen(world, nowMs);
    deviation = kept * deviation + Math.sqrt(1 - kept ** 2) * noise * chance.normal();
    const from = world.desired;
    const asked = sized * demand(nowMs - beginMs) * Math.max(0, 1 + deviation);
    const to = autoscaler.look(world.tick(nowMs, asked));
    if (to === undefined || to === from) continue;
    actions.push({ atMs: nowMs, from, to });
    world.scaleTo(to, nowMs);
  }
  return { ...world.tally, actions, reversals: reversalsOf(actions), nodes: world.desired };
}

function reversalsOf(actions: readonly Action[]): number {
  return actions.filter((action, index) => {
    const before = actions[index - 1];
    if (!before || action.atMs - before.atMs > reversalMs) return false;
    return action.to > action.from !== before.to > before.from;
  }).length;
}
