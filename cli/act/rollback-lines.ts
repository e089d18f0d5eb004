/** What a rollback will do, and what became of it, for people. */

import type { RollbackPlan } from '../../control/act/rollback/plan.js';
import type { Laggard, Proof } from '../../control/act/rollback/proof.js';
import type { RollbackDone } from '../../control/act/rollback/rollback.js';
import type { FileDrift } from '../../control/see/status/file-drift.js';
import type { QueueEntry } from '../../core/delivery/publish-queue.js';
import { describeChanges } from '../terminal/changes.js';
import {
  ago,
  byWord,
  count,
  duration as inWords,
  moment,
  type Page,
  provenance,
} from '../terminal/layout.js';
import type { Paint } from '../terminal/paint.js';
import { linesBelow, type MarkedLine, markedLines, widthFor } from './marked-lines.js';

export interface RollbackAnswer extends Omit<RollbackPlan, 'goal' | 'inTheWay'> {
  readonly how: RollbackDone['how'];
  readonly stoppedOther?: NonNullable<RollbackDone['stoppedOther']>;
  /** Why it was not kept who undid it, and why. */
  readonly notKept?: string;
  /** Absent where nobody waited for nodes, or nothing came back that they could hold. */
  readonly proof?: Proof;
  /** The file at hand still says what was undone. */
  readonly fileDrift?: FileDrift;
  /** What of the profile waits in the queue: it waits for a person now. */
  readonly queued: readonly QueueEntry[];
  /** Where nothing was in force before: what nodes do now. */
  readonly note?: string;
}

interface Look extends Page {
  readonly paint: Paint;
}

/** Nodes that are named; the rest is counted. */
const laggardsShownMax = 10;
const silentShownMax = 4;

/** Before anybody is asked. */
export function describeRollbackPlan(plan: RollbackPlan, now: string, look: Look): readonly string[] {
  const { paint } = look;
  const columns = widthFor(look);
  const { undoes, back } = plan;
  const about = [provenance(undoes, paint), paint.dim(ago(undoes.startedAt, now))].filter(Boolean).join('  ');
  const head: MarkedLine = [
    '',
    `${paint.strong(plan.address)}  version ${undoes.version} → ${back?.version ?? 'nothing'}`,
  ];
  return [
    paint.dim(plan.target),
    ...markedLines([head, ['undoes', `version ${undoes.version}  ${about}`]], columns),
    ...shownChanges(plan, { paint, columns }),
    ...linesBelow([['→', describeReach(plan)], ...describeObstacle(plan, now, paint)], columns),
  ];
}

function shownChanges(
  { back, changes }: RollbackPlan,
  { paint, columns }: Pick<Look, 'paint' | 'columns'>,
): readonly string[] {
  if (back === undefined) return ['  nothing was in force before it'];
  if (changes === undefined) return [`  ${paint.warn('!')} its content cannot be shown`];
  return changes.length === 0 ? ['  the same content'] : describeChanges(changes, paint, columns);
}

function describeReach({ nodes, undoes }: RollbackPlan): string {
  if (nodes === undefined) return 'how many nodes it affects is unknown: their records cannot be read';
  if (nodes.count === 0) return 'no node reports';
  return `affects ${count(nodes.count, 'node')}, ${nodes.holding} of them hold version ${undoes.version}`;
}

function describeObstacle({ inTheWay }: RollbackPlan, now: string, paint: Paint): readonly MarkedLine[] {
  if (inTheWay === undefined) return [];
  const { profile, version, deployment, startedAt, percentage } = inTheWay;
  const words = `${profile} v${version} is in the way: deployment ${deployment}, at ${percentage} % since ${moment(startedAt, { isTerminal: false })} (${ago(startedAt, now)}). Stopping it rolls ${profile} back too.`;
  return [[paint.warn('!'), byWord(paint.warn, words)]];
}

export function describeRollback(answer: RollbackAnswer, look: Look): readonly string[] {
  const { paint } = look;
  const columns = widthFor(look);
  return markedLines(
    [
      describeOutcome(answer, look),
      ...describeOther(answer, paint),
      ...describeUnkept(answer, paint),
      ...(answer.note === undefined ? [] : [[paint.warn('!'), answer.note] as const]),
      ...describeProof(answer, paint),
      ...describeDrift(answer, paint),
      ...answer.queued.map((entry) => describeQueued(entry, answer, paint)),
    ],
    columns,
  );
}

function describeOutcome(
  { address, outcome, undoes, back, how }: RollbackAnswer,
  { paint, isTerminal }: Look,
): MarkedLine {
  const at = paint.strong(address);
  switch (outcome) {
    case 'in-force': {
      const where = undoes.state === 'COMPLETE' ? 'is deployed' : `is on its way (${undoes.percentage} %)`;
      return [paint.good('='), `${at}: version ${undoes.version} ${where} already, nothing done`];
    }
    case 'undone-already': {
      const when = moment(undoes.startedAt, { isTerminal });
      return [
        paint.good('='),
        `${at}: version ${undoes.version} of ${when} was undone before, version ${back?.version} is in force; nothing done. To go further back: ${byWord(paint.code, `veltrix rollback ${address} --to N`)}`,
      ];
    }
    case 'undo':
      return [
        paint.good('✔'),
        `${at}: version ${undoes.version} ${hows[how]}${back ? `, version ${back.version} is in force` : ''}`,
      ];
  }
}

