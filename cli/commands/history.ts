/** `veltrix history`: every change of configuration, newest first. */

import * as z from 'zod';
import {
  type History,
  type HistoryEntry,
  historyReadMax,
  history as readHistory,
} from '../../control/see/history.js';
import { defineCommand } from '../command.js';
import { address, duration } from '../parse-arguments.js';
import { moment, provenance, table } from '../terminal/layout.js';
import type { Paint } from '../terminal/paint.js';

export const history = defineCommand({
  args: z.object({ address: address.default({}), since: duration.optional() }),
  positional: ['address'],
  run: async ({ cloud }, args): Promise<History> =>
    readHistory(await cloud(), { address: args.address, sinceMs: args.since }),
  render,
});

function render(answer: History, paint: Paint): readonly string[] {
  const { target, entries } = answer;
  const rest = answer.truncated ? ['', `${paint.warn('!')} ${whatIsMissing(answer)}`] : [];
  if (entries.length === 0) return [paint.dim(target), '', nothing(answer), ...rest];
  const titles = ['WHEN', 'WHAT', 'STATE', 'WHY'].map(paint.dim);
  const lines = table([titles, ...entries.map((entry) => row(entry, paint))]);
  return [paint.dim(target), '', ...lines, ...rest];
}

const whatIsMissing = ({ since, entries }: History): string =>
  since === undefined && entries.length > 0
    ? `These are the newest ${entries.length}; for more, say since when: --since 30d`
    : `There may be more: of each environment the newest ${historyReadMax} deployments were read.`;

function row(entry: HistoryEntry, paint: Paint): readonly string[] {
  const what = `${entry.address}@${entry.version}`;
  const why = [provenance(entry, paint), entry.why && paint.bad(entry.why)].filter(Boolean).join('  ');
  return [moment(entry.startedAt), what, stateOf(entry, paint), why];
}

function stateOf({ state, percentage }: HistoryEntry, paint: Paint): string {
  const words = state.toLowerCase().replace('_', ' ');
  if (state === 'COMPLETE') return paint.good(words);
  if (state.startsWith('R')) return paint.bad(words);
  return paint.warn(`${words} ${percentage} %`);
}

function nothing({ since, lastBefore }: History): string {
  if (since === undefined) return 'No configuration was ever published here.';
  if (lastBefore === undefined) return `No configuration changed since ${moment(since)}, nor before.`;
  const { address: at, version, startedAt } = lastBefore;
  return `No configuration changed since ${moment(startedAt)}, when ${at}@${version} was published.`;
}
