/**
 * Who owns which partition next: the previous generation, changed as little as it must be and as much as is worth it. Pure and
 * incremental; the same input gives the same answer, in whatever order nodes are named.
 */

import { isPanic } from '../../fleet/panic.js';
import type { Assignment, Slot } from '../table/table.js';
import { balance } from './balance.js';
import { type Board, createBoard, ownersAt, ownersCount, placeAt, reasonAt } from './board.js';
import { type AssignmentInput, candidatesOf, suspectsOf } from './facts.js';
import { placeForced } from './forced.js';
import type { Concern, Move, MoveReason } from './moves.js';
import { hotPartitions, loadOn, spread } from './spread.js';

export type Assigned =
  | { readonly kind: 'unchanged'; readonly concerns: readonly Concern[] }
  /** To be written only over `input.previous.generation`; who loses reads again and recomputes. */
  | {
      readonly kind: 'changed';
      readonly assignment: Assignment;
      readonly moves: readonly Move[];
      readonly concerns: readonly Concern[];
    };

/** Computes the next generation; `unchanged` where all is well, and where nothing should be touched. */
export function assign(input: AssignmentInput): Assigned {
  const panic = panicOf(input);
  if (panic) return { kind: 'unchanged', concerns: [panic] };
  const candidates = candidatesOf(input);
  if (candidates.length === 0) return { kind: 'unchanged', concerns: nobody(input) };
  const board = createBoard(input, candidates);
  placeForced(board);
  spread(board);
  balance(board);
  return conclude(board);
}

/** A fleet whose nodes all said good-bye was taken away on purpose. */
const nobody = ({ nodes }: AssignmentInput): Concern[] =>
  nodes.some(({ health }) => health !== 'stopped') ? [{ kind: 'nobody' }] : [];

function panicOf(input: AssignmentInput): Concern | undefined {
  const found = suspectsOf(input);
  return isPanic(found, input.settings.panicShare) ? { kind: 'panic', ...found } : undefined;
}

function conclude(board: Board): Assigned {
  const { previous } = board.input;
  const leaving = leavingOf(board.input);
  const moves: Move[] = [];
  const soles = board.places.map(({ node }) => [node]);
  const slots = previous.slots.map((slot, partition) => {
    const count = ownersCount(board, partition);
    // A partition that nobody can take stays with who had it: half a table helps nobody.
    if (count === 0 || (board.changed[partition] === 0 && count === slot.owners.length)) return slot;
    const owners =
      count === 1
        ? soles[board.first[partition] ?? 0]
        : ownersAt(board, partition).map((owner) => placeAt(board, owner).node);
    const next = { owners: owners ?? [], epoch: slot.epoch + 1, sinceMs: board.input.nowMs };
    addMoves(board, moves, { partition, before: slot, after: next, leaving });
    return next;
  });
  const concerns = concernsOf(board);
  if (moves.length === 0) return { kind: 'unchanged', concerns };
  return { kind: 'changed', assignment: { generation: previous.generation + 1, slots }, moves, concerns };
}

/** Those that said themselves that they go. */
const leavingOf = ({ nodes }: AssignmentInput): ReadonlySet<string> =>
  new Set(
    nodes.filter(({ health }) => health === 'draining' || health === 'stopped').map(({ node }) => node),
  );

interface Changed {
  readonly partition: number;
  readonly before: Slot;
  readonly after: Slot;
  readonly leaving: ReadonlySet<string>;
}

/** Who lost it and who took it, in pairs as far as they go. */
function addMoves(board: Board, moves: Move[], { partition, before, after, leaving }: Changed): void {
  const lost = without(before.owners, after.owners);
  const taken = without(after.owners, before.owners);
  const chosen = reasonAt(board, partition) ?? 'gone';
  const load = loadOn(board, partition);
  for (let index = 0; index < Math.max(lost.length, taken.length); index += 1) {
    const [from, to] = [lost[index], taken[index]];
    const reason = reasonOf(board, { from, leaving, chosen, isFirst: before.owners.length === 0 });
    moves.push({ partition, from, to, reason, epoch: after.epoch, load });
  }
}

const without = (owners: readonly string[], others: readonly string[]): readonly string[] =>
  owners.length === 0 || others.length === 0 ? owners : owners.filter((owner) => !others.includes(owner));

function reasonOf(
  board: Board,
  about: {
    readonly from: string | undefined;
    readonly leaving: ReadonlySet<string>;
    readonly chosen: MoveReason;
    readonly isFirst: boolean;
  },
): MoveReason {
  if (about.isFirst) return 'unowned';
  if (about.from === undefined) return about.chosen;
  if (about.leaving.has(about.from)) return 'draining';
  return board.names.has(about.from) ? about.chosen : 'gone';
}

function concernsOf(board: Board): Concern[] {
  const overfull: Concern[] = board.meanLoad > 1 ? [{ kind: 'overfull', meanLoad: board.meanLoad }] : [];
  return [...overfull, ...hotPartitions(board)];
}