const hows: Readonly<Record<RollbackAnswer['how'], string>> = {
  stopped: 'stopped on its way and rolled back',
  reverted: 'reverted',
  redeployed: 'replaced at once',
  none: 'was undone by then',
};

function describeOther({ stoppedOther }: RollbackAnswer, paint: Paint): readonly MarkedLine[] {
  if (stoppedOther === undefined) return [];
  const { profile, version, deployment } = stoppedOther;
  return [
    [paint.warn('!'), `${profile} v${version} was stopped for it and rolled back (deployment ${deployment})`],
  ];
}

const describeUnkept = ({ notKept }: RollbackAnswer, paint: Paint): readonly MarkedLine[] =>
  notKept === undefined ? [] : [[paint.warn('!'), `who undid it and why is not kept: ${notKept}`]];

function describeProof({ proof, back, address }: RollbackAnswer, paint: Paint): readonly MarkedLine[] {
  const follow = paint.dim('→');
  const cluster = address.split('/').slice(0, 2).join('/');
  if (back === undefined) return [];
  if (proof === undefined) return [[follow, byWord(paint.code, `veltrix status ${address} --watch`)]];
  if (proof.kind === 'unknown') {
    return [
      [paint.bad('✖'), `undone in AppConfig, but the nodes cannot prove it: ${proof.why}`],
      [follow, byWord(paint.code, `veltrix nodes ${cluster} --behind`)],
    ];
  }
  const silent = describeSilent(proof.silent ?? [], cluster, paint);
  if (proof.of === 0) return [[paint.warn('!'), 'no node reports: nobody can prove it'], ...silent];
  const words = `${proof.held}/${proof.of} hold v${back.version} after ${inWords(proof.elapsedMs)}`;
  if (proof.kind === 'proved') return [[paint.good('✔'), words], ...silent];
  return [
    [paint.bad('✖'), words],
    ...proof.laggards.slice(0, laggardsShownMax).flatMap(describeLaggard(paint)),
    ...rest(proof.laggards),
    ...silent,
  ];
}

/** Gone, or cut off and still serving what was undone: whoever undoes it has to know. */
function describeSilent(silent: readonly string[], cluster: string, paint: Paint): readonly MarkedLine[] {
  if (silent.length === 0) return [];
  const more = silent.length > silentShownMax ? ` and ${silent.length - silentShownMax} more` : '';
  const names = silent.slice(0, silentShownMax).join(', ') + more;
  const words = `${count(silent.length, 'node')} silent since before it was undone, and not waited for: ${names}`;
  return [
    [paint.warn('!'), words],
    [paint.dim('→'), byWord(paint.code, `veltrix nodes ${cluster} --behind`)],
  ];
}

const describeLaggard =
  (paint: Paint) =>
  ({ node, why, next }: Laggard): readonly MarkedLine[] => [
    [' ', `${paint.strong(node)}  ${why}`],
    [`  ${paint.dim('→')}`, byWord(paint.code, next)],
  ];

const rest = (laggards: readonly Laggard[]): readonly MarkedLine[] =>
  laggards.length <= laggardsShownMax ? [] : [[' ', `… and ${laggards.length - laggardsShownMax} more`]];

/** Both ways out: make the file say what runs, or say why it is right after all. */
function describeDrift({ fileDrift, address }: RollbackAnswer, paint: Paint): readonly MarkedLine[] {
  if (fileDrift === undefined) return [];
  const { file, version } = fileDrift;
  return [
    [paint.warn('!'), `${file} still says version ${version}: whoever publishes next brings it back`],
    [
      paint.dim('→'),
      `${byWord(paint.dim, 'revert its commit, or:')} ${byWord(paint.code, `veltrix get ${address} > ${file}`)}`,
    ],
  ];
}

/** After an undoing, what waits of the profile waits for a person; where nothing was done, it may still have its turn. */
function describeQueued(
  { version, author, held }: QueueEntry,
  { address, outcome }: RollbackAnswer,
  paint: Paint,
): MarkedLine {
  const isHeld = outcome === 'undo' || held !== undefined;
  const entry = `version ${version} by ${author} is in the queue`;
  const command = isHeld ? `veltrix queue release ${address} -m "…"` : `veltrix queue drop ${address} -m "…"`;
  const words = isHeld
    ? `${entry} and waits for a person`
    : `${entry} and will have its turn; to take it out`;
  return [paint.warn('!'), `${words}: ${byWord(paint.code, command)}`];
}
