/** Curves as tables: a row for each point, both designs side by side. */

import { round } from '../figures.js';
import type { Table } from '../report.js';
import type { Curves, Row, Sample } from './compare.js';

export interface Column<Name extends string> {
  readonly title: string;
  readonly name: Name;
  /** Default: milliseconds, or any plain number. */
  readonly as?: 'percent';
}

export const answeringColumns = [
  { title: 'p50 ms', name: 'p50Ms' },
  { title: 'p99 ms', name: 'p99Ms' },
  { title: 'failed %', name: 'failedShare', as: 'percent' },
] as const satisfies readonly Column<string>[];

export function curveTable<Name extends string>(
  { about, at }: { readonly about?: string; readonly at: string },
  curves: Curves<Name>,
  columns: readonly Column<Name>[],
): Table {
  const points = [...new Set([...curves.before, ...curves.after].map((row) => row.at))].toSorted(
    (a, b) => a - b,
  );
  const titles = (side: string) => columns.map(({ title }) => `${side}: ${title}`);
  return {
    ...(about !== undefined && { about }),
    columns: [at, ...titles('before'), ...titles('after')],
    rows: points.map((point) => [
      round(point),
      ...cellsOf(curves.before, point, columns),
      ...cellsOf(curves.after, point, columns),
    ]),
  };
}

function cellsOf<Name extends string>(
  rows: readonly Row<Name>[],
  point: number,
  columns: readonly Column<Name>[],
): string[] {
  const row = rows.find(({ at }) => at === point);
  return columns.map((column) => (row ? cell(row.median, column) : ''));
}

function cell<Name extends string>(sample: Sample<Name>, { name, as }: Column<Name>): string {
  const value = as === 'percent' ? 100 * sample[name] : sample[name];
  return Number.isFinite(value) ? round(value) : 'none';
}
