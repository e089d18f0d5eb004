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
export const defaultHalfLifeMs = 20_000;

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

/** Work that was done, and how long the node was busy with it. */
export interface Done {
  readonly units: number;
  readonly busyMs: number;
}

/** What a node gets done while it works: an average that starts anew when the node has plainly changed. */
export interface Pace extends Done {
  /** What was done since it looks as if the node had become slower, or faster; absent while nothing speaks for it. */
  readonly slower?: Drift;
  readonly faster?: Drift;
}

interface Drift extends Done {
  /** Logarithm of how much likelier all of it is at the other pace. */
  readonly evidence: number;
}

/** Of what was measured before, this much still counts after another report. */
const kept = 0.9;
/** What a node says it can do counts as much as this many measured units. */
const declaredUnits = 20;
/** The other pace that is held against the present one: half as fast, or twice. */
const otherPace = 2;
/** With this much evidence it is a change and no chance (e¹⁰ to 1); fewer units than the least say little. */
const [evidenceEnough, driftUnitsMin] = [10, 5];

export const unmeasured: Pace = { units: 0, busyMs: 0 };

/** @param capacity what the node says it can do, in work units a second. */
export const declaredPace = (capacity: number): Pace => ({
  units: declaredUnits,
  busyMs: (1_000 * declaredUnits) / capacity,
});

/**
 * Adds what a node got done since its last report. Whether it has changed is Page's cumulative sum: evidence is gathered over
 * reports for as long as it speaks for a change, so that a slow node, of which each report tells little, is found out too.
 */
export function addPace(pace: Pace, done: Done): Pace {
  if (done.units === 0 || done.busyMs === 0) return pace;
  const slower = drifted(pace, done, { before: pace.slower, factor: 1 / otherPace });
  const faster = drifted(pace, done, { before: pace.faster, factor: otherPace });
  for (const drift of [slower, faster])
    if (drift && isPlain(drift)) return { units: drift.units, busyMs: drift.busyMs };
  return {
    units: kept * pace.units + done.units,
    busyMs: kept * pace.busyMs + done.busyMs,
    ...(slower && { slower }),
    ...(faster && { faster }),
  };
}

/** Work units a second. */
export const unitsPerSecond = ({ units, busyMs }: Pace): number => (1_000 * units) / busyMs;

/** What waits is to be done within this time, or new work must go elsewhere. */
const catchUpMs = 10_000;
/**
 * Units that wait by chance alone: of n the probability is the load's n-th power, at most, whatever a node can do and however much
 * at once. What waits beyond is a backlog, to be done within its own time besides.
 */
const [usualUnits, backlogMs] = [15, 2_000];

/**
 * The load a node reports: what it was offered, shed work included, and what is waiting, by what it can do.
 * @param about work units offered in a time, and work units waiting at its end.
 */
export function loadOf(
  pace: Pace,
  { offered, windowMs, waiting }: Readonly<Record<'offered' | 'windowMs' | 'waiting', number>>,
): number {
  const backlog = Math.max(0, waiting - usualUnits);
  const perMs = offered / windowMs + waiting / catchUpMs + backlog / backlogMs;
  return (1_000 * perMs) / unitsPerSecond(pace);
}

const isPlain = ({ evidence, units }: Drift): boolean => evidence > evidenceEnough && units >= driftUnitsMin;

/** Times of work vary as much as they last (the exponential's): n units in a time are rⁿe^(−(r−1)·expected) times as likely at r times the pace. */
function drifted(
  pace: Pace,
  done: Done,
  { before, factor }: { readonly before: Drift | undefined; readonly factor: number },
): Drift | undefined {
  if (pace.busyMs === 0) return undefined;
  const expectedUnits = (done.busyMs * pace.units) / pace.busyMs;
  const gained = done.units * Math.log(factor) - (factor - 1) * expectedUnits;
  const evidence = (before?.evidence ?? 0) + gained;
  if (evidence <= 0) return undefined;
  return {
    evidence,
    units: (before?.units ?? 0) + done.units,
    busyMs: (before?.busyMs ?? 0) + done.busyMs,
  };
}
