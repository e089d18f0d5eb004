/** The page of the stories, in Markdown. */

import { round } from '../figures.js';
import { type Occasion, renderTable } from '../report.js';
import { changeOf, type Finding, headlines, isReached } from './headlines.js';
import type { Told } from './story.js';

/** All of it: what was claimed and found, how to read it, then the stories. */
export function renderStories(told: readonly Told[], { machine, date }: Occasion): string {
  return [
    '# Five stories, before and after',
    '',
    `Written by \`npm run bench:stories\` on ${date}: ${machine}.`,
    '',
    'Five post-mortems tell of a fleet that its configuration brought down, and of what the cure gained. Here each failing design',
    'and Veltrix do the same work under the same load, in turn, in one run, on one machine; all but the load of a point is the',
    'same for both. Each story is told by its curve. The table takes from the curves what a post-mortem claimed.',
    '',
    renderFindings(told),
    '',
    '## How to read it',
    '',
    ...howToRead,
    ...told.map((story) => `\n${renderStory(story)}`),
    '',
  ].join('\n');
}

const howToRead = [
  '* Ratios are the point; absolute figures belong to the machine. Each figure is the median of the rounds at its point.',
  '* Requests arrive without memory (Poisson) and do not wait for each other: who is slow is not asked more slowly. A time counts',
  '  from when the request was due, so the generator’s own delay (about 1 ms) is in all of them.',
  '* What has no answer within a second is given up, and failed. p50 and p99 are of what was answered.',
  '* Work that takes time without a processor (a read of a store, a simulated request) is a timer: 2 cores can then show a fleet.',
  '* AWS is the local one, on the same machine: in AWS, the Veltrix side calls over a network, never in the path of a request.',
  '* Past its knee a queue grows with time, so a figure there says that it breaks, not how badly: see the curve.',
];

/** One story, as it is printed when it has run. */
export const renderStory = ({ title, before, after, method, tables }: Told): string =>
  [
    `## ${title}`,
    '',
    `*Before.* ${before}`,
    '',
    `*After.* ${after}`,
    '',
    method,
    ...tables.flatMap((table) => ['', renderTable(table)]),
  ].join('\n');

/** What was claimed beside what was found, in the order of the headlines. */
export function renderFindings(told: readonly Told[]): string {
  const names = Object.keys(headlines);
  const findings = told
    .flatMap((story) => story.findings)
    .toSorted((a, b) => names.indexOf(a.headline) - names.indexOf(b.headline));
  const reached = findings.filter(isReached).length;
  const rows = findings.map(findingRow);
  const columns = ['post-mortem', 'what', 'claimed', 'measured here', 'before', 'after', 'change', 'reached'];
  return [`${reached} of ${findings.length} are reached.`, '', renderTable({ columns, rows })].join('\n');
}

function findingRow(finding: Finding): string[] {
  const { postMortem, what, claim } = headlines[finding.headline];
  const { where, before, after, unit, unless } = finding;
  const missed = unless === undefined ? '**missed**' : `**missed**: ${unless}`;
  return [
    postMortem,
    what,
    claim,
    where,
    `${round(before)}${unit}`,
    `${round(after)}${unit}`,
    changeOf(finding),
    isReached(finding) ? 'yes' : missed,
  ];
}
