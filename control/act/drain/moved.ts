/** Waits until the assignment leaves a node alone. */

import type { ClusterAddress } from '../../../core/addresses.js';
import type { GrantTable } from '../../../core/assignment/table/table.js';
import type { Cloud } from '../../cloud.js';
import { partitionsByOwner, readTable } from '../../fleet/assignment.js';

/** The table changes every few seconds at most. */
const lookEveryMs = 1_000;

export type Moved =
  /** It owns nothing since that generation. */
  | {
      readonly kind: 'moved';
      readonly generation: number;
      /** Partitions that others took. */
      readonly partitions: number;
      readonly afterMs: number;
    }
  /** It owns some still. */
  | {
      readonly kind: 'late';
      readonly generation: number;
      readonly partitions: number;
      readonly afterMs: number;
    }
  /** No partitions are assigned in this cluster. */
  | { readonly kind: 'unassigned' };

export interface MoveWatch {
  readonly cluster: ClusterAddress;
  readonly node: string;
  /** Partitions that it owned before it was drained: some may have moved before the first look. */
  readonly owned?: number | undefined;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  /** Partitions that it owns still, at each look. */
  readonly onProgress?: ((partitions: number) => unknown) | undefined;
}

/** Never rejects for being late. @throws ServiceUnavailable when the assignment cannot be read. */
export async function waitUntilMoved(cloud: Cloud, watch: MoveWatch): Promise<Moved> {
  const startedMs = cloud.clock();
  const reader = cloud.assignment(watch.cluster);
  const had = new Set<number>();
  for (;;) {
    const found = await readTable(reader);
    if (!found) return { kind: 'unassigned' };
    const own = partitionsByOwner(found.table).get(watch.node) ?? [];
    for (const partition of own) had.add(partition);
    await watch.onProgress?.(own.length);
    const afterMs = cloud.clock() - startedMs;
    if (own.length === 0) {
      const partitions = Math.max(had.size, watch.owned ?? 0);
      return { kind: 'moved', generation: leftIn(found.table, had), partitions, afterMs };
    }
    if (afterMs >= watch.timeoutMs || watch.signal?.aborted) {
      return { kind: 'late', generation: found.table.generation, partitions: own.length, afterMs };
    }
    await cloud.wait(lookEveryMs, watch.signal);
  }
}

/** The generation that took the last of what it had; the present one, where it had nothing. */
function leftIn({ generation, slots }: GrantTable, had: ReadonlySet<number>): number {
  if (had.size === 0) return generation;
  return Math.max(...[...had].map((partition) => slots[partition]?.began ?? generation));
}
