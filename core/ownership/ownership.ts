/** The node's side: how one life of a node stands with its partitions. All instants are of its own monotonic clock. */

import type { GrantTable, Life } from '../assignment/table/table.js';
import { type Claim, forGood } from './claims.js';
import { handOverMs, leaseMs } from './lease.js';

/** How a life stands with a partition. */
export type Holding =
  /** Granted and not begun: somebody may still serve an earlier epoch. */
  | { readonly kind: 'waiting'; readonly epoch: number; readonly began: number; readonly startsAtMs: number }
  | { readonly kind: 'serving'; readonly epoch: number }
  /** Begun, and let go because the lease ran out; still granted. */
  | { readonly kind: 'lapsed'; readonly epoch: number }
  /** Admits nothing more; what it has admitted may end. */
  | {
      readonly kind: 'finishing';
      readonly epoch: number;
      readonly untilMs: number;
      /** The newest generation that it knows to have granted it. */
      readonly heldIn: number;
      /** How it stands afterwards; undefined when it is granted no more. */
      readonly afterwards: Resting | undefined;
    };
/** How it may stand when it serves nothing of it. */
export type Resting = Extract<Holding, { kind: 'waiting' | 'lapsed' }>;

export interface Ownership {
  readonly self: Life;
  /** `draining`: begins nothing more. `stopped`: lets go of all, for good. */
  readonly phase: 'running' | 'draining' | 'stopped';
  /** Of the table it goes by; 0 before the first. */
  readonly generation: number;
  /** When the newest read of that generation started. */
  readonly readStartedMs: number;
  /** By partition; a partition that does not concern it has none. */
  readonly holdings: ReadonlyMap<number, Holding>;
}

export type OwnershipEvent =
  /** A read that succeeded: a consistent one, so that it shows everything that was written before it started. */
  | { readonly kind: 'read'; readonly nowMs: number; readonly startedMs: number; readonly table: GrantTable }
  /** A consistent read of the generation alone succeeded, and it is the one held. */
  | {
      readonly kind: 'confirmed';
      readonly nowMs: number;
      readonly startedMs: number;
      readonly generation: number;
    }
  /** User code has finished with what was taken from it. */
  | { readonly kind: 'finished'; readonly nowMs: number; readonly partition: number; readonly epoch: number }
  | { readonly kind: 'drain' | 'stop' | 'tick'; readonly nowMs: number };

/** What user code is told. The epoch is the token for its conditional writes. */
export type Notice =
  | { readonly kind: 'assigned'; readonly partition: number; readonly epoch: number }
  /** Nothing more is admitted; what was admitted may end until then, on the node's clock. */
  | { readonly kind: 'revoked'; readonly partition: number; readonly epoch: number; readonly untilMs: number }
  /** The time to finish is over, and user code has not said that it is done: what still runs must be broken off. */
  | { readonly kind: 'expired'; readonly partition: number; readonly epoch: number };

export interface Stepped {
  readonly ownership: Ownership;
  /** In the order in which they happened. */
  readonly notices: readonly Notice[];
}

export const createOwnership = (self: Life): Ownership => ({
  self,
  phase: 'running',
  generation: 0,
  readStartedMs: Number.NEGATIVE_INFINITY,
  holdings: new Map(),
});

/**
 * The fencing token under which a partition may be served now; undefined when it may not. It asks the clock itself: a process
 * that was paused learns here that its lease is over.
 */
export function epochAt(ownership: Ownership, partition: number, nowMs: number): number | undefined {
  const holding = ownership.holdings.get(partition);
  return holding?.kind === 'serving' && nowMs < admitsUntilMs(ownership) ? holding.epoch : undefined;
}

/** Until when what was admitted may go on; undefined where nothing of the partition may. */
export function mayFinishUntilMs(ownership: Ownership, partition: number): number | undefined {
  const holding = ownership.holdings.get(partition);
  if (holding?.kind === 'serving') return leaseEndMs(ownership);
  return holding?.kind === 'finishing' ? holding.untilMs : undefined;
}

/** When time alone will change something next, so that a tick is due; undefined when it will not. `nowMs`: of the last event. */
export function dueAtMs(ownership: Ownership, nowMs: number): number | undefined {
  let dueMs: number | undefined;
  for (const holding of ownership.holdings.values()) {
    const atMs = changesAtMs(ownership, holding);
    if (atMs !== undefined && atMs > nowMs && (dueMs === undefined || atMs < dueMs)) dueMs = atMs;
  }
  return dueMs;
}

/** What the next report says. */
export function claimOf({ phase, generation, holdings }: Ownership): Claim {
  // What has stopped begins nothing: it says nothing of what it never began.
  let [letGo, begun] = phase === 'stopped' ? [forGood, 0] : [generation, generation];
  for (const holding of holdings.values()) {
    // While it finishes, it has let go of nothing that was granted with it.
    if (holding.kind === 'finishing') letGo = Math.min(letGo, holding.heldIn);
    const resting = holding.kind === 'finishing' ? holding.afterwards : holding;
    if (resting?.kind === 'waiting') begun = Math.min(begun, resting.began - 1);
  }
  return { letGo, begun };
}

export const leaseEndMs = ({ readStartedMs }: Pick<Ownership, 'readStartedMs'>): number =>
  readStartedMs + leaseMs;
export const admitsUntilMs = (ownership: Pick<Ownership, 'readStartedMs'>): number =>
  leaseEndMs(ownership) - handOverMs;

function changesAtMs(ownership: Ownership, holding: Holding): number | undefined {
  const admitsUntil = admitsUntilMs(ownership);
  switch (holding.kind) {
    case 'serving':
      return admitsUntil;
    case 'finishing':
      return holding.untilMs;
    case 'waiting':
      return ownership.phase === 'running' && holding.startsAtMs < admitsUntil
        ? holding.startsAtMs
        : undefined;
    case 'lapsed':
      return undefined;
  }
}
