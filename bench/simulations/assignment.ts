/**
 * Simulates routers and the assignment of partitions (`core/routing`, `core/assignment`) beside what is usually done, and beside
 * oracles: `node --import tsx bench/simulations/assignment.ts [--seeds 5] [--first 1] [PART …]`, where a part is theory, chaos,
 * scenarios, distributions, capacity, sizes or figures. The same seeds print the same tables, but for the times in `figures`.
 */

import { parseArgs } from 'node:util';
import { describeGoal, isMet } from '../goals.js';
import {
  type Cells,
  capacityCells,
  chaosCells,
  distributionCells,
  type Seeds,
  scenarioCells,
  sizeCells,
  theoryCells,
} from './assignment/cells.js';
import { figureCells } from './assignment/figures.js';

const parts: Readonly<Record<string, (seeds: Seeds) => Cells>> = {
  theory: theoryCells,
  chaos: chaosCells,
  scenarios: scenarioCells,
  distributions: (seeds) => distributionCells(fewer(seeds, 3)),
  capacity: (seeds) => capacityCells(fewer(seeds, 2)),
  sizes: (seeds) => sizeCells(fewer(seeds, 1), [20, 100, 1_000]),
  figures: figureCells,
};

const { values, positionals } = parseArgs({
  options: { seeds: { type: 'string', default: '5' }, first: { type: 'string', default: '1' } },
  allowPositionals: true,
});
const seeds = { first: Number(values.first), count: Number(values.seeds) };
const unknown = positionals.filter((part) => !Object.hasOwn(parts, part));

if (
  unknown.length > 0 ||
  !Number.isInteger(seeds.first) ||
  !(Number.isInteger(seeds.count) && seeds.count > 0)
) {
  console.error(`Use [--seeds COUNT] [--first SEED] ${Object.keys(parts).join(' | ')}.`);
  process.exitCode = 2;
} else {
  run();
}

function run(): void {
  const goals = Object.entries(parts).flatMap(([name, measure]) => {
    if (positionals.length > 0 && !positionals.includes(name)) return [];
    const startedMs = performance.now();
    const cells = measure(seeds);
    console.log(`${render(cells)}\n`);
    console.error(`${name} took ${Math.round((performance.now() - startedMs) / 1000)} s`);
    return cells.goals;
  });
  console.log(`${goals.filter(isMet).length} of ${goals.length} goals are met.`);
  for (const goal of goals) console.log(`* ${describeGoal(goal)}`);
}

function fewer({ first, count }: Seeds, most: number): Seeds {
  return { first, count: Math.min(count, most) };
}

function render({ columns, rows }: Cells): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [
    line(columns),
    line(columns.map((_, index) => (index === 0 ? '---' : '---:'))),
    ...rows.map(line),
  ].join('\n');
}
