/** `veltrix history`: every change of configuration, newest first. */

import * as z from 'zod';
import {
  type History,
  type HistoryEntry,
  historyReadMax,
  history as readHistory,
} from '../../../control/see/history.js';
import type { UndoneBy } from '../../../control/see/undone.js';
import type { DeploymentState } from '../../../core/delivery/deployments.js';
import { defineCommand } from '../../command.js';
import { address, duration } from '../../parse-arguments.js';
import { verdictWords } from '../../terminal/guard-lines.js';
import { byWord, factLines, moment, type Page, wrap } from '../../terminal/layout.js';
import type { Paint } from '../../terminal/paint.js';

export const history = defineCommand({
  args: z.object({ address: address.default({}), since: duration.optional() }),
  positional: ['address'],
  run: async ({ cloud }, args): Promise<History> =>
    readHistory(await cloud(), { address: args.address, sinceMs: args.since }),
  render,
});

function render(answer: History, paint: Paint, page: Page): readonly string[] {
  const { target, entries, truncated, blind } = answer;
  const notes = [...(truncated ? [whatIsMissing(answer)] : []), ...blind];
  return [
    paint.dim(target),
    '',
    ...(entries.length === 0
      ? wrap(nothing(answer, page), page.columns)
      : entries.flatMap((entry) => describeEntry(entry, paint, page))),
    ...(notes.length > 0 ? [''] : []),
    ...notes.flatMap((note) => factLines([[paint.warn('!'), note]], page.columns)),
  ];
}

const whatIsMissing = ({ since, entries }: History): string =>
  since === undefined && entries.length > 0
    ? `These are the newest ${entries.length}; for more, say since when: --since 30d`
    : `There may be more: of each environment the newest ${historyReadMax} deployments were read.`;

/** When and what, then what became of it, why, by whom, and what speaks against it. */
function describeEntry(entry: HistoryEntry, paint: Paint, page: Page): readonly string[] {
  const { address: at, version, reason, forced, why, guard, undoes, undone } = entry;
  const head = `${paint.dim(moment(entry.startedAt, page))}  ${byWord(paint.strong, `${at}@${version}`)}`;
  const below = [
    fateOf(entry, paint),
    `${reason ? `"${reason}"  ` : ''}${byWord(paint.dim, whoOf(entry))}`,
    ...(undoes === undefined ? [] : [`undoes deployment ${undoes}`]),
    ...(forced ? [byWord(paint.warn, `forced: ${forced}`)] : []),
    ...(undone?.reason ? [`undone: "${undone.reason}"`] : []),
    ...(why ? [byWord(paint.bad, why)] : []),
    ...(guard && guard.action !== 'none' && guard.summary !== why ? [`guard: ${guard.summary}`] : []),
  ];
  return [
    ...wrap(head, page.columns),
    ...below.flatMap((line) => wrap(line, page.columns - 2).map((part) => `  ${part}`)),
  ];
}

/** `deployment 18 · rolled back by the guard at 40 % · canary-10 · unhealthy`. */
function fateOf(entry: HistoryEntry, paint: Paint): string {
  const { strategy, guard, deployment } = entry;
  const parts = [byWord(paint.dim, `deployment ${deployment}`), stateOfDeployment(entry, paint)];
  if (strategy === 'immediate') parts.push(byWord(paint.warn, 'immediate: everybody at once'));
  else if (strategy !== undefined) parts.push(strategy);
  if (guard) parts.push(`guard: ${verdictWords[guard.verdict]}`);
  return parts.join(' · ');
}

/** `anna (arn:aws:…) · 3f2c1e9a1b2c`; as far as either is known. */
function whoOf({ author, caller, commit }: HistoryEntry): string {
  const who = [author, caller && `(${caller})`].filter(Boolean).join(' ');
  return [who || 'by nobody who is named', commit?.slice(0, 12)].filter(Boolean).join(' · ');
}

const undoneByWords: Readonly<Record<UndoneBy, string>> = {
  person: ' by hand',
  guard: ' by the guard',
  'guard-failure': ', the guard did not answer',
  alarm: ' by an alarm',
  appconfig: ' by AppConfig',
};

interface Fate {
  readonly state: DeploymentState;
  readonly percentage: number;
  readonly undoneBy?: UndoneBy;
  readonly undone?: { readonly author: string };
}

/** `rolled back by the guard at 40 %`, `reverted by anna`. */
export function stateOfDeployment({ state, percentage, undoneBy, undone }: Fate, paint: Paint): string {
  const words = state.toLowerCase().replace('_', ' ');
  if (state === 'COMPLETE') return paint.good(words);
  if (!state.startsWith('R')) return byWord(paint.warn, `${words} ${percentage} %`);
  const by = undone?.author ? ` by ${undone.author}` : undoneBy === undefined ? '' : undoneByWords[undoneBy];
  return byWord(paint.bad, `${words}${by}${state === 'REVERTED' ? '' : ` at ${percentage} %`}`);
}

function nothing({ since, askedAt, lastBefore }: History, page: Page): string {
  if (since === undefined) return 'No configuration was ever published here.';
  if (lastBefore === undefined)
    return `No configuration changed since ${momentNear(since, askedAt, page)}, nor before.`;
  const { address: at, version, changedAt, state } = lastBefore;
  const what = state === 'COMPLETE' ? 'completed' : state.toLowerCase().replace('_', ' ');
  return `No configuration changed since ${momentNear(changedAt, askedAt, page)}, when ${at}@${version} was ${what}.`;
}

const dayMs = 24 * 60 * 60 * 1000;

/** `23:10 UTC yesterday`; the date itself for what is further back. */
function momentNear(instant: string, now: string, page: Page): string {
  const day = (ms: number) => new Date(ms).toISOString().slice(0, 10);
  const nowMs = Date.parse(now);
  const near = { [day(nowMs)]: 'today', [day(nowMs - dayMs)]: 'yesterday' }[instant.slice(0, 10)];
  return near === undefined ? moment(instant, page) : `${moment(instant, page).slice(11)} ${near}`;
}
