/**
 * A partition that is too heavy for its node, and for the room that any other has, goes to the node that it makes least hot. What else
 * that one has then leaves it, as it leaves any node above the band.
 */

import { type Board, change, type Place, roomAt, weightAt } from './board.js';
import { hotLoad } from './spread.js';
import type { Stock } from './stock.js';

/** By place: what would be left to it, were all that may be shared out in small pieces taken away. */
type Firm = Float64Array;

/** Lifts from each node that is too hot with its heavy partitions alone, the heaviest of all first. */
export function lift(board: Board, stock: Stock): void {
  const firm = firmOf(board, stock);
  const heaviest = (place: Place): number => weightAt(board, stock.of(place).at(-1) ?? -1);
  const from = board.places
    .filter((place) => isTooHeavy(board, firm, place))
    .sort((a, b) => heaviest(b) - heaviest(a) || a.index - b.index);
  for (const place of from)
    while (
      board.budget > 0 &&
      isTooHeavy(board, firm, place) &&
      liftOne(board, stock, { from: place, firm })
    );
}

function firmOf(board: Board, stock: Stock): Firm {
  const firm = Float64Array.from(board.held);
  for (const place of board.places) {
    const heavy = hotLoad(board) * place.capacity;
    for (const partition of stock.inAnyOrder(place)) {
      const weight = weightAt(board, partition);
      if (weight <= heavy) firm[place.index] = (firm[place.index] ?? 0) - weight;
    }
  }
  return firm;
}

function isTooHeavy(board: Board, firm: Firm, place: Place): boolean {
  const most = board.meanLoad + board.input.settings.bandLoad;
  return place.numbers === 'fresh' && heavyLoad(firm, place) > most;
}

/** What waits stays with a node, so it is no reason for a partition to go: or one that is too heavy for all would wander. */
const heavyLoad = (firm: Firm, { index, besides, capacity }: Place): number =>
  ((firm[index] ?? 0) - besides) / capacity;

/** Lifts the heaviest; false when it is not heavy, or would be little better off elsewhere. */
function liftOne(
  board: Board,
  stock: Stock,
  { from, firm }: { readonly from: Place; readonly firm: Firm },
): boolean {
  const held = stock.of(from);
  const partition = held.at(-1);
  if (partition === undefined) return false;
  const weight = weightAt(board, partition);
  if (weight <= hotLoad(board) * from.capacity) return false;
  const to = leastHot(board, stock, { weight, firm });
  if (!to) return false;
  const load = ((firm[to.index] ?? 0) + weight) / to.capacity;
  if (heavyLoad(firm, from) - load < board.input.settings.bandLoad) return false;
  held.pop();
  change(board, { partition, from: from.index, to: to.index, reason: 'overload' });
  board.budget -= 1;
  firm[from.index] = (firm[from.index] ?? 0) - weight;
  firm[to.index] = (firm[to.index] ?? 0) + weight;
  return true;
}

/** Undefined when a node has room as it is, and when none could give away what it has besides within the budget. */
function leastHot(
  board: Board,
  stock: Stock,
  { weight, firm }: { readonly weight: number; readonly firm: Firm },
): Place | undefined {
  let best: Place | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const place of board.places) {
    if (!place.takes || place.numbers !== 'fresh' || place.ramp < 1) continue;
    if (roomAt(board, place.index) >= weight) return undefined;
    const load = ((firm[place.index] ?? 0) + weight) / place.capacity;
    if (load >= least || stock.inAnyOrder(place).length >= board.budget) continue;
    best = place;
    least = load;
  }
  return best;
}
