/** Why a partition changed its owner, and what a person should know besides: as facts, and in words. */

import type { Suspects } from '../../fleet/panic.js';

/**
 * The first four had to happen; the others were worth it. `unowned`: nobody had it. `arrival`: its new owner holds less than a
 * fair share since it has just come. `spread`, `gather`: it got one more owner, or one less.
 */
export const moveReasons = [
  'unowned',
  'gone',
  'draining',
  'owners',
  'overload',
  'idle',
  'arrival',
  'spread',
  'gather',
] as const;
export type MoveReason = (typeof moveReasons)[number];

const forcedReasons: ReadonlySet<MoveReason> = new Set(['unowned', 'gone', 'draining', 'owners']);

export interface Move {
  readonly partition: number;
  /** Undefined when nobody lost it. */
  readonly from: string | undefined;
  /** Undefined when nobody took it. */
  readonly to: string | undefined;
  readonly reason: MoveReason;
  /** The partition's epoch from now on. */
  readonly epoch: number;
  /** Load of its new owner that the partition makes up. */
  readonly load: number;
}

/** What is wrong and cannot be put right by moving. */
export type Concern =
  /** So many owners are silent that the measurement is suspect: nothing was moved. */
  | ({ readonly kind: 'panic' } & Suspects)
  /** A node reports and takes up nothing that it is granted: it lost what it had, and gets nothing until it claims again. */
  | { readonly kind: 'stuck'; readonly node: string }
  /** No node can own anything. */
  | { readonly kind: 'nobody' }
  /** More work is offered than the fleet can do. */
  | { readonly kind: 'overfull'; readonly meanLoad: number }
  /** One partition is more than a node should carry, and may have no more owners. */
  | {
      readonly kind: 'hot-partition';
      readonly partition: number;
      readonly node: string;
      readonly load: number;
    };

/** True for moves outside the budget: their partition had no owner that could go on. */
export const isForced = ({ reason }: Pick<Move, 'reason'>): boolean => forcedReasons.has(reason);

const because: Readonly<Record<MoveReason, (move: Move) => string>> = {
  unowned: () => 'nobody had it',
  gone: ({ from }) => `${from} is gone`,
  draining: ({ from }) => `${from} is draining`,
  owners: () => 'it has fewer owners than declared',
  overload: ({ from }) => `${from} has too much to do`,
  idle: ({ to }) => `${to} has too little to do`,
  arrival: ({ to }) => `${to} is new`,
  spread: () => 'it is hot and may have several owners',
  gather: () => 'it is no longer hot',
};

/** `partition 381: n7 → n12, n7 has too much to do (0.04 of n12)`. */
export function describeMove(move: Move): string {
  const way = `${move.from ?? 'nobody'} → ${move.to ?? 'nobody'}`;
  const size = move.to === undefined ? '' : ` (${move.load.toFixed(2)} of ${move.to})`;
  return `partition ${move.partition}: ${way}, ${because[move.reason](move)}${size}`;
}

export function describeConcern(concern: Concern): string {
  switch (concern.kind) {
    case 'panic':
      return `${concern.suspects} of ${concern.known} nodes are silent: the measurement is suspect, nothing was moved`;
    case 'stuck':
      return `${concern.node} reports, and takes up nothing that it is granted: its partitions go to others`;
    case 'nobody':
      return 'no node can own a partition: nothing was moved';
    case 'overfull':
      return `the fleet is offered ${concern.meanLoad.toFixed(2)} of what it can do`;
    case 'hot-partition':
      return `partition ${concern.partition} is ${concern.load.toFixed(2)} of node ${concern.node} and may have no more owners`;
  }
}
