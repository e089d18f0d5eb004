/** The arithmetic beside the simulation. */

import { fleetPlanSchema } from '../../../core/cost/plan.js';
import { type Rates, ratesOf } from '../../../core/cost/rates.js';
import { round } from '../../figures.js';
import { type Cells, checked, partitionsFor } from './cells.js';
import { type Ingest, simulateIngest } from './simulate.js';

export interface Check {
  readonly nodes: number;
  readonly reckoned: Pick<Rates, (typeof checked)[number]>;
  /** Each second. */
  readonly simulated: Pick<Rates, (typeof checked)[number]> & { readonly recordReadUnits: number };
}

export interface Checked {
  readonly nodes: number;
  readonly durationMs: number;
  readonly containers: number;
  readonly seed: number;
}

/** A steady fleet that routes: versions on their way are the arithmetic's own assumption. */
export async function check({ nodes, durationMs, containers, seed }: Checked): Promise<Check> {
  const partitions = partitionsFor(nodes);
  const plan = fleetPlanSchema.parse({ nodes, changesPerDay: 0, routing: { partitions } });
  const reckoned = ratesOf(plan);
  const found = await simulateIngest({
    seed,
    nodes,
    shards: reckoned.shards,
    containers,
    newsPerNodeHour: plan.newsPerNodeHour,
    partitionsPerNode: Math.round(partitions / nodes),
    durationMs,
  });
  return { nodes, reckoned, simulated: perSecond(found, durationMs) };
}

function perSecond(found: Ingest, durationMs: number): Check['simulated'] {
  const rate = (count: number) => (1_000 * count) / durationMs;
  return {
    records: rate(found.reports),
    batches: rate(found.batches),
    recordWrites: rate(found.records),
    livenessWrites: rate(found.liveness),
    ingestWriteUnits: rate(found.recordUnits + found.livenessUnits),
    recordLoadConcurrency: found.concurrency,
    recordReadUnits: rate(found.recordReadUnits),
  };
}

const words: Readonly<Record<(typeof checked)[number], string>> = {
  records: 'records',
  batches: 'batches',
  recordWrites: 'record writes',
  livenessWrites: 'liveness writes',
  ingestWriteUnits: 'write units',
  recordLoadConcurrency: 'concurrency',
};

export const checkCells = (checks: readonly Check[]): Cells => ({
  columns: ['reckoned / simulated', ...checked.map((name) => words[name])],
  rows: checks.map(({ nodes, reckoned, simulated }) => [
    nodes.toLocaleString('en'),
    ...checked.map((name) => `${round(reckoned[name])} / ${round(simulated[name])}`),
  ]),
});
