/**
 * Tells every change, in order per profile, to whoever reads the stream `changes`. AppConfig's notifications wake it, and
 * so does a schedule, since notifications come late, twice, out of order or never. Runs may overlap and crash anywhere:
 * a consumer that drops the ids it has seen sees each log entry once, in order.
 */

import { formatCluster, formatProfile } from '../../core/addresses.js';
import type { EnvironmentStore } from '../../core/deployments.js';
import type { Clock } from '../../core/time.js';
import type { Log } from '../log.js';
import type { Measures } from '../measures.js';
import { type EmitDeps, type Emitted, emitChanges } from './emit.js';
import { readHint } from './hint.js';
import { type KnownLogs, readLogs } from './logs.js';
import type { Place, Places } from './places.js';
import { type FanOutMetric, fanOutMetrics } from './settings.js';

export interface FanOutDeps extends EmitDeps {
  readonly places: Places;
  /** The store of one place. */
  readonly storeOf: (place: Place) => EnvironmentStore;
  readonly clock: Clock;
  readonly log: Log;
  readonly measures: Measures<FanOutMetric>;
}

/** @throws AggregateError when a place could not be told in full; the others were. Lambda, or the schedule, comes again. */
export function createHandler(deps: FanOutDeps) {
  const known = new Map<string, KnownLogs>();
  return async (event: unknown): Promise<void> => {
    const places = await deps.places.of(readHint(event));
    const told = await Promise.allSettled(places.map((place) => tell(deps, place, logsOf(known, place))));
    const failures = told.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
    report(
      deps,
      told.flatMap((result) => (result.status === 'fulfilled' ? result.value : [])),
      failures,
    );
    if (failures.length > 0) throw new AggregateError(failures, 'not every change could be told');
  };
}

/** Tells one place. Cursors are read before the logs, so that a cursor never knows more than the logs at hand. */
async function tell(deps: FanOutDeps, place: Place, known: KnownLogs): Promise<Emitted[]> {
  const profiles = await Promise.all(
    place.profiles.map(async (profile) => {
      const { application, environment } = place;
      const where = { application, environment, profile };
      return { where, stored: await deps.cursors.read(formatProfile(where)) };
    }),
  );
  const settledThrough = Math.min(...profiles.map(({ stored }) => stored.cursor.settledThrough));
  const logs = await readLogs(deps.storeOf(place), settledThrough, known);
  const now = deps.clock();
  const told = await Promise.allSettled(
    profiles.map((profile) => emitChanges(deps, { ...profile, logs, now })),
  );
  const failures = told.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
  if (failures.length > 0)
    throw new AggregateError(failures, `${formatCluster(place)} could not be told in full`);
  return told.flatMap((result) => (result.status === 'fulfilled' ? result.value : []));
}

/** Logs are kept by id: a name may come back with other deployments behind it. */
function logsOf(known: Map<string, KnownLogs>, place: Place): KnownLogs {
  const key = `${place.applicationId}/${place.environmentId}`;
  const logs = known.get(key) ?? new Map();
  known.set(key, logs);
  return logs;
}

function report({ log, measures }: FanOutDeps, told: readonly Emitted[], failures: readonly unknown[]): void {
  const put = told.reduce((total, item) => total + item.put, 0);
  const lost = told.reduce((total, item) => total + item.lost, 0);
  measures.count(fanOutMetrics.put, put);
  measures.count(fanOutMetrics.lost, lost);
  measures.count(fanOutMetrics.failed, failures.length);
  measures.flush();
  for (const failure of failures) log.error('could not tell every change', failure);
  if (put > 0 || lost > 0) log.info('told', { put, lost });
}
