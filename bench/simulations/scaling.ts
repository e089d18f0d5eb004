/**
 * Plays autoscalers on one service: `node --import tsx bench/simulations/scaling.ts [--seeds 10] [--first 1] [autoscalers | sizes]`.
 * The same seeds print the same tables.
 */

import { parseArgs } from 'node:util';
import { describeGoal } from '../goals.js';
import { renderTable } from '../report.js';
import { autoscalerCells, type Cells, type Seeds, sizeCells } from './scaling/cells.js';

const parts: Readonly<Record<string, (seeds: Seeds) => Cells>> = {
  autoscalers: autoscalerCells,
  sizes: sizeCells,
};

const { values, positionals } = parseArgs({
  options: { seeds: { type: 'string', default: '10' }, first: { type: 'string', default: '1' } },
  allowPositionals: true,
});
const seeds = { first: Number(values.first), count: Number(values.seeds) };
const isSound = Number.isInteger(seeds.first) && Number.isInteger(seeds.count) && seeds.count > 0;

if (isSound && positionals.every((part) => Object.hasOwn(parts, part))) run();
else {
  console.error(`Use [--seeds COUNT] [--first SEED] ${Object.keys(parts).join(' | ')}.`);
  process.exitCode = 2;
}

function run(): void {
  for (const [name, measure] of Object.entries(parts)) {
    if (positionals.length > 0 && !positionals.includes(name)) continue;
    const { goals, ...cells } = measure(seeds);
    console.log(`${renderTable(cells)}\n`);
    for (const goal of goals) console.log(`* ${describeGoal(goal)}`);
  }
}
