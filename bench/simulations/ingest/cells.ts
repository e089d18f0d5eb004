/** The tables of docs/scale.md. */

import { type Bill, billOf } from '../../../core/cost/bill.js';
import { type LimitName, nodesWithin } from '../../../core/cost/limits.js';
import { type FleetPlan, fleetPlanSchema } from '../../../core/cost/plan.js';
import { ratesOf } from '../../../core/cost/rates.js';
import { partitionsMax } from '../../../core/routing/partitions.js';
import { round } from '../../figures.js';

export interface Cells {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export const sizes = [20, 1_000, 10_000, 100_000, 1_000_000] as const;
const relayNodes = 100;

/** As `routing: { partitions }` should say for a fleet of this size: 64 a node. */
export const partitionsFor = (nodes: number): number => Math.min(partitionsMax, Math.max(1_024, 64 * nodes));

const unrouted = (nodes: number): FleetPlan => fleetPlanSchema.parse({ nodes });
const routed = (nodes: number): FleetPlan =>
  fleetPlanSchema.parse({ nodes, routing: { partitions: partitionsFor(nodes) } });
const relayed = (nodes: number): FleetPlan =>
  fleetPlanSchema.parse({
    nodes,
    nodesPerRelay: Math.min(relayNodes, nodes),
    routing: { partitions: partitionsFor(nodes) },
  });

const whole = (value: number): string => value.toLocaleString('en');
const bySize = (rowOf: (nodes: number) => readonly number[]): Cells['rows'] =>
  sizes.map((nodes) => [whole(nodes), ...rowOf(nodes).map(round)]);

/** Each second, without routing. */
export const ingestCells = (): Cells => ({
  columns: [
    'nodes',
    'records',
    'shards',
    'batches',
    'record writes',
    'liveness writes',
    'write units',
    'one write a report, units',
    'concurrency',
  ],
  rows: bySize((nodes) => {
    const rates = ratesOf(unrouted(nodes));
    return [
      rates.records,
      rates.shards,
      rates.batches,
      rates.recordWrites,
      rates.livenessWrites,
      rates.ingestWriteUnits,
      rates.records,
      rates.recordLoadConcurrency,
    ];
  }),
});

/** Each second, what routing adds. */
export const routingCells = (): Cells => ({
  columns: [
    'nodes',
    'partitions',
    'write units',
    'read units of functions',
    'of heads',
    'of changes',
    'units for all of it',
    'concurrency',
  ],
  rows: bySize((nodes) => {
    const [rates, without] = [ratesOf(routed(nodes)), ratesOf(unrouted(nodes))];
    return [
      partitionsFor(nodes),
      rates.routingWriteUnits + rates.ingestWriteUnits - without.ingestWriteUnits,
      rates.functionReadUnits,
      rates.headReadUnits,
      rates.tableReadUnits,
      rates.unitsPerTable,
      rates.assignConcurrency,
    ];
  }),
});

/** Dollars a month. */
export const billCells = (): Cells => ({
  columns: [
    'nodes',
    'AppConfig',
    'Kinesis',
    'DynamoDB',
    'Lambda',
    'CloudWatch',
    'in all',
    'a node',
    'routed',
    'a node',
    'routed, by relays',
    'a node',
  ],
  rows: bySize((nodes) => {
    const bill = billOf(unrouted(nodes));
    const totals = [routed, relayed].map((planFor) => billOf(planFor(nodes)));
    return [...services(bill), ...totals.flatMap(({ total, perNode }) => [total, perNode])];
  }),
});

const services = ({ appConfig, kinesis, dynamoDb, lambda, cloudWatch, total, perNode }: Bill) => [
  appConfig,
  kinesis,
  dynamoDb,
  lambda,
  cloudWatch,
  total,
  perNode,
];

/** What each limit is, and what replaces the step that meets it. */
const limitWords: Readonly<Record<LimitName, readonly [what: string, then: string]>> = {
  'table-fetches': [
    'all of table and roster, fetched by all nodes within one read, from one partition of DynamoDB (3,000 units a second): a fleet that starts at once',
    'fewer partitions; then tables in S3',
  ],
  'change-fetches': [
    'what changed, fetched by all nodes within one read, where 9 % of all partitions moved and as much of the roster',
    'fewer partitions; then changes under partition keys of their own',
  ],
  'deployed-shards': [
    'the one shard that is deployed (1,000 records a second, a quarter kept free)',
    '`shardCount` in `infra/stacks/data-stack.ts`',
  ],
  'head-reads': [
    'reads of the head item (3,000 consistent units a second)',
    'relays that hand on when their read began; or copies of the head (below)',
  ],
  'run-in-turn': ['a run of assign-partitions within its turn of 4 s', 'longer turns'],
  'record-partitions': [
    'writes of records over four partition keys (1,000 units a second each)',
    '`nodeShardCount` in `core/names.ts`',
  ],
  'run-at-all': ['a run of assign-partitions at all (20 s)', 'clusters that are cells of a larger fleet'],
  'account-shards': [
    'shards of an account (500, until AWS is asked)',
    'relays, which put many reports in a record',
  ],
};

/** At how many nodes, with and without routing, and by relays. */
export function limitCells(): Cells {
  const names = Object.keys(limitWords) as LimitName[];
  const found = (name: LimitName, planFor: (nodes: number) => FleetPlan): string => {
    const nodes = nodesWithin(name, planFor);
    return nodes === undefined ? '–' : whole(nodes);
  };
  return {
    columns: ['limit', 'nodes', 'with routing', 'and relays', 'what replaces the step'],
    rows: names.map((name) => {
      const [what, then] = limitWords[name];
      return [what, found(name, unrouted), found(name, routed), found(name, relayed), then];
    }),
  };
}

/** What the arithmetic is held against. */
export const checked = [
  'records',
  'batches',
  'recordWrites',
  'livenessWrites',
  'ingestWriteUnits',
  'recordLoadConcurrency',
] as const;
