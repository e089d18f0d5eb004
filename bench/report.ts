/** The page that is written: a section per suite, with its tables and its goals. */

import { describeGoal, type Goal, isMet } from './goals.js';

export interface Table {
  /** Says what the rows are, where a section has more than one table. */
  readonly about?: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** What a suite found out. */
export interface Section {
  readonly title: string;
  /** What was measured, against what, and how. */
  readonly method: string;
  readonly tables: readonly Table[];
  readonly goals: readonly Goal[];
}

/** A section, and the name that runs its suite again. */
export interface Measured {
  readonly suite: string;
  readonly section: Section;
}

export interface Occasion {
  /** `2 cores of …, Node v20.20.2`. */
  readonly machine: string;
  /** `2026-05-01`. */
  readonly date: string;
}

/** The whole page, in Markdown. */
export function renderPage(measured: readonly Measured[], { machine, date }: Occasion): string {
  return [
    '# Benchmarks',
    '',
    `Written by \`npm run bench\` on ${date}: ${machine}. Figures are medians, with the least and the most behind them.`,
    'Absolute figures belong to the machine; the ratios are the point, and both sides of each were measured in turn, in',
    'one run. AWS is the local one, on the same machine: networks add to what goes over them.',
    '',
    renderSummary(measured),
    ...measured.map((part) => `\n${renderSection(part)}`),
    '',
  ].join('\n');
}

/** One section, in Markdown. */
export function renderSection({ suite, section }: Measured): string {
  return [
    `## ${section.title}`,
    '',
    section.method,
    '',
    `Repeat: \`npm run bench -- ${suite}\`.`,
    ...section.tables.flatMap((table) => ['', renderTable(table)]),
    '',
    ...section.goals.map((goal) => `* ${describeGoal(goal)}`),
  ].join('\n');
}

function renderSummary(measured: readonly Measured[]): string {
  const goals = measured.flatMap(({ section }) => section.goals);
  const missed = goals.filter((goal) => !isMet(goal));
  const count = `${goals.length - missed.length} of ${goals.length} goals are met`;
  if (missed.length === 0) return `${count}.`;
  return `${count}. Missed: ${missed.map(({ what }) => what).join('; ')}.`;
}

/** One table, in Markdown. */
export function renderTable({ about, columns, rows }: Table): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  // The first column names what the others say in numbers.
  const alignment = columns.map((_, index) => (index === 0 ? '---' : '---:'));
  return [
    ...(about === undefined ? [] : [about, '']),
    line(columns),
    line(alignment),
    ...rows.map(line),
  ].join('\n');
}
