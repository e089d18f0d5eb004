/** What a drain does, as lines for people. */

import type { Drained, Undrained } from '../../control/act/drain/drain.js';
import type { Moved } from '../../control/act/drain/moved.js';
import { arithmeticOf } from '../../control/act/drain/outcomes.js';
import type { DrainPlan } from '../../control/act/drain/plan.js';
import type { DrainsView } from '../../control/see/drains.js';
import { describeDrain, renderDrains } from '../terminal/drain-lines.js';
import { count, duration, type Page } from '../terminal/layout.js';
import type { Paint } from '../terminal/paint.js';
import { type MarkedLine, markedLines, widthFor } from './marked-lines.js';

interface Look extends Page {
  readonly paint: Paint;
}

export interface DrainAnswer extends Drained {
  /** ISO 8601, UTC. */
  readonly askedAt: string;
  /** Absent where nobody waited. */
  readonly moved?: Moved;
}

/** What would happen, before anybody is asked. */
export function describeDrainPlan(plan: DrainPlan, now: string, look: Look): readonly string[] {
  const { paint } = look;
  const { target, node, partitions, room, standing, presence } = plan;
  const owns = partitions === undefined ? 'owns nothing' : `owns ${count(partitions, 'partition')}`;
  const lines: MarkedLine[] = [
    [paint.warn('◌'), `${paint.strong(node)} ${owns}${partitions ? ', which others take' : ''}`],
    [room.isEnough ? paint.good('✔') : paint.warn('!'), arithmeticOf(room)],
    ...(presence === 'silent' ? [[paint.warn('!'), 'it is silent: it may be gone already'] as const] : []),
    ...(standing ? [[paint.dim('·'), `it ${describeDrain(standing, now)}`] as const] : []),
  ];
  return [paint.dim(target), ...markedLines(lines, widthFor(look))];
}

export function describeDrained(answer: DrainAnswer, look: Look): readonly string[] {
  const { paint } = look;
  const { cluster, node, drain, moved, room, partitions, askedAt } = answer;
  const lines: MarkedLine[] = [
    [paint.good('✔'), `${paint.strong(node)} of ${cluster} ${describeDrain(drain, askedAt)}`],
    ...(room.isEnough ? [] : [[paint.warn('!'), arithmeticOf(room)] as const]),
    ...(moved ? [movedLine(moved, paint)] : []),
    ...(moved === undefined && partitions !== undefined
      ? [
          [
            paint.dim('→'),
            `its ${count(partitions, 'partition')} move within seconds: \`veltrix load ${cluster}\``,
          ] as const,
        ]
      : []),
    [paint.dim('→'), `undo: ${paint.code(`veltrix undrain ${cluster} ${node} -m "…"`)}`],
  ];
  return markedLines(lines, widthFor(look));
}

function movedLine(moved: Moved, paint: Paint): MarkedLine {
  switch (moved.kind) {
    case 'moved':
      return [
        paint.good('✔'),
        moved.partitions === 0
          ? `it owned nothing (generation ${moved.generation})`
          : `others took its ${count(moved.partitions, 'partition')} in generation ${moved.generation}, after ${duration(moved.afterMs)}`,
      ];
    case 'late':
      return [
        paint.bad('✖'),
        `it owns ${count(moved.partitions, 'partition')} still after ${duration(moved.afterMs)} (generation ${moved.generation})`,
      ];
    case 'unassigned':
      return [
        paint.warn('!'),
        'no partitions are assigned here: only `veltrix agent-check` keeps work away from it',
      ];
  }
}

export function describeUndrained(
  answer: Undrained & { readonly askedAt: string },
  look: Look,
): readonly string[] {
  const { paint } = look;
  const { cluster, node, unchanged, drain, askedAt } = answer;
  const at = `${paint.strong(node)} of ${cluster}`;
  if (!unchanged) {
    const words = `${at} may have work again; it takes it by degrees`;
    return markedLines([[paint.good('✔'), words]], widthFor(look));
  }
  const past = drain ? `; it ${describeDrain(drain, askedAt)}` : '';
  return markedLines([[paint.good('='), `${at} is not drained, nothing done${past}`]], widthFor(look));
}

export function describeDrains(view: DrainsView, look: Look): readonly string[] {
  const { target, cluster, drains, askedAt } = view;
  const head = look.paint.dim(target);
  if (drains.length === 0) return [head, `No node of ${cluster} is drained, nor was one lately.`];
  const inForce = drains.filter(({ state }) => state === 'in-force').length;
  const columns = widthFor(look);
  return [
    head,
    `${look.paint.strong(cluster)}  ${inForce === 0 ? 'no node is drained' : `${count(inForce, 'node')} drained`}`,
    ...renderDrains(drains, { now: askedAt, columns, paint: look.paint }),
  ];
}
