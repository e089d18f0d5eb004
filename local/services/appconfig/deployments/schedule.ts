/**
 * When a rollout exposes how many percent. AWS's three public accounts of a linear strategy disagree, so the schedule is a
 * named choice. All of them expose the same percentages and last as long as the strategy's duration.
 */

/** The growth of a strategy. */
export interface Growth {
  readonly type: 'LINEAR' | 'EXPONENTIAL';
  /** Percent of the first step, 1 to 100. */
  readonly factorPercent: number;
  readonly durationMs: number;
}

/** One step: wait, then expose `percent`. */
interface Step {
  readonly afterMs: number;
  readonly percent: number;
}

export interface Schedule {
  readonly steps: readonly Step[];
  /** How long the last step is held before the bake starts. */
  readonly holdMs: number;
}

/**
 * - `traced`: the one full public trace (model, example of GetDeployment). With n steps the interval is duration/(n+1):
 *   nothing before the first interval is over, and 100 % is held for one more.
 * - `api-text`: the API reference. The first step comes at once, the others every duration/n.
 * - `guide-table`: the User Guide's table. 0 % at the start, a step every duration/n, 100 % at the very end.
 */
export type ScheduleName = 'traced' | 'api-text' | 'guide-table';

/** The instants of a rollout. A duration of 0 is one step of 100 % at once, whatever the growth. */
export function scheduleOf(growth: Growth, name: ScheduleName): Schedule {
  if (growth.durationMs === 0) return { steps: [{ afterMs: 0, percent: 100 }], holdMs: 0 };
  const percentages = percentagesOf(growth);
  const intervals = name === 'traced' ? percentages.length + 1 : percentages.length;
  const intervalMs = growth.durationMs / intervals;
  const steps = percentages.map((percent, index) => ({
    afterMs: name === 'api-text' && index === 0 ? 0 : intervalMs,
    percent,
  }));
  return { steps, holdMs: name === 'guide-table' ? 0 : intervalMs };
}

/**
 * The percentages a strategy exposes, rising, the last one 100. Linear: g, 2g, 3g …; exponential: g, 2g, 4g … (model,
 * `GrowthType`).
 */
export function percentagesOf(growth: Omit<Growth, 'durationMs'>): number[] {
  const percentages: number[] = [];
  for (let step = 0; (percentages.at(-1) ?? 0) < 100; step++) {
    const times = growth.type === 'LINEAR' ? step + 1 : 2 ** step;
    percentages.push(capped(growth.factorPercent * times));
  }
  return percentages;
}

/** Sums such as 7 × 14.285714… miss 100 by a rounding error; without this they would make a step of their own. */
const roundingPercent = 1e-6;

function capped(percent: number): number {
  return percent > 100 - roundingPercent ? 100 : percent;
}
