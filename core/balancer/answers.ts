/**
 * What HAProxy is told of each node when it asks the agent (configuration manual, 5.2, `agent-check`). Only words that the
 * next answer takes back by itself: `drain` and `maint` would stay until somebody says `ready`, and `ready` would undo what an
 * operator said at HAProxy's own socket. A weight of 0 has the effect of a drain, and HAProxy shows it as one.
 */

import { assignmentSettingsSchema } from '../assignment/settings.js';
import { capacitiesOf } from '../fleet/capacity.js';
import { judgedAt, type Presence, presenceOf } from '../fleet/liveness.js';
import type { NodeRecord } from '../fleet/node-records.js';
import { isGone, isPanic } from '../fleet/panic.js';
import { type EpochMs, plusMs } from '../time.js';
import { nextWeights } from './weights.js';

export type Answer =
  /** Work for it, in percent of the weight that HAProxy has for it. */
  | { readonly kind: 'serves'; readonly weight: number }
  /** No new work: a person drains it, or it goes. */
  | { readonly kind: 'drained' }
  /** It is not there. */
  | { readonly kind: 'gone'; readonly why: 'silent' | 'left' | 'starting' };

/** By node. Of a node that is not in it nothing is known. */
export type Answers = ReadonlyMap<string, Answer>;

export interface Looked {
  readonly records: readonly NodeRecord[];
  /** Names of nodes that a person keeps work away from. */
  readonly drained: ReadonlySet<string>;
  readonly now: EpochMs;
}

export type Judged =
  | { readonly kind: 'answers'; readonly answers: Answers }
  /** So many nodes look dead that the measurement is suspect: what was said before stays, but for nodes that a person drains. */
  | { readonly kind: 'suspect'; readonly answers: Answers; readonly silent: number; readonly of: number };

const { panicShare, blackoutMs } = assignmentSettingsSchema.parse({});

/** What to answer from now on. Damped: to be asked every few seconds, with what it said before. */
export function nextAnswers(before: Answers, looked: Looked): Judged {
  const moment = judgedAt(looked.records, looked.now);
  const presences = new Map(looked.records.map((record) => [record.node, presenceOf(record, moment)]));
  const { silent, live } = countOf(looked, presences);
  const of = silent + live;
  if (live === 0 || isPanic({ suspects: silent, known: of }, panicShare))
    return { kind: 'suspect', answers: drainedAmong(before, looked.drained), silent, of };
  const weights = weigh(looked, { before, moment, presences });
  const answers = looked.records.map((record) => {
    const weight = weights.get(record.node);
    return [record.node, answerOf(record, presences.get(record.node) ?? 'live', weight)] as const;
  });
  return { kind: 'answers', answers: new Map([...goneOf(before), ...answers]) };
}

/** Of those that have not left. Who is silent for long, while others report, has. */
function countOf({ records, now }: Looked, presences: ReadonlyMap<string, Presence>) {
  const live = records.filter(({ node }) => presences.get(node) === 'live').length;
  const silent = records.filter((record) => presences.get(record.node) === 'silent');
  const suspects = live === 0 ? silent : silent.filter((record) => !isGone(record, now));
  return { silent: suspects.length, live };
}

/** A drain is a person's word, whatever is measured. */
const drainedAmong = (before: Answers, drained: ReadonlySet<string>): Answers =>
  new Map([
    ...before,
    ...[...drained].flatMap((node) =>
      before.get(node)?.kind === 'gone' ? [] : [[node, { kind: 'drained' }] as const],
    ),
  ]);

/** Its record is deleted an hour after its last word, and its address may be another's by then. */
const goneOf = (before: Answers): readonly (readonly [string, Answer])[] =>
  [...before].filter(([, answer]) => answer.kind === 'gone');

interface Context {
  readonly before: Answers;
  readonly moment: EpochMs;
  readonly presences: ReadonlyMap<string, Presence>;
}

/** Weights of those that may have work; a node that comes back from a drain begins from nothing. */
function weigh({ records, drained }: Looked, { before, moment, presences }: Context) {
  const serving = records.filter(
    ({ node, health }) =>
      presences.get(node) === 'live' && !drained.has(node) && (health === 'ready' || health === 'degraded'),
  );
  const capacityOf = capacitiesOf(records);
  const isYoung = ({ since }: NodeRecord) => moment < plusMs(since, blackoutMs);
  return nextWeights(
    serving.map((record) => ({
      node: record.node,
      capacity: capacityOf(record),
      load: isYoung(record) ? undefined : record.load,
    })),
    new Map([...before].flatMap(([node, answer]) => weightBefore(node, answer))),
  );
}

function weightBefore(node: string, answer: Answer): readonly (readonly [string, number])[] {
  if (answer.kind === 'gone') return [];
  return [[node, answer.kind === 'serves' ? answer.weight : 0]];
}

function answerOf({ health }: NodeRecord, presence: Presence, weight: number | undefined): Answer {
  if (presence !== 'live') return { kind: 'gone', why: presence };
  if (health === 'starting') return { kind: 'gone', why: 'starting' };
  return weight === undefined ? { kind: 'drained' } : { kind: 'serves', weight };
}

/** The line that HAProxy reads. Without an answer: `up` alone, which changes no weight. */
export function lineOf(answer: Answer | undefined): string {
  switch (answer?.kind) {
    case undefined:
      return 'up\n';
    case 'serves':
      return `up ${answer.weight}%\n`;
    case 'drained':
      return 'up 0%\n';
    case 'gone':
      return `down #${answer.why}\n`;
  }
}
