/** What of AWS, or of ours, a fleet comes up against, and at how many nodes. */

import { assignmentSettingsSchema } from '../assignment/settings.js';
import { nodeShardCount } from '../names.js';
import { type Design, design, type FleetPlan } from './plan.js';
import { type Rates, ratesOf } from './rates.js';
import { tablesOf } from './tables.js';

/** DynamoDB: what one partition of a table gives a second, whatever is paid. */
const partitionReadUnits = 3_000;
const partitionWriteUnits = 1_000;

/** Kinesis: shards of an account, until AWS is asked for more. */
const accountShards = 500;
/** The stream `load` as it is deployed: one number in infra/stacks/data-stack.ts. */
export const deployedShards = 1;
/** assign-partitions gives a cluster up after this. */
export const runMaxSeconds = 20;

export type LimitName =
  | 'deployed-shards'
  | 'record-partitions'
  | 'head-reads'
  | 'change-fetches'
  | 'table-fetches'
  | 'run-in-turn'
  | 'run-at-all'
  | 'account-shards';

interface Limit {
  readonly name: LimitName;
  readonly limit: number;
  readonly used: (rates: Rates, plan: FleetPlan, pace: Design) => number;
}

const runSeconds = (_: Rates, { nodes, routing }: FleetPlan, { assign }: Design): number =>
  routing ? (assign.perInvocationMs + assign.perItemMs * nodes) / 1_000 : 0;

/** Where a generation moves as much as it may, and the roster changes by as much. */
function changesUnitsAtMost(plan: FleetPlan, pace: Design): number {
  if (!plan.routing) return 0;
  const movedShare = assignmentSettingsSchema.parse({}).budgetShare;
  const { table, roster } = tablesOf(plan, { ...plan.routing, movedShare }, pace);
  return table.changesReadUnits + roster.changesReadUnits;
}

const limits: readonly Limit[] = [
  { name: 'deployed-shards', limit: deployedShards, used: ({ shards }) => shards },
  {
    name: 'record-partitions',
    limit: partitionWriteUnits,
    used: ({ ingestWriteUnits }) => ingestWriteUnits / nodeShardCount,
  },
  { name: 'head-reads', limit: partitionReadUnits, used: ({ headReadUnits }) => headReadUnits },
  {
    // All items of a cluster are under the head's partition key, and every node fetches what is new within one interval.
    name: 'change-fetches',
    limit: partitionReadUnits,
    used: ({ headReadUnits }, plan, pace) => headReadUnits * (1 + changesUnitsAtMost(plan, pace)),
  },
  {
    name: 'table-fetches',
    limit: partitionReadUnits,
    used: ({ headReadUnits, unitsPerTable }) => headReadUnits * (1 + unitsPerTable),
  },
  { name: 'run-in-turn', limit: design.turnEveryMs / 1_000, used: runSeconds },
  { name: 'run-at-all', limit: runMaxSeconds, used: runSeconds },
  { name: 'account-shards', limit: accountShards, used: ({ shards }) => shards },
];

export interface Headroom {
  readonly name: LimitName;
  readonly used: number;
  readonly limit: number;
}

/** How far a fleet is from each limit, in the limit's own unit. */
export function headroomOf(plan: FleetPlan, pace: Design = design): readonly Headroom[] {
  const rates = ratesOf(plan, pace);
  return limits.map(({ name, limit, used }) => ({ name, limit, used: used(rates, plan, pace) }));
}

const nodesMax = 10_000_000;

/** The most nodes that stay within a limit, all else alike; undefined where ten million do. @param planFor a fleet of so many nodes. */
export function nodesWithin(name: LimitName, planFor: (nodes: number) => FleetPlan): number | undefined {
  const isWithin = (nodes: number) =>
    headroomOf(planFor(nodes)).every((each) => each.name !== name || each.used <= each.limit);
  if (isWithin(nodesMax)) return undefined;
  let [within, beyond] = [0, nodesMax];
  while (beyond - within > 1) {
    const between = Math.floor((within + beyond) / 2);
    if (isWithin(between)) within = between;
    else beyond = between;
  }
  return within;
}
