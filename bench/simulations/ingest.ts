/**
 * What a fleet asks of AWS, and costs: the tables of docs/scale.md. `node --import tsx bench/simulations/ingest.ts [--check]`; with
 * `--check` also the arithmetic beside a simulation of nodes, shards, batches and record-load itself.
 */

import { parseArgs } from 'node:util';
import { renderTable } from '../report.js';
import { billCells, ingestCells, limitCells, routingCells } from './ingest/cells.js';
import { check, checkCells } from './ingest/check.js';

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });

for (const cells of [ingestCells(), routingCells(), billCells(), limitCells()])
  console.log(`${renderTable(cells)}\n`);
if (values.check) await compare();

async function compare(): Promise<void> {
  const seed = 1;
  const steady = [
    await check({ seed, nodes: 20, durationMs: 1_800_000, containers: 1 }),
    await check({ seed, nodes: 1_000, durationMs: 240_000, containers: 1 }),
    await check({ seed, nodes: 10_000, durationMs: 60_000, containers: 1 }),
  ];
  console.log(`${renderTable(checkCells(steady))}\n`);
  const spread = await check({ seed, nodes: 10_000, durationMs: 60_000, containers: 3 });
  const [once, often] = [steady[2], spread].map((each) => Math.round(each?.simulated.recordReadUnits ?? 0));
  console.log(`10,000 nodes, read units of records a second: ${once} by one container, ${often} by three.`);
}
