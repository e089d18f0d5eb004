/** Where a cluster's assignment and roster live. Readers ask for the small head, and fetch what it names when it is new to them. */

import type { Roster } from '../../fleet/roster.js';
import type { EpochMs } from '../../time.js';
import type { GrantTable } from './table.js';

/**
 * Where readers find what tells a table or roster from the one before: packed in the head itself while it is small, else under a key of
 * its own.
 */
export type ChangesPlace = { readonly packed: Uint8Array } | { readonly key: string };

/** Changes up to this, packed, are in the head: with both of them, a consistent read of it is still one unit (4 KB). */
export const changesInHeadMaxBytes = { table: 2_500, roster: 900 } as const;

/** What is in force: the one item that decides. What it names is written before it, under keys of its own, and never changed. */
export interface AssignmentHead {
  /** Grows by one with each write of the head, from 1. */
  readonly revision: number;
  /** The table in force; 0: none yet. */
  readonly generation: number;
  /** Names the generation's chunks; absent while there is none. */
  readonly tableKey?: string;
  /** For readers that hold the generation before; absent: they fetch the table. */
  readonly tableChanges?: ChangesPlace;
  /** The roster in force; 0: none yet. */
  readonly rosterRevision: number;
  readonly rosterKey?: string;
  readonly rosterChanges?: ChangesPlace;
  readonly writtenAtMs: EpochMs;
}

/** The reader's side: every node of a cluster has one. */
export interface AssignmentReader {
  /** Strongly consistent, so that it shows everything written before it started; undefined while there is nothing. */
  head(signal?: AbortSignal): Promise<AssignmentHead | undefined>;
  /**
   * The table that a head names, made of the one that this reader gave last where only the changes must be fetched; `superseded` when
   * it is gone, since a newer one is in force: read the head again.
   */
  table(head: AssignmentHead, signal?: AbortSignal): Promise<GrantTable | 'superseded'>;
  roster(head: AssignmentHead, signal?: AbortSignal): Promise<Roster | 'superseded'>;
  /** Ends open connections. */
  close(): void;
}

/** What one run of assign-partitions found worth writing. */
export interface AssignmentChange {
  /** The head that it was computed from; undefined: there was none. */
  readonly over: AssignmentHead | undefined;
  /** What `over` names, as it was read: only with it can readers be told the changes alone. */
  readonly previous?: { readonly table?: GrantTable; readonly roster?: Roster };
  /** Absent: the table stays. */
  readonly table?: GrantTable;
  /** Absent: the roster stays. */
  readonly roster?: Roster;
}

/** The writer's side. */
export interface Assignments {
  reader(cluster: string): AssignmentReader;
  /** Puts a change in force over exactly the head it was computed from; `lost` when another was quicker: compute again. */
  commit(cluster: string, change: AssignmentChange, nowMs: EpochMs): Promise<'saved' | 'lost'>;
  /**
   * Takes the next run of a cluster, when it is due: many ask, one gets it. A run that dies is made up for by the next.
   * @returns `mine`, with the next one due at `nextMs`; else when it is due.
   */
  takeTurn(cluster: string, turn: Turn): Promise<'mine' | { readonly dueAtMs: EpochMs }>;
}

export interface Turn {
  readonly nowMs: EpochMs;
  readonly nextMs: EpochMs;
  /** So long before it is due it is taken as well. */
  readonly earlyMs: number;
}
