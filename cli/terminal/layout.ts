/** Words and shapes that several screens share. */

import { headOf, type Paint, padTo, tailOf, widthOf } from './paint.js';

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

/** Where a page is shown: how wide it is, and whether somebody sits there. */
export interface Page {
  readonly columns: number;
  readonly isTerminal: boolean;
}

/** A mark stands closer to its words than a name does. */
const gapOf = (width: number): number => (width === 1 ? 1 : 2);

/** `2026-06-01 02:51 UTC`; on a terminal with `(04:51 here)`: what colleagues elsewhere and the clock on the wall say. */
export function moment(instant: string, { isTerminal }: Pick<Page, 'isTerminal'>): string {
  const date = new Date(instant);
  const utc = `${instant.slice(0, 10)} ${instant.slice(11, 16)} UTC`;
  const here = `${pad(date.getHours())}:${pad(date.getMinutes())}`;
  return !isTerminal || here === instant.slice(11, 16) ? utc : `${utc} (${here} here)`;
}

/** `02:51:07`, in UTC. */
export const timeOfDay = (instant: string): string => instant.slice(11, 19);

/** `3,200`; from a hundred thousand on `320k`, `3.2M`. */
export function compact(number: number): string {
  if (number < 100_000) return number.toLocaleString('en', { maximumSignificantDigits: 6 });
  return number.toLocaleString('en', { notation: 'compact', maximumSignificantDigits: 3 }).replace('K', 'k');
}

/** A style for a text that may be broken into lines: each word carries it by itself. */
export const byWord = (style: (text: string) => string, text: string): string =>
  text
    .split(' ')
    .map((word) => (word === '' ? word : style(word)))
    .join(' ');

/** Breaks a text at spaces into lines of at most so many columns; only a word that is longer is broken itself. */
export function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && widthOf(line) + 1 + widthOf(word) > columns) {
      lines.push(line.trimEnd());
      line = '';
      if (word === '') continue;
    }
    line = line === '' ? word : `${line} ${word}`;
    while (widthOf(line) > columns) {
      lines.push(headOf(line, columns));
      line = tailOf(line, columns);
    }
  }
  return [...lines, line.trimEnd()].filter((each, index) => each !== '' || index === 0);
}

/** Lines of names and values: what does not fit beside its name goes on below, under itself. */
export function factLines(
  facts: readonly (readonly [name: string, value: string])[],
  columns: number,
): string[] {
  const width = Math.max(0, ...facts.map(([name]) => widthOf(name)));
  return facts.flatMap(([name, value]) =>
    wrap(value, columns - width - gapOf(width)).map((line, index) =>
      `${padTo(index === 0 ? name : '', width)}${' '.repeat(gapOf(width))}${line}`.trimEnd(),
    ),
  );
}

const pad = (number: number): string => String(number).padStart(2, '0');
