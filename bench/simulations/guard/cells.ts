/** The tables: which conditions, how many rollouts of each, and what they should come to. */

import type { Goal } from '../../goals.js';
import { naivePercent, naiveRules } from './naive.js';
import { type Batch, type Outcome, percentOf, simulate } from './rollouts.js';
import { type Conditions, usualConditions } from './world.js';

export const fleets = [3, 6, 12, 40] as const;
export const harmlessMaxPercent = 1;
export const caughtMinPercent = [92, 100, 100, 100] as const;

/** What is not in the usual table, by name. */
export const disturbances: Readonly<Record<string, Partial<Conditions>>> = {
  'nodes restart (2 % a tick), drawing a new bucket': { restart: 0.02 },
  'a fifth of the reports late or lost': { missing: 0.2 },
  'nodes leave and join (2 % a tick)': { churn: 0.02 },
  'traffic and error rate swing by 80 %': { swing: 0.8 },
  'rates drift (σ 0.5, kept nine tenths)': { drift: 0.5 },
  'a node that is always 5× worse, first to apply': { sickAlways: 5 },
  'no past: all nodes began just now': { pastTicks: 0 },
  'base rate 0.01 %': { baseRate: 0.0001 },
  'base rate 1 %': { baseRate: 0.01 },
  'base rate 5 %': { baseRate: 0.05 },
  'begins to fail 6 ticks after applying': { lateOnsetTicks: 6 },
  'restarts, lost reports, churn, swing and drift at once': {
    restart: 0.01,
    missing: 0.1,
    churn: 0.01,
    swing: 0.5,
    drift: 0.3,
  },
};
/** Shown, and no goal: nothing in the counts tells it from a bad version while no second node has the version. */
export const confounded: Readonly<Record<string, Partial<Conditions>>> = {
  'the first node to apply turns 10× worse at the first step': { sickFromStart: 10 },
};

export interface Row {
  readonly name: string;
  readonly cells: readonly string[];
}

export interface Cells {
  readonly rows: readonly Row[];
  readonly goals: readonly Goal[];
}

const label = (nodes: number) => `${nodes} nodes`;
const percent = (value: number) => `${Math.round(value * 10) / 10} %`;
const isBack = ({ rolledBackAt }: Outcome) => rolledBackAt !== undefined;

/** The reference's table at one traffic: harmless, 3× and 10× (50× at little traffic), and the usual guards beside it. */
export function usualTable(requests: number, rollouts: number): Cells {
  const worse = requests >= 1_000 ? [3, 10] : [10, 50];
  const rows: Row[] = [];
  const goals: Goal[] = [];
  for (const timesWorse of [1, ...worse]) {
    const what = timesWorse === 1 ? 'harmless' : `${timesWorse}× worse`;
    const batches = fleets.map((nodes, index) =>
      batch({ nodes, requests, timesWorse }, { cell: index, rollouts }),
    );
    for (const rule of naiveRules)
      rows.push({
        name: `${what}: ${rule.name}`,
        cells: batches.map((each) => percent(naivePercent(rule, each))),
      });
    const outcomes = batches.map(simulate);
    rows.push({
      name: `${what}: layer 1 alone`,
      cells: outcomes.map((each) =>
        percent(percentOf(each, ({ firstLayerAt }) => firstLayerAt !== undefined)),
      ),
    });
    rows.push({ name: `**${what}: the guard**`, cells: outcomes.map(describe) });
    goals.push(...goalsOf(`${requests} requests, ${what}`, timesWorse, outcomes));
  }
  return { rows, goals };
}

/** A row per disturbance, harmless and 10× worse in the same cell. */
export function disturbanceTable(rollouts: number): Cells {
  const rows: Row[] = [];
  const goals: Goal[] = [];
  for (const [name, conditions] of Object.entries({ ...disturbances, ...confounded })) {
    const run = (timesWorse: number, count: number) =>
      fleets.map((nodes, index) =>
        simulate(batch({ ...conditions, nodes, timesWorse }, { cell: index, rollouts: count })),
      );
    const harmless = run(1, rollouts);
    const caught = run(10, Math.ceil(rollouts / 4));
    rows.push({
      name,
      cells: harmless.map(
        (each, index) => `${percent(percentOf(each, isBack))} · ${describe(caught[index] ?? [])}`,
      ),
    });
    if (!Object.hasOwn(confounded, name)) goals.push(...goalsOf(name, 1, harmless));
  }
  return { rows, goals };
}

function batch(conditions: Partial<Conditions>, { cell, rollouts }: Pick<Batch, 'cell' | 'rollouts'>): Batch {
  const all = { ...usualConditions, ...conditions };
  // Cells of one table draw their own chances.
  const offset = cell + 10 * all.timesWorse + 1_000 * all.requests;
  return { conditions: all, cell: offset, rollouts };
}

/** `98.5 % @ 4`: how many were rolled back, and the median tick of it. */
function describe(outcomes: readonly Outcome[]): string {
  const at = outcomes.flatMap(({ rolledBackAt }) => rolledBackAt ?? []).toSorted((a, b) => a - b);
  const median = at[Math.floor(at.length / 2)];
  return percent(percentOf(outcomes, isBack)) + (median === undefined ? '' : ` @ ${median}`);
}

function goalsOf(what: string, timesWorse: number, outcomes: readonly (readonly Outcome[])[]): Goal[] {
  return outcomes.flatMap((each, index): Goal[] => {
    const about = {
      what: `${what}, ${label(fleets[index] ?? 0)}`,
      found: percentOf(each, isBack),
      unit: ' %',
    };
    if (timesWorse === 1)
      return [{ ...about, what: `${about.what}: rolled back`, atMost: harmlessMaxPercent }];
    if (timesWorse !== 10 || !what.startsWith('1000 ')) return [];
    return [{ ...about, what: `${about.what}: caught`, atLeast: caughtMinPercent[index] ?? 100 }];
  });
}
