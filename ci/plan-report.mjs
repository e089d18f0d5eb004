/** Makes of the plans in plan/ what is shown where they are approved: plan.md for a pull request, summary.txt for one line. */

import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';

/** GitHub takes comments of 65,536 characters. */
const reportMaxChars = 60_000;
/** CodePipeline takes 1,000 characters beside an approval, with what stands around these. */
const summaryMaxChars = 700;
const changesShownMax = 3;
const valueMaxChars = 40;

const names = readdirSync('plan')
  .filter((name) => name.endsWith('.txt'))
  .map((name) => name.slice(0, -'.txt'.length))
  .sort();

writeFileSync('plan/plan.md', `${names.map(section).join('\n\n')}\n`);
writeFileSync('plan/summary.txt', `${cut(names.map(summary).join('. '), summaryMaxChars)}\n`);

function section(name) {
  const text = readFileSync(`plan/${name}.txt`, 'utf8').trimEnd();
  const shown = cut(text, Math.floor(reportMaxChars / names.length));
  // A value may hold a fence itself: one that is longer ends it.
  const longest = Math.max(2, ...(shown.match(/`+/g) ?? []).map(({ length }) => length));
  const fence = '`'.repeat(longest + 1);
  return `### ${name.replace('.', '/')}\n\n${fence}\n${shown}\n${fence}`;
}

function summary(name) {
  const file = `plan/${name}.json`;
  const cluster = name.replace('.', '/');
  if (!existsSync(file)) return `${cluster}: could not be planned`;
  const { profiles } = JSON.parse(readFileSync(file, 'utf8'));
  return `${cluster}: ${profiles.map(profileWords).join('; ')}`;
}

function profileWords({ address, outcome, changes, expectedVersion, nodeCount }) {
  const profile = address.split('/').at(-1);
  if (outcome === 'unchanged' || outcome === 'refused') return `${profile} ${outcome}`;
  const shown = changes.slice(0, changesShownMax).map(changeWords);
  if (changes.length > changesShownMax) shown.push(`${changes.length - changesShownMax} more`);
  const state = outcome === 'publish' ? '' : ` (${outcome})`;
  return `${profile}${state} over v${expectedVersion} for ${nodeCount} nodes: ${shown.join(', ')}`;
}

function changeWords({ path, before, after }) {
  return `${path || 'all'} ${value(before)} → ${value(after)}`;
}

function value(json) {
  return json === undefined ? 'nothing' : cut(JSON.stringify(json), valueMaxChars);
}

function cut(text, maxChars) {
  return text.length <= maxChars ? text : `${text.slice(0, maxChars - 1)}…`;
}
