/** The generation in the making: what every place holds and should hold, and the moves so far. */

import type { AssignmentInput, Candidate } from './facts.js';
import { type MoveReason, moveReasons } from './moves.js';

/** A candidate's place on the board. */
export interface Place extends Candidate {
  readonly index: number;
  /** Partitions held when the generation began. */
  heldBefore: number;
}

/** A change of one owner: `from` gives, `to` takes; places by index, `undefined` for nobody. */
export interface Change {
  readonly partition: number;
  readonly from?: number;
  readonly to?: number;
  readonly reason: MoveReason;
}

export interface Board {
  readonly input: AssignmentInput;
  readonly places: readonly Place[];
  /** By place: work units a second it can do. */
  readonly capacities: Float64Array;
  /** By partition: offered work and its part of the reserve, in work units a second. */
  readonly weights: Float64Array;
  /** By place: the weight it holds, its duties besides included. */
  readonly held: Float64Array;
  /** By place: the weight it may take before it has its fair share; below 0 when it has more. */
  readonly rooms: Float64Array;
  /** By partition: the place of its first owner; -1: none. Owners that may own no more are not in it. */
  readonly first: Int32Array;
  /** All owners of those partitions that have several. */
  readonly several: Map<number, readonly number[]>;
  /** Names of the places. */
  readonly names: ReadonlySet<string>;
  /** Load of the fleet, were all equally loaded. */
  readonly meanLoad: number;
  /** By partition: its last change in this generation as 1 + index in `moveReasons`, or 0. What has changed stays. */
  readonly changed: Uint8Array;
  /** Moves that may still be made without need. */
  budget: number;
}

/** Lays out the previous generation among those that may own partitions in the next. */
export function createBoard(input: AssignmentInput, candidates: readonly Candidate[]): Board {
  const { previous, settings } = input;
  const capacity = candidates.reduce((sum, each) => sum + each.capacity * each.ramp, 0);
  const weights = weigh(input, capacity);
  let total = candidates.reduce((sum, each) => sum + each.besides, 0);
  for (const weight of weights) total += weight;
  const partitions = previous.slots.length;
  const board: Board = {
    input,
    places: candidates.map((each, index) => ({ ...each, index, heldBefore: 0 })),
    names: new Set(candidates.map(({ node }) => node)),
    capacities: new Float64Array(candidates.map(({ capacity }) => capacity)),
    weights,
    held: new Float64Array(candidates.map(({ besides }) => besides)),
    rooms: new Float64Array(candidates.length),
    first: new Int32Array(partitions).fill(-1),
    several: new Map(),
    meanLoad: total / capacity,
    changed: new Uint8Array(partitions),
    budget: Math.max(1, Math.floor(settings.budgetShare * partitions)),
  };
  layOut(board);
  for (const place of board.places)
    board.rooms[place.index] = targetOf(board, place) - heldAt(board, place.index);
  return board;
}

/** Puts every partition where the previous generation had it. */
function layOut(board: Board): void {
  const indices = new Map(board.places.map(({ node }, index) => [node, index]));
  for (const [partition, { owners }] of board.input.previous.slots.entries()) {
    if (owners.length === 0) continue;
    const known = owners.flatMap((owner) => indices.get(owner) ?? []);
    setOwners(board, partition, known);
    for (const owner of known) placeAt(board, owner).heldBefore += 1;
  }
}

export function placeAt(board: Board, index: number): Place {
  const place = board.places[index];
  if (!place) throw new RangeError(`there is no place ${index}`);
  return place;
}

export const weightAt = (board: Board, partition: number): number => board.weights[partition] ?? 0;
/** Places by index that have a partition. */
export function ownersAt({ first, several }: Board, partition: number): readonly number[] {
  const owner = first[partition] ?? -1;
  return several.get(partition) ?? (owner < 0 ? [] : [owner]);
}
export const ownersCount = ({ first, several }: Board, partition: number): number =>
  (several.size === 0 ? undefined : several.get(partition)?.length) ?? ((first[partition] ?? -1) < 0 ? 0 : 1);
export const heldAt = (board: Board, index: number): number => board.held[index] ?? 0;
export const roomAt = (board: Board, index: number): number => board.rooms[index] ?? 0;
/** Of what a place can do, this much it holds: 1 at capacity. */
export const loadAt = (board: Board, { index, capacity }: Place): number => heldAt(board, index) / capacity;

/** Capacity of a partition's owners together. */
export function capacityOn({ first, several, capacities }: Board, partition: number): number {
  const owners = several.size === 0 ? undefined : several.get(partition);
  if (!owners) return first[partition] === -1 ? 0 : (capacities[first[partition] ?? -1] ?? 0);
  return owners.reduce((sum, owner) => sum + (capacities[owner] ?? 0), 0);
}

/** Makes a change: owners, and what they hold. */
export function change(board: Board, { partition, from, to, reason }: Change): void {
  board.changed[partition] = 1 + moveReasons.indexOf(reason);
  // By far the most: one owner, from nobody or from another.
  if (to !== undefined && (from ?? -1) === board.first[partition] && !board.several.has(partition)) {
    const weight = weightAt(board, partition);
    weighOne(board, from ?? -1, -weight);
    board.first[partition] = to;
    weighOne(board, to, weight);
    return;
  }
  weighOwners(board, partition, -1);
  const kept =
    from === undefined ? ownersAt(board, partition) : ownersAt(board, partition).filter((o) => o !== from);
  setOwners(board, partition, to === undefined ? kept : [...kept, to]);
}

/** Why a partition has changed in this generation; undefined when it has not. */
export const reasonAt = ({ changed }: Board, partition: number): MoveReason | undefined =>
  moveReasons[(changed[partition] ?? 0) - 1];

function setOwners(board: Board, partition: number, owners: readonly number[]): void {
  board.first[partition] = owners[0] ?? -1;
  if (owners.length > 1) board.several.set(partition, owners);
  else board.several.delete(partition);
  weighOwners(board, partition, 1);
}

/** Several owners share a partition's work by their capacities: the router takes the one with the least to do. */
function weighOwners(board: Board, partition: number, sign: 1 | -1): void {
  const owners = board.several.get(partition);
  const weight = sign * weightAt(board, partition);
  if (!owners) {
    weighOne(board, board.first[partition] ?? -1, weight);
    return;
  }
  const capacity = capacityOn(board, partition);
  for (const owner of owners) weighOne(board, owner, (weight * (board.capacities[owner] ?? 0)) / capacity);
}

function weighOne({ held, rooms }: Board, owner: number, weight: number): void {
  if (owner < 0) return;
  held[owner] = (held[owner] ?? 0) + weight;
  rooms[owner] = (rooms[owner] ?? 0) - weight;
}

/** A partition that nobody measured weighs as the others do on average. */
function weigh({ previous, work, settings }: AssignmentInput, capacity: number): Float64Array {
  const partitions = previous.slots.length;
  let [sum, known] = [0, 0];
  for (const each of work) {
    if (each === undefined) continue;
    sum += each;
    known += 1;
  }
  const unknown = known === 0 ? 0 : sum / known;
  const reserve = (settings.reserveShare * capacity) / partitions;
  const weights = new Float64Array(partitions);
  for (let partition = 0; partition < partitions; partition += 1)
    weights[partition] = (work[partition] ?? unknown) + reserve;
  return weights;
}

/** A node whose numbers are too old is taken to hold just what it should: unknown is neither idle nor hot. */
function targetOf(board: Board, place: Place): number {
  if (place.numbers === 'expired') return heldAt(board, place.index);
  return board.meanLoad * place.capacity * place.ramp;
}
