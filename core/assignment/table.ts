/** The assignment: which nodes serve which partition. It changes as a whole, one generation after the other. */

import { type EpochMs, epochMs } from '../time.js';

/** One partition's place in a generation. */
export interface Slot {
  /** Names of the nodes that serve it; several where the work may be done by several; none before the first generation. */
  readonly owners: readonly string[];
  /** Counts the changes of owner of this partition: the fencing token. */
  readonly epoch: number;
  /** When its owners last changed. */
  readonly sinceMs: EpochMs;
}

export interface Assignment {
  /** Grows by one with each change; 0: nothing was assigned yet. */
  readonly generation: number;
  /** By partition number. */
  readonly slots: readonly Slot[];
}

const unowned: Slot = { owners: [], epoch: 0, sinceMs: epochMs(0) };

/** What a cluster starts from. @param partitions fixed for the life of the cluster. */
export const emptyAssignment = (partitions: number): Assignment => ({
  generation: 0,
  slots: Array.from({ length: partitions }, () => unowned),
});
