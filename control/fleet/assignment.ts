/** The assignment in force, as one look sees it. */

import type { GrantTable } from '../../core/assignment/table/table.js';
import type { AssignmentHead, AssignmentReader } from '../../core/assignment/table/tables.js';
import { ServiceUnavailable } from '../../core/errors.js';

/** A head may be replaced while what it names is fetched; every few seconds at most, so a second look finds it. */
const looksMax = 5;

type Reader = Pick<AssignmentReader, 'head' | 'table'>;

export interface TableInForce {
  readonly head: AssignmentHead;
  readonly table: GrantTable;
}

/** Undefined where nothing was assigned yet. @throws ServiceUnavailable when it cannot be read. */
export async function readTable(reader: Reader): Promise<TableInForce | undefined> {
  for (let looks = 0; looks < looksMax; looks += 1) {
    const head = await reader.head();
    if (!head || head.generation === 0) return undefined;
    const table = await reader.table(head);
    if (table !== 'superseded') return { head, table };
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
