/** The assignment in force, as one look sees it. */

import type { GrantTable } from '../../core/assignment/table/table.js';
import type { AssignmentHead, AssignmentReader } from '../../core/assignment/table/tables.js';
import { ServiceUnavailable } from '../../core/errors.js';
import type { Roster } from '../../core/fleet/roster.js';

/** A head may be replaced while what it names is fetched; every few seconds at most, so a second look finds it. */
const looksMax = 5;

type Reader = Pick<AssignmentReader, 'head' | 'table'>;

export interface TableInForce {
  readonly head: AssignmentHead;
  readonly table: GrantTable;
}

/** Undefined where nothing was assigned yet. @throws ServiceUnavailable when it cannot be read. */
export async function readTable(reader: Reader): Promise<TableInForce | undefined> {
  return whileItChanges(async () => {
    const head = await reader.head();
    if (!head || head.generation === 0) return undefined;
    const table = await reader.table(head);
    return table === 'superseded' ? table : { head, table };
  });
}

export interface AssignmentInForce {
  readonly head: AssignmentHead;
  /** Absent before the first generation. */
  readonly table: GrantTable | undefined;
  readonly roster: Roster | undefined;
}

/** Everything in force; undefined where nothing was ever written. @throws ServiceUnavailable when it cannot be read. */
export async function readAssignment(
  reader: Pick<AssignmentReader, 'head' | 'table' | 'roster'>,
): Promise<AssignmentInForce | undefined> {
  return whileItChanges(async () => {
    const head = await reader.head();
    if (!head) return undefined;
    const [table, roster] = await Promise.all([
      head.generation === 0 ? undefined : reader.table(head),
      head.rosterRevision === 0 ? undefined : reader.roster(head),
    ]);
    return table === 'superseded' || roster === 'superseded' ? 'superseded' : { head, table, roster };
  });
}

/** Nodes that take up nothing that they are given, as assign-partitions found them; undefined where no work is shared out. */
export async function readStuck(
  reader: Pick<AssignmentReader, 'head' | 'roster'>,
): Promise<ReadonlySet<string> | undefined> {
  return whileItChanges(async () => {
    const head = await reader.head();
    if (!head) return undefined;
    const roster = head.rosterRevision === 0 ? undefined : await reader.roster(head);
    return roster === 'superseded' ? roster : stuckIn(roster);
  });
}

export const stuckIn = (roster: Roster | undefined): ReadonlySet<string> =>
  new Set(roster?.nodes.filter(({ stuckAt }) => stuckAt !== undefined).map(({ node }) => node));

async function whileItChanges<T>(look: () => Promise<T | 'superseded'>): Promise<T> {
  for (let looks = 0; looks < looksMax; looks += 1) {
    const found = await look();
    if (found !== 'superseded') return found;
  }
  throw new ServiceUnavailable('The assignment changed again and again while it was read', {
    hint: 'Try again.',
    retryable: true,
  });
}

/** Partitions by owner; nobody owns what is in no list. */
export function partitionsByOwner({ slots }: GrantTable): ReadonlyMap<string, readonly number[]> {
  const owned = new Map<string, number[]>();
  for (const [partition, { owners }] of slots.entries()) {
    for (const owner of owners) {
      const list = owned.get(owner);
      if (list) list.push(partition);
      else owned.set(owner, [partition]);
    }
  }
  return owned;
}
