/** The tables of docs/scaling-policy.md. */

import type { Goal } from '../../goals.js';
import { autoscalers } from './autoscalers.js';
import { type Disturbance, disturbances } from './disturbances.js';
import { type Outcome, simulate } from './simulate.js';
import type { Service } from './world.js';

export interface Cells {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly goals: readonly Goal[];
}

export interface Seeds {
  readonly first: number;
  readonly count: number;
}

const ours = 'target tracking on FleetLoad';
const usual = { nodes: 40, spread: 0.15 };

const play = (autoscaler: string, disturbance: Disturbance, service: Service): Outcome => {
  const make = autoscalers[autoscaler];
  if (!make) throw new RangeError(`no autoscaler is called ${autoscaler}`);
  return simulate(make(), disturbance, service);
};

function outcomes(
  autoscaler: string,
  disturbance: Disturbance,
  { first, count, ...service }: Seeds & Omit<Service, 'seed'>,
): Outcome[] {
  return Array.from({ length: count }, (_, index) =>
    play(autoscaler, disturbance, { ...service, seed: first + index }),
  );
}

const mean = (found: readonly Outcome[], of: (outcome: Outcome) => number): number =>
  found.reduce((sum, outcome) => sum + of(outcome), 0) / found.length;
const most = (found: readonly Outcome[]): number =>
  found.reduce((count, { actions }) => Math.max(count, actions.length), 0);

/** Side by side: actions (the most), minutes over capacity, node-hours. */
export function autoscalerCells(seeds: Seeds): Cells {
  const names = Object.keys(autoscalers);
  const rows = disturbances.map((disturbance) => [
    disturbance.name,
    ...names.map((name) => {
      const found = outcomes(name, disturbance, { ...usual, ...seeds });
      const actions = mean(found, (outcome) => outcome.actions.length).toFixed(1);
      const over = mean(found, ({ overCapacityMs }) => overCapacityMs / 60_000).toFixed(1);
      const hours = Math.round(mean(found, ({ nodeMs }) => nodeMs / 3_600_000));
      return `${actions} (${most(found)}) · ${over} · ${hours}`;
    }),
  ]);
  return { columns: ['actions (most) · min over · node-hours', ...names], rows, goals: [] };
}

/** Fleets of other sizes: how often there were more actions than changes. */
export function sizeCells(seeds: Seeds): Cells {
  const fleets = [
    { nodes: 5, spread: 0.15 },
    { nodes: 15, spread: 0.15 },
    usual,
    { nodes: 150, spread: 0.15 },
    { nodes: 40, spread: 0.4 },
  ];
  const lasting = disturbances.filter(({ changes, noise }) => changes !== undefined && noise < 0.1);
  let [tooMany, histories] = [0, 0];
  const rows = lasting.map((disturbance) => [
    disturbance.name,
    ...fleets.map((fleet) => {
      const found = outcomes(ours, disturbance, { ...fleet, ...seeds });
      const busy = found.filter(({ actions }) => actions.length > (disturbance.changes ?? 0)).length;
      if (fleet === usual) [tooMany, histories] = [tooMany + busy, histories + found.length];
      return `${busy} of ${found.length}`;
    }),
  ]);
  const share = (100 * tooMany) / histories;
  return {
    columns: ['more actions than changes', '5 nodes', '15', '40', '150', '40, σ 0.4'],
    rows,
    goals: [
      {
        what: 'histories of 40 nodes with more than one action a change',
        found: share,
        unit: ' %',
        atMost: 1,
      },
    ],
  };
}
