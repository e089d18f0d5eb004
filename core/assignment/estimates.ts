/** What is measured of nodes and partitions, made steady enough to decide by and quick enough to see a change. */

/** Work that partitions brought, older work counting less. */
export interface WorkMeter {
  /** By partition: decayed sum of work units, as of `atMs`. */
  readonly sums: Float64Array;
  readonly atMs: Float64Array;
  readonly startedMs: number;
  readonly halfLifeMs: number;
}

/** Dicer's half-life is 10 s; twice that halves the moves that chance alone causes. */
const defaultHalfLifeMs = 20_000;

export const createWorkMeter = (
  partitions: number,
  startedMs: number,
  halfLifeMs: number = defaultHalfLifeMs,
): WorkMeter => ({
  sums: new Float64Array(partitions),
  atMs: new Float64Array(partitions).fill(startedMs),
  startedMs,
  halfLifeMs,
});

/** Adds what one report says of one partition; several nodes may report the same one. */
export function addWork(
  meter: WorkMeter,
  partition: number,
  { units, nowMs }: { readonly units: number; readonly nowMs: number },
): void {
  meter.sums[partition] = decayed(meter, partition, nowMs) + units;
  meter.atMs[partition] = nowMs;
}

/** Work units a second by partition; undefined while nothing has been measured at all. */
export function workOf(meter: WorkMeter, nowMs: number): readonly (number | undefined)[] {
  const elapsedMs = nowMs - meter.startedMs;
  // So much of the weight of an endless past has been seen.
  const seen = 1 - 2 ** (-elapsedMs / meter.halfLifeMs);
  const perSecond = (1_000 * Math.LN2) / meter.halfLifeMs / seen;
  return Array.from(meter.sums, (_, partition) =>
    elapsedMs > 0 ? decayed(meter, partition, nowMs) * perSecond : undefined,
  );
}

const decayed = ({ sums, atMs, halfLifeMs }: WorkMeter, partition: number, nowMs: number): number =>
  (sums[partition] ?? 0) * 2 ** (((atMs[partition] ?? nowMs) - nowMs) / halfLifeMs);

/** What a node gets done while it works: an average that starts anew when the node has plainly changed. */
export interface Pace {
  readonly units: number;
  readonly busyMs: number;
}

/** Of what was measured before, this much still counts after another report. */
const kept = 0.9;
/** What a node says it can do counts as much as this many measured units. */
const declaredUnits = 20;
/** So many standard deviations are a change and no chance; fewer units than the least say little. */
const [surprise, surpriseUnitsMin] = [3.5, 5];

export const unmeasured: Pace = { units: 0, busyMs: 0 };

/** @param capacity what the node says it can do, in work units a second. */
export const declaredPace = (capacity: number): Pace => ({
  units: declaredUnits,
  busyMs: (1_000 * declaredUnits) / capacity,
});

/** Adds what a node got done since its last report, and how long it was busy with it. */
export function addPace(pace: Pace, done: Pace): Pace {
  if (done.units === 0 || done.busyMs === 0) return pace;
  if (hasChanged(pace, done)) return done;
  return { units: kept * pace.units + done.units, busyMs: kept * pace.busyMs + done.busyMs };
}

/** Work units a second. */
export const unitsPerSecond = ({ units, busyMs }: Pace): number => (1_000 * units) / busyMs;

/** What waits is to be done within this time, or new work must go elsewhere. */
const catchUpMs = 10_000;

/**
 * The load a node reports: what it was offered, shed work included, and what is waiting, by what it can do.
 * @param about work units offered in a time, and work units waiting at its end.
 */
export function loadOf(
  pace: Pace,
  about: { readonly offered: number; readonly windowMs: number; readonly waiting: number },
): number {
  const perSecond = (1_000 * about.offered) / about.windowMs + (1_000 * about.waiting) / catchUpMs;
  return perSecond / unitsPerSecond(pace);
}

/** Times of work vary as much as they last (the exponential's), so the error of a sum of n is its share 1/√n. */
function hasChanged(pace: Pace, done: Pace): boolean {
  if (done.units < surpriseUnitsMin) return false;
  const expectedMs = (done.units * pace.busyMs) / pace.units;
  const deviation = Math.sqrt(1 / done.units + 1 / pace.units);
  return Math.abs(Math.log(done.busyMs / expectedMs)) > surprise * deviation;
}
