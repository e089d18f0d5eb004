/** Partitions whose owner cannot go on: just these are placed anew, the heaviest first, each where most room is. */

import { type Board, change, ownersAt, ownersCount, placeAt, roomAt, weightAt } from './board.js';
import { IndexedHeap } from './heap.js';
import { heaviestFirst } from './order.js';

/** So many of the places with most room are compared for a partition that fits nowhere. */
const roomyPlaces = 31;

/** Gives every partition at least its declared number of owners, as far as there are nodes. */
export function placeForced(board: Board): void {
  const wanted = Math.min(board.input.settings.owners.least, takersOf(board).length);
  const short = shortOf(board, wanted);
  if (short.length === 0) return;
  const rooms = roomiest(board);
  for (const partition of short) {
    while (ownersCount(board, partition) < wanted) {
      const taker = takerFor(board, partition, rooms);
      if (taker === undefined) break;
      change(board, { partition, to: taker, reason: 'owners' });
      if (wanted === 1) rooms.update(taker);
      else for (const owner of ownersAt(board, partition)) rooms.update(owner);
    }
  }
}

/** Partitions with fewer owners, the heaviest first. */
function shortOf(board: Board, wanted: number): readonly number[] | Int32Array {
  const short: number[] = [];
  for (let partition = 0; partition < board.first.length; partition += 1)
    if (ownersCount(board, partition) < wanted) short.push(partition);
  return heaviestFirst(short, board.weights);
}

/** All that take on work, the one with the most room on top. */
export const roomiest = (board: Board): IndexedHeap => new IndexedHeap(takersOf(board), board.rooms);

/**
 * Where a partition's next owner is best: with the most room, in a zone that has none of its owners where there is one.
 * Undefined when every node has it.
 */
export function takerFor(board: Board, partition: number, rooms: IndexedHeap): number | undefined {
  if (ownersCount(board, partition) === 0) return firstTakerFor(board, partition, rooms);
  const owners = ownersAt(board, partition);
  const zones = new Set(owners.map((owner) => placeAt(board, owner).zone));
  const others = takersOf(board).filter((taker) => !owners.includes(taker));
  const apart = others.filter((taker) => !zones.has(placeAt(board, taker).zone));
  return roomiestOf(board, apart.length > 0 ? apart : others);
}

/** Where it has room; where it has nowhere, the roomy place that it makes least hot: as much too much is less to a strong node. */
function firstTakerFor(board: Board, partition: number, rooms: IndexedHeap): number | undefined {
  const weight = weightAt(board, partition);
  let best = rooms.top;
  if (best === undefined || roomAt(board, best) >= weight) return best;
  let least = Number.POSITIVE_INFINITY;
  for (let position = 0; position < roomyPlaces; position += 1) {
    const index = rooms.at(position);
    if (index === undefined) break;
    const over = (weight - roomAt(board, index)) / (board.capacities[index] as number);
    if (over > least || (over === least && index > best)) continue;
    best = index;
    least = over;
  }
  return best;
}

function roomiestOf(board: Board, indices: readonly number[]): number | undefined {
  let best: number | undefined;
  for (const index of indices)
    if (best === undefined || roomAt(board, index) > roomAt(board, best)) best = index;
  return best;
}

/** Places by index that take on work; those that only keep are asked when there is nobody else. */
function takersOf({ places }: Board): number[] {
  const takers = places.filter(({ takes }) => takes);
  return (takers.length > 0 ? takers : places).map(({ index }) => index);
}
