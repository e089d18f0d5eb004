/** Partitions that are too hot for one node get several, where the application says that their work may be done by several. */

import { type Board, capacityOn, change, ownersAt, ownersCount, placeAt, roomAt, weightAt } from './board.js';
import { roomiest, takerFor } from './forced.js';
import type { Concern } from './moves.js';

/** One owner less must still be this far from being hot, or it would soon be hot again. */
const gatherShare = 0.5;

/** Gives hot partitions further owners and takes them back when they have cooled, within the budget. */
export function spread(board: Board): void {
  const { least, most } = board.input.settings.owners;
  if (most === 1) return;
  const rooms = roomiest(board);
  for (let partition = 0; partition < board.first.length && board.budget > 0; partition += 1) {
    const count = ownersCount(board, partition);
    if (count > least) gather(board, partition);
    while (isHot(board, partition) && ownersCount(board, partition) < most)
      if (!spreadOnce(board, partition, rooms)) break;
    if (board.changed[partition] === 0) continue;
    for (const { index } of board.places) rooms.update(index);
  }
}

const isHot = (board: Board, partition: number): boolean => loadOn(board, partition) > hotLoad(board);

/** Partitions that are hot and may have no more owners. */
export function hotPartitions(board: Board): Concern[] {
  const most = board.meanLoad + board.input.settings.bandLoad;
  const concerns: Concern[] = [];
  for (let partition = 0; partition < board.first.length; partition += 1) {
    const load = loadOn(board, partition);
    const owner = board.places[board.first[partition] ?? -1];
    if (owner && load > most) concerns.push({ kind: 'hot-partition', partition, node: owner.node, load });
  }
  return concerns;
}

/** Load of each of its owners that a partition makes up. */
export function loadOn(board: Board, partition: number): number {
  const capacity = capacityOn(board, partition);
  return capacity === 0 ? 0 : weightAt(board, partition) / capacity;
}

/** A partition that makes up more than the band, or half a fair load, cannot be balanced by moving it. */
export const hotLoad = ({ meanLoad, input }: Board): number =>
  Math.max(input.settings.bandLoad, meanLoad / 2);

function spreadOnce(board: Board, partition: number, rooms: ReturnType<typeof roomiest>): boolean {
  const taker = board.budget > 0 ? takerFor(board, partition, rooms) : undefined;
  if (taker === undefined) return false;
  change(board, { partition, to: taker, reason: 'spread' });
  board.budget -= 1;
  return true;
}

function gather(board: Board, partition: number): void {
  const owners = ownersAt(board, partition);
  const fullest = owners.toSorted((a, b) => roomAt(board, a) - roomAt(board, b))[0];
  if (fullest === undefined) return;
  const rest = capacityOn(board, partition) - placeAt(board, fullest).capacity;
  if (weightAt(board, partition) > gatherShare * hotLoad(board) * rest) return;
  change(board, { partition, from: fullest, reason: 'gather' });
  board.budget -= 1;
}
