/** What became of a publish, for people. */

import type { WentBefore } from '../../control/act/after.js';
import type { Published, Queued } from '../../control/act/publish.js';
import { awaitedCount, type Progress } from '../../control/act/wait.js';
import type { QueueEntry } from '../../core/delivery/publish-queue.js';
import { byWord, count, duration as inWords, type Page, timeOfDay } from '../terminal/layout.js';
import type { Paint } from '../terminal/paint.js';
import { type MarkedLine, markedLines, widthFor } from './marked-lines.js';

/** How the fleet took it. */
export interface Fleet extends Omit<Progress, 'deployment' | 'rollout'> {
  /** When about the bake ends (ISO 8601, UTC); absent once it has, or before it begins. */
  readonly bakesUntil?: string;
  /** Absent where no look of the guard is known: it may come yet, or there is no guard here. */
  readonly guard?: 'looking' | 'blind';
}

export type PublishAnswer = (Published | Queued) & {
  readonly fleet?: Fleet;
  /** Those before it in the queue. */
  readonly ahead?: readonly Pick<QueueEntry, 'profile' | 'version'>[];
  readonly after?: WentBefore;
};

interface Look extends Page {
  readonly paint: Paint;
}

export function describePublished(answer: PublishAnswer, look: Look): readonly string[] {
  const { paint } = look;
  const columns = widthFor(look);
  const lines = 'place' in answer ? describeQueued(answer, paint) : describeAccepted(answer, paint);
  const before = answer.after ? [describeAfter(answer.after, paint)] : [];
  return markedLines([...lines, ...before], columns);
}

function describeAccepted(
  answer: Published & Pick<PublishAnswer, 'fleet'>,
  paint: Paint,
): readonly MarkedLine[] {
  const { address, version, label, unchanged, deployment, target, fleet, previousVersion, caller } = answer;
  const strong = paint.strong(address);
  if (unchanged) {
    const same: MarkedLine = [
      paint.good('='),
      `${strong}: unchanged, nothing done (version ${version} holds the same)`,
    ];
    return fleet ? [same, ...describeArrival(answer, fleet, paint)] : [same];
  }
  return [
    [paint.good('✔'), `${strong}: version ${version} ← ${previousVersion || 'nothing'}  ${paint.dim(label)}`],
    ['·', `deployment ${deployment}, ${answer.strategy ?? 'default strategy'}, ${byWord(paint.dim, target)}`],
    ...(caller === undefined ? [['!', 'who published is unproven: AWS did not say'] as const] : []),
    ...describeImmediate(answer, paint),
    ...(fleet ? describeArrival(answer, fleet, paint) : [follow(address, paint)]),
  ];
}

/** A first version reaches everybody at once in any case, and replaces nothing. */
function describeImmediate({ strategy, previousVersion }: Published, paint: Paint): readonly MarkedLine[] {
  if (strategy !== 'immediate' || previousVersion === 0) return [];
  return [
    [paint.warn('!'), 'everybody gets it at once, and no guard compares: it is recorded and counted as such'],
  ];
}

const follow = (address: string, paint: Paint): MarkedLine => [
  paint.dim('→'),
  `${byWord(paint.dim, 'follow it:')} ${byWord(paint.code, `veltrix status ${address} --watch`)}`,
];

function describeArrival(
  { address, unchanged }: Published,
  fleet: Fleet,
  paint: Paint,
): readonly MarkedLine[] {
  return [describeHolders(fleet, paint), ...(unchanged ? [] : describeRest(address, fleet, paint))];
}

function describeHolders(fleet: Fleet, paint: Paint): MarkedLine {
  const nodes = awaitedCount(fleet);
  if (nodes === 0) return [paint.warn('!'), 'no node reports; it is offered to all'];
  const held = `${fleet.holding.length}/${count(nodes, 'node')} hold it after ${inWords(fleet.elapsedMs)}`;
  return [paint.good('✔'), held];
}

const guardWords = { looking: 'is guarded', blind: 'its guard is blind' } as const;

/** The fleet holds it, and AppConfig goes on watching: it may still be taken back. */
function describeRest(
  address: string,
  { state, bakesUntil, guard }: Fleet,
  paint: Paint,
): readonly MarkedLine[] {
  if (state === 'COMPLETE') return [];
  const undo = byWord(paint.code, `veltrix rollback ${address}`);
  const until =
    bakesUntil === undefined
      ? 'it bakes after its last step'
      : `bakes until about ${timeOfDay(bakesUntil)} UTC`;
  const guarded = guard === undefined ? 'no guard has looked so far' : guardWords[guard];
  return [['·', `${until}, and ${guarded}; undo: ${undo}`]];
}

function describeQueued(answer: Queued & Pick<PublishAnswer, 'ahead'>, paint: Paint): readonly MarkedLine[] {
  const { address, version, place, superseded, ahead = [] } = answer;
  const cluster = address.split('/').slice(0, 2).join('/');
  const behind = ahead.map((entry) => `${entry.profile} v${entry.version}`).join(', ');
  return [
    [paint.good('✔'), `${paint.strong(address)}: version ${version} waits at place ${place} of the queue`],
    ...(behind === '' ? [] : [['·', `behind ${behind}`] as const]),
    ...(superseded === undefined ? [] : [['·', `in place of version ${superseded}`] as const]),
    [paint.dim('→'), `${byWord(paint.dim, 'see it:')} ${byWord(paint.code, `veltrix queue ${cluster}`)}`],
  ];
}

function describeAfter({ address, version, nodeCount, verdict }: WentBefore, paint: Paint): MarkedLine {
  if (nodeCount === 0)
    return [paint.warn('!'), `after ${address} v${version}, which no node there holds: none reports`];
  return [
    '·',
    `after ${address} v${version}, held by ${count(nodeCount, 'node')}${verdict ? `, ${verdict}` : ''}`,
  ];
}
