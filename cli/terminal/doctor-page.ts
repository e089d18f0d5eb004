/** An examination on one screen: who asks, what was looked at, and each finding with what to do. */

import type { Examination } from '../../control/see/doctor/doctor.js';
import type { Check } from '../../control/see/doctor/examine.js';
import type { Finding } from '../../control/see/doctor/finding.js';
import { byWord, count, factLines, table } from './layout.js';
import type { Paint } from './paint.js';

interface Look {
  readonly columns: number;
  readonly paint: Paint;
  /** Of this command, and of what runs it. */
  readonly versions: string;
}

export function describeExamination(examination: Examination, look: Look): readonly string[] {
  const { findings } = examination;
  return [
    ...head(examination, look),
    '',
    ...checks(examination, look),
    ...findings.flatMap((finding) => ['', ...describeFinding(finding, look)]),
    '',
    summary(examination, look),
  ];
}

function head(
  { target, stage, region, caller, clusters }: Examination,
  { paint, columns, versions }: Look,
): string[] {
  const facts = [
    ['Stage', `${stage}${region === undefined ? '' : ` in ${region}`}`],
    ['Caller', caller ?? paint.warn('not known')],
    ['Looked at', clusters.length === 0 ? 'the stage alone' : clusters.join(', ')],
    ['Versions', versions],
  ] as const;
  return [paint.dim(target), '', ...factLines(facts, columns)];
}

const marks: Readonly<Record<Check['level'], (paint: Paint) => string>> = {
  fine: (paint) => paint.good('✔'),
  skipped: (paint) => paint.dim('-'),
  bad: (paint) => paint.bad('✖'),
  warn: (paint) => paint.warn('!'),
  unknown: (paint) => paint.warn('?'),
};

function checks({ checks: all }: Examination, { paint }: Look): string[] {
  return table(all.map(({ name, level, about }) => [`${marks[level](paint)} ${name}`, paint.dim(about)]));
}

function describeFinding({ level, where, what, why, next }: Finding, { paint, columns }: Look): string[] {
  const below = factLines(
    [
      ['', why],
      [paint.dim('→'), byWord(paint.code, next)],
    ],
    columns - 2,
  );
  return [
    ...factLines([[marks[level](paint), `${byWord(paint.strong, where)} ${what}`]], columns),
    ...below.map((line) => `  ${line}`),
  ];
}

function summary({ findings, checks: all }: Examination, { paint }: Look): string {
  const of = (level: Finding['level']) => findings.filter((finding) => finding.level === level).length;
  const [bad, warn, unknown] = [of('bad'), of('warn'), of('unknown')];
  if (findings.length === 0) return `${paint.good('✔')} Nothing is wrong: ${count(all.length, 'check')}.`;
  const parts = [
    ...(bad > 0 ? [paint.bad(`${bad} wrong`)] : []),
    ...(warn > 0 ? [paint.warn(`${warn} to know`)] : []),
    ...(unknown > 0 ? [paint.warn(`${unknown} not looked at`)] : []),
  ];
  return parts.join(' · ');
}
