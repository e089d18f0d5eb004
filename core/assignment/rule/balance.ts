/**
 * Moves that are worth it: from nodes above the band, to nodes below it and to new ones. Each move is the one that removes most
 * imbalance for the load it moves; none is made where that is nothing, and none beyond the budget.
 */

import { type Board, change, heldAt, loadAt, type Place, placeAt, roomAt, weightAt } from './board.js';
import { roomiest } from './forced.js';
import { IndexedHeap } from './heap.js';
import type { MoveReason } from './moves.js';
import { Stock } from './stock.js';

/** What is being moved from one place to another. */
interface Transfer {
  readonly from: Place;
  readonly to: Place;
  /** Work units that should move; the move that comes nearest is preferred. */
  readonly wanted: number;
  readonly reason: MoveReason;
}

/** Brings the fleet towards its band, the hottest node first. */
export function balance(board: Board): void {
  if (board.budget === 0 || !isUneven(board)) return;
  const stock = new Stock(board);
  if (stock.isEmpty) return;
  relieve(board, stock);
  fill(board, stock);
}

const isUneven = (board: Board): boolean =>
  board.places.some((place) => isHot(board, place) || isNew(board, place) || isCold(board, place));

/** Takes from each node above the band what it has too much, dampened, and gives it to those with most room. */
function relieve(board: Board, stock: Stock): void {
  const { dampingShare } = board.input.settings;
  const hot = board.places
    .filter((place) => isHot(board, place))
    .sort((a, b) => loadAt(board, b) - loadAt(board, a) || a.index - b.index);
  if (hot.length === 0) return;
  const rooms = roomiest(board);
  for (const from of hot) {
    const least =
      heldAt(board, from.index) - dampingShare * (heldAt(board, from.index) - board.meanLoad * from.capacity);
    while (heldAt(board, from.index) > least && board.budget > 0) {
      const to = placeAt(board, rooms.top ?? from.index);
      if (
        !transfer(board, stock, { from, to, wanted: heldAt(board, from.index) - least, reason: 'overload' })
      )
        break;
      rooms.update(from.index);
      rooms.update(to.index);
    }
  }
}

/** Fills new nodes up to their share, and those below the band by most of what they lack, from those that have most. */
function fill(board: Board, stock: Stock): void {
  const { dampingShare } = board.input.settings;
  const takers = board.places.filter((place) => isNew(board, place) || isCold(board, place));
  if (takers.length === 0) return;
  // A node in its slow start keeps what it has: it would soon want it back.
  const givers = board.places
    .filter(({ numbers, ramp }) => numbers === 'fresh' && ramp === 1)
    .map(({ index }) => index);
  const surpluses = new IndexedHeap(givers, board.rooms, -1);
  takers.sort((a, b) => loadAt(board, a) - loadAt(board, b) || a.index - b.index);
  for (const to of takers) {
    const isArrival = isNew(board, to);
    const enough = heldAt(board, to.index) + (isArrival ? 1 : dampingShare) * roomAt(board, to.index);
    const reason = isArrival ? 'arrival' : 'idle';
    while (heldAt(board, to.index) < enough && board.budget > 0 && surpluses.top !== undefined) {
      const from = placeAt(board, surpluses.top);
      if (roomAt(board, from.index) >= 0) break;
      const isMade = transfer(board, stock, { from, to, wanted: enough - heldAt(board, to.index), reason });
      // It has nothing that would do anyone good.
      if (!isMade) surpluses.remove(from.index);
      surpluses.update(from.index);
    }
  }
}

const isHot = (board: Board, place: Place): boolean =>
  place.numbers === 'fresh' && loadAt(board, place) > board.meanLoad + board.input.settings.bandLoad;

/** Holds nothing yet, or is in the slow start of its life, and lacks enough to be worth a move. */
function isNew(board: Board, place: Place): boolean {
  if (!place.takes || place.numbers === 'expired') return false;
  if (place.ramp === 1 && place.heldBefore > 0) return false;
  return roomAt(board, place.index) >= board.input.settings.leastEffectLoad * place.capacity;
}

function isCold(board: Board, place: Place): boolean {
  if (!place.takes || place.numbers !== 'fresh' || place.ramp < 1) return false;
  return loadAt(board, place) < board.meanLoad - board.input.settings.bandLoad;
}

/** Moves the one partition that does most good; false when none does any. */
function transfer(board: Board, stock: Stock, { from, to, wanted, reason }: Transfer): boolean {
  const held = stock.of(from);
  const ideal = Math.min(wanted, -roomAt(board, from.index), roomAt(board, to.index));
  const above = firstAbove(board, held, ideal);
  // What is a little less than the ideal, or a little more: nothing else can be better.
  const [less, more] = [
    scoreOf(board, held[above - 1], { from, to }),
    scoreOf(board, held[above], { from, to }),
  ];
  if (Math.max(less, more) <= 0) return false;
  const [partition] = held.splice(less >= more ? above - 1 : above, 1);
  if (partition === undefined) return false;
  change(board, { partition, from: from.index, to: to.index, reason });
  board.budget -= 1;
  return true;
}

/** Work units that come to stand where they should, less the price of moving. */
function scoreOf(
  board: Board,
  partition: number | undefined,
  { from, to }: Pick<Transfer, 'from' | 'to'>,
): number {
  if (partition === undefined) return 0;
  const weight = weightAt(board, partition);
  // It would be too heavy there, and would have to leave again.
  if (weight > (board.meanLoad + board.input.settings.bandLoad) * to.capacity) return 0;
  const [excess, room] = [-roomAt(board, from.index), roomAt(board, to.index)];
  const removed = Math.abs(excess) - Math.abs(excess - weight) + Math.abs(room) - Math.abs(room - weight);
  return removed / 2 - board.input.settings.churnPrice * weight;
}

function firstAbove(board: Board, held: readonly number[], weight: number): number {
  let [low, high] = [0, held.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (weightAt(board, held[middle] as number) <= weight) low = middle + 1;
    else high = middle;
  }
  return low;
}
