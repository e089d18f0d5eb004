/** What a run says of what it did: lines for people, counts for alarms, gauges for autoscalers. */

import { type NodeFacts, serving } from '../../core/assignment/rule/facts.js';
import {
  type Concern,
  describeConcern,
  describeMove,
  isForced,
  type Move,
} from '../../core/assignment/rule/moves.js';
import type { Decision } from '../../core/assignment/run/run.js';
import { arePartitionsFew } from '../../core/assignment/settings.js';
import { fleetLoad } from '../../core/fleet/fleet-load.js';
import { within } from '../within.js';
import type { AssignDeps } from './handler.js';
import type { Cluster, Outcome } from './run.js';
import { type AssignMetric, assignMetrics, fleetGauges } from './settings.js';

/** A line of a log holds 256 KB; the first moves tell why. */
const movesToldMax = 20;

const concernMetrics: Readonly<Record<Concern['kind'], AssignMetric>> = {
  panic: assignMetrics.panic,
  stuck: assignMetrics.stuck,
  nobody: assignMetrics.nobody,
  overfull: assignMetrics.overfull,
  'hot-partition': assignMetrics.hotPartition,
};

type Telling = Pick<AssignDeps, 'log' | 'measures'>;
type Done = Exclude<Outcome, { kind: 'lost' }>;

export function tellOutcome({ log, measures }: Telling, { name, settings }: Cluster, outcome: Outcome): void {
  measures.count(assignMetrics.lost, outcome.lost);
  // Somebody else was quicker each time, and did the work.
  measures.count(assignMetrics.evaluated, 1);
  if (outcome.kind === 'lost') log.info('others were quicker', { cluster: name });
  else tellDecision({ log, measures }, { name, settings }, outcome);
}

function tellDecision({ log, measures }: Telling, { name, settings }: Cluster, done: Done): void {
  const { decision, generation, partitions, isLost } = done;
  if (isLost) log.warn('what was in force was not there, and is made anew', { cluster: name, generation });
  if (partitions !== undefined)
    log.warn('the application declares another number of partitions than its table has, which stays', {
      cluster: name,
      partitions,
      declared: settings.partitions,
    });
  if (decision.table) tellGeneration({ log, measures }, { cluster: name, generation, moves: decision.moves });
  tellFew({ log, measures }, { name, settings }, done);
  for (const concern of decision.concerns) {
    measures.count(concernMetrics[concern.kind], 1);
    log.warn(describeConcern(concern), { cluster: name });
  }
}

/** Nothing is wrong yet, and nothing can be done at once: told with each generation, and counted always. */
function tellFew({ log, measures }: Telling, { name, settings }: Cluster, done: Done): void {
  const partitions = done.partitions ?? settings.partitions;
  const nodes = done.decision.nodes.filter(({ health }) => serving.has(health)).length;
  if (!arePartitionsFew(partitions, nodes)) return;
  measures.count(assignMetrics.partitionsFew, 1);
  if (done.decision.table)
    log.warn('partitions are too few for so many nodes', { cluster: name, partitions, nodes });
}

interface Generation {
  readonly cluster: string;
  readonly generation: number;
  readonly moves: readonly Move[];
}

/** One without moves names new lives of owners, or tells owners that nobody is waited for. */
function tellGeneration({ log, measures }: Telling, { cluster, generation, moves }: Generation): void {
  const forced = moves.filter(isForced).length;
  measures.count(assignMetrics.generations, 1);
  measures.count(assignMetrics.moves, moves.length);
  measures.count(assignMetrics.forced, forced);
  log.info('shared out', {
    cluster,
    generation,
    moves: moves.length,
    forced,
    told: moves.slice(0, movesToldMax).map(describeMove),
  });
}

interface Gauged extends Pick<Decision, 'nodes'> {
  /** Aborts when the run has to end. */
  readonly bound: AbortSignal;
}

/** A gauge that cannot be kept is told all the same: the next run begins anew. A run has not failed for want of it. */
export async function tellGauges(deps: AssignDeps, { name }: Cluster, { nodes, bound }: Gauged) {
  const there = nodes.filter(({ health }) => health !== 'silent' && health !== 'stopped');
  const silent = nodes.filter(({ health }) => health === 'silent').length;
  if (silent > 0 && there.length === 0) deps.gauges.emit(name, { ...unknown, [fleetGauges.silent]: silent });
  if (there.length === 0) return;
  try {
    await within(bound, emitGauges(deps, name, { nodes, there, silent }));
  } catch (error) {
    deps.log.error('could not tell the load', error, { cluster: name });
  }
}

const unknown = {
  [fleetGauges.load]: undefined,
  [fleetGauges.maxLoad]: undefined,
  [fleetGauges.nodes]: undefined,
};

interface Looked {
  readonly nodes: readonly NodeFacts[];
  readonly there: readonly NodeFacts[];
  readonly silent: number;
}

async function emitGauges(
  { fleetLoads, clock, gauges }: AssignDeps,
  name: string,
  { nodes, there, silent }: Looked,
): Promise<void> {
  const { value, state } = fleetLoad(await fleetLoads.read(name), { nodes, nowMs: clock() });
  gauges.emit(name, {
    [fleetGauges.load]: value,
    [fleetGauges.maxLoad]: there.reduce((most, { load }) => Math.max(most, load), 0),
    [fleetGauges.nodes]: there.length,
    [fleetGauges.silent]: silent,
  });
  if (state) await fleetLoads.write(name, state);
}
