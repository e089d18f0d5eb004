/** `veltrix trace`: the whole way of one deployment, from the commit to the nodes. */

import * as z from 'zod';
import { trace as readTrace, type Trace } from '../../../control/see/trace.js';
import type { TraceStep } from '../../../control/see/trace-steps.js';
import { defineCommand } from '../../command.js';
import { address, wholeNumber } from '../../parse-arguments.js';
import { guardFigures, guardLines } from '../../terminal/guard-lines.js';
import { byWord, count, factLines, moment, type Page, timeOfDay } from '../../terminal/layout.js';
import { logWords } from '../../terminal/log-words.js';
import type { Paint } from '../../terminal/paint.js';
import { stateOfDeployment } from './history.js';

export const trace = defineCommand({
  args: z.object({ address, number: wholeNumber(1, 999_999_999) }),
  positional: ['address', 'number'],
  run: async ({ cloud }, args): Promise<Trace> =>
    readTrace(await cloud(), { address: args.address, deployment: args.number }),
  render,
});

function render(answer: Trace, paint: Paint, page: Page): readonly string[] {
  const { target, address: at, deployment, guard, missing, steps } = answer;
  const indent = (lines: readonly string[]) => lines.map((line) => `  ${line}`);
  const figures = guard ? guardFigures(guard, page.columns - 4, paint) : [];
  return [
    paint.dim(target),
    '',
    `${paint.strong(at)}  deployment ${deployment}  ${stateOfDeployment(answer, paint)}`,
    ...indent(factLines(factsOf(answer, paint, page), page.columns - 2)),
    '',
    `  ${paint.dim('UTC       SINCE START')}`,
    ...indent(
      factLines(
        steps.map((step) => [placeOf(step), wordsOf(step)] as const),
        page.columns - 2,
      ),
    ),
    ...judged(answer, paint, page.columns),
    ...indent(figures.map((line) => `  ${line}`)),
    ...(missing.length > 0 ? ['', `  ${paint.dim('NOT KNOWN')}`] : []),
    ...indent(missing.flatMap((note) => factLines([[paint.warn('!'), note]], page.columns - 2))),
  ];
}

function factsOf(answer: Trace, paint: Paint, page: Page): (readonly [string, string])[] {
  const { author, caller, reason, commit, strategy, forced, startedAt, undoes, undone, retired } = answer;
  return [
    ['Commit', commit ?? paint.dim('not known')],
    ['Published', `by ${author || 'nobody who is named'}${caller ? ` (${caller})` : ', unproven'}`],
    ['Why', reason || paint.dim('no reason given')],
    ...(forced ? [['Forced', byWord(paint.warn, forced)] as const] : []),
    ...(undoes === undefined ? [] : [['Undoes', `deployment ${undoes}`] as const]),
    ['Started', moment(startedAt, page)],
    [
      'Strategy',
      strategy === 'immediate' ? 'immediate: everybody at once' : (strategy ?? 'not one of Veltrix'),
    ],
    ...(undone ? [['Undone', undoneWords(undone)] as const] : []),
    ...(retired ? [['Retired', `${moment(retired.at, page)}, ${undoneWords(retired)}`] as const] : []),
  ];
}

const undoneWords = ({ author, reason }: Pick<NonNullable<Trace['undone']>, 'author' | 'reason'>): string =>
  `by ${author || 'nobody who is named'}: ${reason || 'no reason given'}`;

/** `02:51:07  +0:11`. */
const placeOf = ({ at, offsetMs }: TraceStep): string => `${timeOfDay(at)}  ${offset(offsetMs).padStart(9)}`;

function offset(offsetMs: number): string {
  const seconds = Math.round(Math.abs(offsetMs) / 1000);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const two = (number: number) => String(number).padStart(2, '0');
  const clock =
    hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
  return `${offsetMs < 0 && seconds > 0 ? '-' : '+'}${clock}`;
}

function wordsOf({ kind, entry, toldAfterMs, percent, nodes = 0 }: TraceStep): string {
  switch (kind) {
    case 'queued':
      return 'put in the queue';
    case 'validated':
      return 'checked by the publish function';
    case 'held':
      return percent === 100
        ? `held by all ${count(nodes, 'node')}`
        : `held by ${count(nodes, 'node')}, ${percent} %`;
    case 'logged':
      return `${entry ? logWords(entry) : ''}  ${toldWords(toldAfterMs)}`;
  }
}

/** AppConfig logs whole seconds at times: an event may seem to come before what it tells of. */
const toldWords = (toldAfterMs: number | undefined): string =>
  toldAfterMs === undefined
    ? '(no event)'
    : `(event after ${(Math.max(0, toldAfterMs) / 1000).toFixed(1)} s)`;

function judged({ guard, askedAt }: Trace, paint: Paint, columns: number): readonly string[] {
  if (guard === undefined) return [];
  const facts = guardLines(guard, askedAt, paint).map(
    (line, index) => [index === 0 ? 'Guard' : '', line] as const,
  );
  return ['', ...factLines(facts, columns - 2).map((line) => `  ${line}`)];
}
