/** Words and shapes that several screens share. */

import { type Paint, padTo, widthOf } from './paint.js';

/** Columns under each other, two spaces apart; the last is not padded. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => widthOf(row[column] ?? ''))),
  );
  return rows.map((row) =>
    row
      .map((cell, column) => (column === row.length - 1 ? cell : padTo(cell, widths[column] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}

/** `████░░░░`. */
export function bar(percentage: number, columns = 20): string {
  const filled = Math.round((Math.min(100, Math.max(0, percentage)) / 100) * columns);
  return '█'.repeat(filled) + '░'.repeat(columns - filled);
}

/** `12 s`, `4 min`, `3 h`, `2 days`. */
export function duration(durationMs: number): string {
  const seconds = Math.max(0, Math.round(durationMs / 1000));
  if (seconds < 100) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 100) return `${minutes} min`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} days`;
}

/** `4 min ago`. */
export const ago = (instant: string, now: string): string =>
  `${duration(Date.parse(now) - Date.parse(instant))} ago`;

/** `1 node`, `20 nodes`. */
export const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`;

/** `"raise the limit"   anna`, as far as either is known. */
export function provenance({ author, reason }: { author: string; reason: string }, paint: Paint): string {
  return [reason && `"${reason}"`, author && paint.dim(author)].filter(Boolean).join('  ');
}

/** `2026-06-01 02:51 UTC (04:51 here)`: what colleagues elsewhere and the clock on the wall say. */
export function moment(instant: string): string {
  const date = new Date(instant);
  const utc = `${instant.slice(0, 10)} ${instant.slice(11, 16)} UTC`;
  const here = `${pad(date.getHours())}:${pad(date.getMinutes())}`;
  return here === instant.slice(11, 16) ? utc : `${utc} (${here} here)`;
}

const pad = (number: number): string => String(number).padStart(2, '0');
