/** The assignment: which nodes serve which partition. It changes as a whole, one generation after the other. */

import { type EpochMs, epochMs } from '../../time.js';

/** One partition's place in a generation. */
export interface Slot {
  /** Names of the nodes that serve it; several where the work may be done by several; none before the first generation. */
  readonly owners: readonly string[];
  /** Counts the changes of owner of this partition: the fencing token. */
  readonly epoch: number;
  /** When its owners last changed, or the life of one. */
  readonly sinceMs: EpochMs;
}

export interface Assignment {
  /** Grows by one with each change; 0: nothing was assigned yet. */
  readonly generation: number;
  /** By partition number. */
  readonly slots: readonly Slot[];
}

/** One life of one node: what owns a partition, since two processes may go by one name. */
export interface Life {
  readonly node: string;
  readonly incarnation: string;
}

/** A slot as its owners read it: all that a new owner needs to know when it may begin (docs/decisions/0008-ownership-leases.md). */
export interface Grant extends Slot {
  /** Incarnations of the owners, in their order. */
  readonly incarnations: readonly string[];
  /** The generation in which this epoch began. */
  readonly began: number;
  /** Lives that may still serve an earlier epoch; none: the owners begin at once. */
  readonly waitsFor: readonly Life[];
}

/** The assignment as it is stored. */
export interface GrantTable extends Assignment {
  readonly slots: readonly Grant[];
}

/** The lives that a grant makes owners. */
export const livesOf = ({ owners, incarnations }: Grant): readonly Life[] =>
  owners.map((node, index) => ({ node, incarnation: incarnations[index] ?? '' }));

/** Stands for any life: whoever waits for it waits a lease. */
export const anybody: Life = { node: '', incarnation: '' };

/**
 * What a cluster starts from, or starts anew from where its table was lost: no epoch was ever above the generation, and nobody knows
 * who serves, so new owners get greater epochs and wait a lease.
 * @param partitions fixed for the life of the cluster.
 * @param generation that was in force; 0: none.
 */
export function emptyAssignment(partitions: number, generation = 0): GrantTable {
  const waitsFor = generation === 0 ? [] : [anybody];
  const unowned: Grant = {
    owners: [],
    epoch: generation,
    sinceMs: epochMs(0),
    incarnations: [],
    began: generation,
    waitsFor,
  };
  return { generation, slots: Array.from({ length: partitions }, () => unowned) };
}
