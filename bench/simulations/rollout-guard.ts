/**
 * Simulates rollouts under the guard (`core/guard/judge.ts`) and prints how often it rolls back harmless and harmful ones:
 * `node --import tsx bench/simulations/rollout-guard.ts [--seeds 400]`. The same number of seeds prints the same tables.
 */

import { parseArgs } from 'node:util';
import { describeGoal, isMet } from '../goals.js';
import { type Cells, disturbanceTable, fleets, type Row, usualTable } from './guard/cells.js';

const { values } = parseArgs({ options: { seeds: { type: 'string', default: '400' } } });
const seeds = Number(values.seeds);

if (Number.isInteger(seeds) && seeds > 0) {
  run();
} else {
  console.error(`--seeds must be a whole number above 0, not ${values.seeds}.`);
  process.exitCode = 2;
}

function run(): void {
  const startedMs = performance.now();
  const tables: [about: string, cells: Cells][] = [
    [`1,000 requests per node and tick, ${seeds} rollouts a cell`, usualTable(1_000, seeds)],
    [`100 requests per node and tick, ${seeds} rollouts a cell`, usualTable(100, seeds)],
    [
      `Disturbed (${Math.ceil(seeds / 2)} harmless rollouts a cell · 10× worse, a quarter as many)`,
      disturbanceTable(Math.ceil(seeds / 2)),
    ],
  ];
  for (const [about, { rows }] of tables) console.log(`${about}\n\n${render(rows)}\n`);
  const goals = tables.flatMap(([, cells]) => cells.goals);
  const missed = goals.filter((goal) => !isMet(goal));
  console.log(`${goals.length - missed.length} of ${goals.length} goals are met.`);
  for (const goal of goals) console.log(`* ${describeGoal(goal)}`);
  console.error(`took ${Math.round((performance.now() - startedMs) / 1000)} s`);
}

/** Percent rolled back, and behind `@` the median tick of it, counted from the first step. */
function render(rows: readonly Row[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [
    line(['', ...fleets.map((nodes) => `${nodes} nodes`)]),
    line(['---', ...fleets.map(() => '---:')]),
    ...rows.map(({ name, cells }) => line([name, ...cells])),
  ].join('\n');
}
