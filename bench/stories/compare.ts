/** Two designs under the same load, in turn: before after before after …, so that a machine that slows down slows both. */

import { quantile } from '../figures.js';
import type { Outcome } from './load/plan.js';

/** What was measured at one point of a curve, by name. */
export type Sample<Name extends string> = Readonly<Record<Name, number>>;

export interface Row<Name extends string> {
  /** Where on the curve: requests a second, watches, nodes, … */
  readonly at: number;
  /** Medians of the rounds. */
  readonly median: Sample<Name>;
}

export interface Curves<Name extends string> {
  readonly before: readonly Row<Name>[];
  readonly after: readonly Row<Name>[];
}

export interface Design<Name extends string> {
  /** Where it is measured, upwards. */
  readonly at: readonly number[];
  /** The same round means the same requests for both designs. */
  readonly measure: (at: number, round: number) => Promise<Sample<Name>>;
}

/** Measures every point of both designs so often, point by point upwards, both designs in turn. */
export async function compareInTurn<Name extends string>(
  before: Design<Name>,
  after: Design<Name>,
  rounds: number,
): Promise<Curves<Name>> {
  const points = [...new Set([...before.at, ...after.at])].toSorted((a, b) => a - b);
  const found = { before: new Map<number, Sample<Name>[]>(), after: new Map<number, Sample<Name>[]>() };
  for (let round = 1; round <= rounds; round += 1) {
    for (const at of points) {
      if (before.at.includes(at)) keep(found.before, at, await before.measure(at, round));
      if (after.at.includes(at)) keep(found.after, at, await after.measure(at, round));
    }
  }
  return { before: rowsOf(found.before), after: rowsOf(found.after) };
}

function keep<Name extends string>(
  into: Map<number, Sample<Name>[]>,
  at: number,
  sample: Sample<Name>,
): void {
  into.set(at, [...(into.get(at) ?? []), sample]);
}

function rowsOf<Name extends string>(found: ReadonlyMap<number, readonly Sample<Name>[]>): Row<Name>[] {
  return [...found].map(([at, samples]) => ({ at, median: medianOf(samples) }));
}

function medianOf<Name extends string>(samples: readonly Sample<Name>[]): Sample<Name> {
  const names = Object.keys(samples[0] ?? {}) as Name[];
  const values = names.map(
    (name) =>
      [
        name,
        quantile(
          samples.map((sample) => sample[name]),
          0.5,
        ),
      ] as const,
  );
  return Object.fromEntries(values) as Record<Name, number>;
}

export type Answering = 'p50Ms' | 'p99Ms' | 'failedShare';

/** Where nothing was answered, an answer takes for ever. */
export function answeringOf({ all }: Pick<Outcome, 'all'>): Sample<Answering> {
  const { sent, answered, p50Ms, p99Ms } = all;
  return {
    p50Ms: p50Ms ?? Number.POSITIVE_INFINITY,
    p99Ms: p99Ms ?? Number.POSITIVE_INFINITY,
    failedShare: sent === 0 ? 0 : (sent - answered) / sent,
  };
}

export interface Bar {
  readonly p99Ms: number;
  readonly failedShare: number;
}

/** The highest point up to which every one keeps within the bar; 0 when the first does not. */
export function heldUpTo(rows: readonly Row<Answering>[], bar: Bar): number {
  const miss = rows.findIndex(
    ({ median }) => median.p99Ms > bar.p99Ms || median.failedShare > bar.failedShare,
  );
  return rows[(miss < 0 ? rows.length : miss) - 1]?.at ?? 0;
}

/** The last point that is held; the first where none is. */
export function lastHeld(rows: readonly Row<Answering>[], bar: Bar): number {
  return heldUpTo(rows, bar) || (rows[0]?.at ?? 0);
}

/** The row of a point. @throws RangeError when it was not measured. */
export function rowAt<Name extends string>(rows: readonly Row<Name>[], at: number): Row<Name> {
  const row = rows.find((candidate) => candidate.at === at);
  if (!row) throw new RangeError(`nothing was measured at ${at}`);
  return row;
}

/** The first point of both curves at which the one before fails its bar: just past its knee. */
export function pastKnee<Name extends Answering>(curves: Curves<Name | Answering>, bar: Bar): number {
  const heldAt = heldUpTo(curves.before, bar);
  const shared = curves.before.map(({ at }) => at).filter((at) => curves.after.some((row) => row.at === at));
  return shared.find((at) => at > heldAt) ?? shared.at(-1) ?? heldAt;
}
