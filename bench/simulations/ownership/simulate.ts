/** Histories by chance, and what an end of a node costs in quiet times. */

import { type Conditions, usualConditions } from './conditions.js';
import { World } from './world.js';

export interface Outcome {
  /** What must never be, and was. */
  readonly violations: readonly string[];
  /** Times that a new owner began. */
  readonly successions: number;
  /** Writes with an older token than one before them. */
  readonly staleWrites: number;
}

/** One history; the same seed tells the same one. */
export function simulate(seed: number, conditions: Conditions = usualConditions): Outcome {
  const world = new World(conditions, seed);
  world.run(world.endMs);
  const { violations, successions, staleWrites } = world.audit;
  const unserved = world.unserved().map(() => 'a partition is not served in quiet times');
  return { violations: [...new Set([...violations, ...unserved])], successions, staleWrites };
}

/** `killed` without a word; `drained` and then ended. */
export type End = 'killed' | 'drained';

const [settledMs, lookEveryMs, quietMs] = [30_000, 20, 120_000];

/** How long some partition had no owner that admits work, after the end of a node that had one; Infinity: to the last. */
export function gapMs(seed: number, end: End): number {
  const world = new World({ ...usualConditions, chaosMs: 0, quietMs }, seed);
  world.run(settledMs + 4_000 * world.chance.uniform());
  const owner = world.table.slots[0]?.owners[0];
  const process = world.processes.find(({ life }) => life.node === owner);
  if (!process || world.unserved().length > 0) throw new Error('the fleet has not settled');
  if (end === 'killed') world.kill(process);
  else process.take((nowMs) => ({ kind: 'drain', nowMs }));
  let gap = 0;
  for (const toMs = world.nowMs + 60_000; world.nowMs < toMs; ) {
    world.run(world.nowMs + lookEveryMs);
    if (world.unserved().length > 0) gap += lookEveryMs;
  }
  return world.unserved().length === 0 ? gap : Number.POSITIVE_INFINITY;
}
