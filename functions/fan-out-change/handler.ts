/**
 * Tells every change, in order per profile, to whoever reads the stream `changes`. AppConfig's notifications wake it, and
 * so does a schedule, since notifications come late, twice, out of order or never. Runs may overlap and crash anywhere:
 * a consumer that drops the ids it has seen sees each log entry once, in order.
 */

import { formatCluster, formatProfile } from '../../core/addresses.js';
import { hasUntold } from '../../core/delivery/change-events.js';
import type { EnvironmentStore } from '../../core/delivery/deployments.js';
import type { RolloutRecords } from '../../core/delivery/rollout-records.js';
import type { Clock } from '../../core/time.js';
import type { Gauges } from '../gauges.js';
import type { Log } from '../log.js';
import type { Measures } from '../measures.js';
import type { Place, Places } from '../places.js';
import { type Emission, type EmitDeps, type Emitted, emitChanges } from './emit.js';
import { readHint } from './hint.js';
import { countsOf, isMonitored, isUnanswered } from './kinds.js';
import { type KnownLogs, readLogs } from './logs.js';
import { type ChangeGauge, type FanOutMetric, fanOutMetrics } from './settings.js';

export interface FanOutDeps extends EmitDeps {
  readonly places: Places;
  /** The store of one place. */
  readonly storeOf: (place: Place) => EnvironmentStore;
  readonly rollouts: Pick<RolloutRecords, 'read'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly measures: Measures<FanOutMetric>;
  readonly gauges: Gauges<ChangeGauge>;
}

/** @throws AggregateError when a place could not be told in full; the others were. Lambda, or the schedule, comes again. */
export function createHandler(deps: FanOutDeps) {
  const known = new Map<string, KnownLogs>();
  return async (event: unknown): Promise<void> => {
    const places = await deps.places.of(readHint(event));
    const told = await Promise.all(places.map((place) => tell(deps, place, logsOf(known, place))));
    report(deps, told);
    const failures = told.flatMap((each) => each.failures);
    if (failures.length > 0) throw new AggregateError(failures, 'not every change could be told');
  };
}

/** What came of one place. */
interface Told {
  readonly place: Place;
  readonly emitted: readonly Emitted[];
  readonly failures: readonly unknown[];
}

/** Tells one place; never throws. A profile that fails leaves the others of its place as they are. */
async function tell(deps: FanOutDeps, place: Place, known: KnownLogs): Promise<Told> {
  try {
    const emissions = await readEmissions(deps, place, known);
    const results = await Promise.allSettled(emissions.map((emission) => emitChanges(deps, emission)));
    return {
      place,
      emitted: results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : [])),
      failures: results.flatMap((result): unknown[] => (result.status === 'rejected' ? [result.reason] : [])),
    };
  } catch (error) {
    return { place, emitted: [], failures: [error] };
  }
}

/** What each profile's cursor has not seen. Cursors are read first: they must not know more than the logs at hand. */
async function readEmissions(deps: FanOutDeps, place: Place, known: KnownLogs): Promise<Emission[]> {
  const { application, environment } = place;
  const profiles = await Promise.all(
    place.profiles.map(async (profile) => {
      const where = { application, environment, profile };
      return { where, stored: await deps.cursors.read(formatProfile(where)) };
    }),
  );
  const settledThrough = Math.min(...profiles.map(({ stored }) => stored.cursor.settledThrough));
  const logs = await readLogs(deps.storeOf(place), settledThrough, known);
  const now = deps.clock();
  const emissions = profiles.map((profile) => ({ ...profile, logs, now }));
  const records = await readRecords(deps, place, emissions.flatMap(untold));
  return emissions.map((emission) => ({ ...emission, records }));
}

/** The profile's deployments that have something to tell. */
function untold({ where, stored, logs }: Omit<Emission, 'records'>): number[] {
  const { cursor } = stored;
  return logs.deployments
    .filter(
      (deployment) =>
        deployment.profile === where.profile &&
        deployment.number > cursor.settledThrough &&
        hasUntold(cursor, deployment),
    )
    .map(({ number }) => number);
}

/** An event tells what happened, with or without who and why in full: records that cannot be read hold nothing up. */
async function readRecords(
  { rollouts, log, measures }: FanOutDeps,
  place: Place,
  deployments: readonly number[],
): Promise<Emission['records']> {
  if (deployments.length === 0) return new Map();
  try {
    return await rollouts.read(formatCluster(place), deployments);
  } catch (error) {
    log.error('could not read records of rollouts', error, { place: formatCluster(place) });
    measures.count(fanOutMetrics.unrecorded, 1);
    return new Map();
  }
}

/** Logs are kept by id: a name may come back with other deployments behind it. */
function logsOf(known: Map<string, KnownLogs>, place: Place): KnownLogs {
  const key = `${place.applicationId}/${place.environmentId}`;
  const logs = known.get(key) ?? new Map();
  known.set(key, logs);
  return logs;
}

function report({ log, measures, gauges }: FanOutDeps, told: readonly Told[]): void {
  const emitted = told.flatMap((each) => each.emitted);
  const events = emitted.flatMap((each) => each.events);
  const put = events.length;
  const lost = emitted.reduce((total, each) => total + each.lost, 0);
  measures.count(fanOutMetrics.put, put);
  measures.count(fanOutMetrics.lost, lost);
  measures.count(fanOutMetrics.unanswered, events.filter(isUnanswered).length);
  measures.count(fanOutMetrics.monitorRollbacks, events.filter(isMonitored).length);
  for (const each of told)
    gauges.emit(formatCluster(each.place), countsOf(each.emitted.flatMap(({ events: of }) => of)));
  measures.count(fanOutMetrics.failed, told.filter((each) => each.failures.length > 0).length);
  measures.flush();
  for (const { place, failures } of told) {
    for (const failure of failures) log.error('could not tell', failure, { place: formatCluster(place) });
  }
  if (put > 0 || lost > 0) log.info('told', { put, lost });
}
