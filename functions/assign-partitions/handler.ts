/**
 * Shares out the work of clusters among their nodes. Runs are asked for by record-load, every few seconds while nodes report, and by
 * a schedule. They may overlap, come late and die anywhere: what is in force changes by one conditional write, or not.
 */

import * as z from 'zod';
import { formatCluster } from '../../core/addresses.js';
import type { FleetLoads } from '../../core/assignment/run/fleet-loads.js';
import type { AssignmentReader, Assignments } from '../../core/assignment/table/tables.js';
import { type Application, routingSettingsOf } from '../../core/profiles.js';
import type { Gauges } from '../gauges.js';
import type { Log } from '../log.js';
import type { Measures } from '../measures.js';
import { within } from '../within.js';
import { type Cluster, type ReadCluster, type RunDeps, runCluster } from './run.js';
import { type AssignMetric, assignMetrics, type FleetGauge } from './settings.js';
import { tellGauges, tellOutcome } from './tell.js';

/** A cluster whose tables do not answer holds up nothing but itself, and leaves time to say so before Lambda ends the run. */
const clusterTimeoutMs = 20_000;

/** Who asks names a cluster; the schedule asks for all. */
const eventSchema = z.union([
  z.object({ cluster: z.string().min(1) }),
  z.object({ every: z.literal('cluster') }),
]);

export interface AssignDeps extends RunDeps {
  readonly assignments: Assignments;
  readonly applications: readonly Application[];
  /** Addresses of those that are looked after here: an application's environments may be in several stages. */
  readonly clusters: readonly string[];
  readonly fleetLoads: FleetLoads;
  /** Aborts after so long. */
  readonly after: (durationMs: number) => AbortSignal;
  readonly log: Log;
  readonly measures: Measures<AssignMetric>;
  readonly gauges: Gauges<FleetGauge>;
}

/** @throws AggregateError when a cluster's run failed; the others were made. ZodError when the event is none of ours. */
export function createHandler(deps: AssignDeps) {
  const all = clustersOf(deps.applications).filter(({ name }) => deps.clusters.includes(name));
  const readers = new Readers(deps.assignments);
  return async (event: unknown): Promise<void> => {
    const asked = eventSchema.parse(event);
    if ('every' in asked) readers.forget();
    const clusters = 'every' in asked ? all : all.filter(({ name }) => name === asked.cluster);
    if (clusters.length === 0) deps.log.info('nothing to share out', asked);
    const failures = (await Promise.all(clusters.map((cluster) => run(deps, readers.with(cluster))))).flat();
    deps.measures.flush();
    if (failures.length > 0) throw new AggregateError(failures, 'not every cluster could be looked at');
  };
}

/**
 * What a container has read of tables and rosters stays with it, so that runs read heads. The schedule's, the net beneath, reads
 * everything anew: what somebody deleted is found within its minute.
 */
class Readers {
  readonly #assignments: Assignments;
  readonly #readers = new Map<string, AssignmentReader>();

  constructor(assignments: Assignments) {
    this.#assignments = assignments;
  }

  with(cluster: Cluster): ReadCluster {
    const reader = this.#readers.get(cluster.name) ?? this.#assignments.reader(cluster.name);
    this.#readers.set(cluster.name, reader);
    return { ...cluster, reader };
  }

  forget(): void {
    this.#readers.clear();
  }
}

/** Clusters of the applications that declare `routing`. */
const clustersOf = (applications: readonly Application[]): readonly Cluster[] =>
  applications.flatMap((application) => {
    const settings = routingSettingsOf(application);
    if (!settings) return [];
    return application.environments.map((environment) => ({
      name: formatCluster({ application: application.name, environment }),
      settings,
    }));
  });

/** Never throws: what went wrong, where something did. */
async function run(deps: AssignDeps, cluster: ReadCluster): Promise<readonly unknown[]> {
  try {
    const bound = deps.after(clusterTimeoutMs);
    const outcome = await within(bound, runCluster(deps, cluster));
    tellOutcome(deps, cluster, outcome);
    if (outcome.kind !== 'lost') await tellGauges(deps, cluster, { ...outcome.decision, bound });
    return [];
  } catch (error) {
    deps.measures.count(assignMetrics.failed, 1);
    deps.log.error('could not share out', error, { cluster: cluster.name });
    return [error];
  }
}
