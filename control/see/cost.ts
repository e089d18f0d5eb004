/** What a fleet costs a month: as it is, as it would be, or one that is only thought of. */

import { type ClusterAddress, formatCluster } from '../../core/addresses.js';
import { type Bill, billOf } from '../../core/cost/bill.js';
import { fleetPlanSchema } from '../../core/cost/plan.js';
import { prices } from '../../core/cost/prices.js';
import { type Term, termsOf } from '../../core/cost/terms.js';
import type { DeploymentSummary } from '../../core/delivery/deployments.js';
import { UsageError } from '../../core/errors.js';
import { liveNodes } from '../../core/fleet/liveness.js';
import type { EpochMs } from '../../core/time.js';
import type { Cloud } from '../cloud.js';
import { readTable } from '../fleet/assignment.js';
import { Blindness } from './blindness.js';

/** What a person may say of the fleet; the rest is looked up, or assumed. */
export interface FleetSaid {
  readonly nodes?: number | undefined;
  readonly profiles?: number | undefined;
  readonly pollIntervalMs?: number | undefined;
  readonly reportIntervalMs?: number | undefined;
  readonly changesPerDay?: number | undefined;
  readonly partitions?: number | undefined;
}

/** `given`: by who asks. `measured`: of the fleet as it is. `assumed`: as clients do unless they are told otherwise. */
export type Source = 'given' | 'measured' | 'assumed';

export interface Input {
  readonly name: keyof FleetSaid;
  /** Absent: there are none. */
  readonly value?: number;
  readonly source: Source;
}

export interface Cost {
  /** Absent where AWS was not asked. */
  readonly target?: string;
  readonly cluster?: string;
  readonly inputs: readonly Input[];
  readonly bill: Bill;
  /** What the bill is the sum of. */
  readonly terms: readonly Term[];
  /** A version more, once: what AppConfig asks for its delivery to all nodes. US dollars. */
  readonly perVersionUsd: number;
  readonly prices: { readonly region: string; readonly asOf: string; readonly sources: readonly string[] };
  /** What could not be read, for people. */
  readonly blind: readonly string[];
}

export interface CostQuestion {
  /** Absent: nothing is looked up. */
  readonly cluster?: ClusterAddress | undefined;
  readonly said: FleetSaid;
}

/** @throws UsageError when nobody says how many nodes there are. */
export async function cost(cloud: () => Promise<Cloud>, { cluster, said }: CostQuestion): Promise<Cost> {
  const found = cluster && (await measure(await cloud(), cluster));
  const inputs = inputsOf(said, found?.fleet ?? {});
  const plan = planOf(inputs, cluster);
  const { region, asOf, sources, appConfig } = prices;
  return {
    ...(found && cluster && { target: found.target, cluster: formatCluster(cluster) }),
    inputs,
    bill: billOf(plan),
    terms: termsOf(plan),
    perVersionUsd: plan.nodes * appConfig.perConfigurationReceived,
    prices: { region, asOf, sources },
    blind: found?.blind ?? [],
  };
}

const names = [
  'nodes',
  'profiles',
  'pollIntervalMs',
  'reportIntervalMs',
  'changesPerDay',
  'partitions',
] as const satisfies readonly (keyof FleetSaid)[];

function inputsOf(said: FleetSaid, measured: FleetSaid): readonly Input[] {
  const assumed: FleetSaid = fleetPlanSchema.parse({ nodes: 1 });
  return names.map((name): Input => {
    const given = said[name];
    if (given !== undefined) return { name, value: given, source: 'given' };
    const found = measured[name];
    if (found !== undefined) return { name, value: found, source: 'measured' };
    const value = name === 'nodes' ? undefined : assumed[name];
    return { name, ...(value !== undefined && { value }), source: 'assumed' };
  });
}

function planOf(inputs: readonly Input[], cluster: ClusterAddress | undefined) {
  const {
    partitions,
    nodes = 0,
    ...rest
  } = Object.fromEntries(
    inputs.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value]])),
  ) as FleetSaid;
  if (nodes === 0)
    throw new UsageError(cluster ? `No node of ${formatCluster(cluster)} is live` : 'Of how many nodes?', {
      hint: 'Say how many there will be (--nodes 200), or name an environment whose nodes report.',
    });
  const parsed = fleetPlanSchema.safeParse({
    nodes,
    ...rest,
    ...(partitions && { routing: { partitions } }),
  });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new UsageError(`${issue?.path.join('.')}: ${issue?.message}`, {
    hint: 'Add --help to see what it takes.',
  });
}

interface Measured {
  readonly target: string;
  readonly fleet: FleetSaid;
  readonly blind: readonly string[];
}

async function measure(cloud: Cloud, address: ClusterAddress): Promise<Measured> {
  const cluster = formatCluster(address);
  const blindness = new Blindness();
  const { store, profiles } = await cloud.environment(address);
  const [records, found, changesPerDay] = await Promise.all([
    blindness.orElse('the records of nodes', cloud.records.list(cluster), []),
    blindness.orElse('the assignment', readTable(cloud.assignment(address)), undefined),
    blindness.orElse('what was deployed', countChanges(store.deployments(), cloud.clock()), undefined),
  ]);
  const live = liveNodes(records, cloud.clock());
  const intervals = live.flatMap(({ reportIntervalMs = [] }) => reportIntervalMs);
  return {
    target: cloud.target,
    fleet: {
      ...(live.length > 0 && { nodes: live.length }),
      ...(profiles.length > 0 && { profiles: profiles.length }),
      ...(intervals.length > 0 && { reportIntervalMs: mean(intervals) }),
      ...(changesPerDay !== undefined && { changesPerDay: changesPerDay / Math.max(1, profiles.length) }),
      ...(found && { partitions: found.table.slots.length }),
    },
    blind: blindness.notes,
  };
}

const mean = (numbers: readonly number[]): number =>
  numbers.reduce((sum, number) => sum + number, 0) / numbers.length;

const dayMs = 86_400_000;
const weekDays = 7;

/** Deployments a day, of all profiles: of the last week, or since the first one where that was later. */
async function countChanges(newestFirst: AsyncIterable<DeploymentSummary>, now: EpochMs): Promise<number> {
  let [count, oldestMs] = [0, Number(now)];
  for await (const { startedAt } of newestFirst) {
    const startedMs = Date.parse(startedAt);
    if (now - startedMs > weekDays * dayMs) return count / weekDays;
    count += 1;
    oldestMs = startedMs;
  }
  return count / Math.max(1, (now - oldestMs) / dayMs);
}
