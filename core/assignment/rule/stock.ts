/** What may be moved without need: partitions that have been where they are for long enough, and all of a node that cannot go on so. */

import { type Board, loadAt, type Place } from './board.js';

/** A node with so much to do is no matter of chance, against which partitions rest: it may give what it has just got. */
const overloadedLoad = 1.5;

/** Movable partitions by place, the lightest first; sorted when a place is first asked to give. */
export class Stock {
  readonly #held = new Map<number, number[]>();
  readonly #sorted = new Set<number>();
  readonly #weights: Float64Array;

  constructor(board: Board) {
    this.#weights = board.weights;
    const gives = board.places.map((place) => loadAt(board, place) > overloadedLoad);
    for (let partition = 0; partition < board.first.length; partition += 1) {
      const owner = board.first[partition] ?? -1;
      if (owner < 0 || board.changed[partition] !== 0 || board.several.has(partition)) continue;
      if (gives[owner] !== true && !hasRested(board, partition)) continue;
      const held = this.#held.get(owner);
      if (held) held.push(partition);
      else this.#held.set(owner, [partition]);
    }
  }

  /** True when nothing may move, as where everything has just been placed. */
  get isEmpty(): boolean {
    return this.#held.size === 0;
  }

  of(place: Place): number[] {
    const held = this.inAnyOrder(place);
    if (this.#sorted.has(place.index)) return held;
    this.#sorted.add(place.index);
    const weight = (partition: number) => this.#weights[partition] ?? 0;
    return held.sort((a, b) => weight(a) - weight(b) || b - a);
  }

  inAnyOrder(place: Place): number[] {
    return this.#held.get(place.index) ?? [];
  }
}

function hasRested({ input }: Board, partition: number): boolean {
  const sinceMs = input.previous.slots[partition]?.sinceMs ?? input.nowMs;
  return input.nowMs - sinceMs >= input.settings.dwellMs;
}
