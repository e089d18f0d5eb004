/** Tables that follow each other as time makes them, committed one over the other. */

import { expect } from 'vitest';
import { createAssignmentReader } from '../../../aws/dynamodb/assignment-reader.js';
import { type Grant, type GrantTable, livesOf } from '../../../core/assignment/table/table.js';
import type { AssignmentChange, AssignmentHead } from '../../../core/assignment/table/tables.js';
import type { Roster } from '../../../core/fleet/roster.js';
import { epochMs } from '../../../core/time.js';
import type { InLocalAws } from '../in-local-aws.js';
import { cluster, grant, noting, now, world } from './assignment-world.js';

/** Numbers in which gzip finds nothing. */
function scrambled(index: number): number {
  const mixed = Math.imul(index + 1, 0x9e3779b1);
  return Math.imul(mixed ^ (mixed >>> 15), 0x85ebca6b) >>> 0;
}

/** As pods are named. */
export const podOf = (index: number) =>
  `shop-7d9f8b6c5d-${scrambled(index).toString(36).padStart(7, '0').slice(-5)}`;

/** A cluster in which each commit is told what it goes over, and a reader whose reads are noted. */
export async function chain(aws: InLocalAws) {
  const made = await world(aws);
  const asked: string[] = [];
  const reader = createAssignmentReader(noting(aws.dynamodb, asked), made.table, cluster);
  const previous: { table?: GrantTable; roster?: Roster } = {};
  return {
    ...made,
    reader,
    asked,
    async commit(change: Pick<AssignmentChange, 'table' | 'roster'>): Promise<AssignmentHead> {
      const over = await made.reader.head();
      const answer = await made.assignments.commit(
        cluster,
        { over, previous: { ...previous }, ...change },
        now,
      );
      expect(answer).toBe('saved');
      const head = await made.reader.head();
      if (!head) throw new Error('there is no head');
      Object.assign(previous, change);
      return head;
    },
    /** By a reader that has read nothing. */
    fetched: (head: AssignmentHead) => made.assignments.reader(cluster).table(head),
  };
}

export const tableWith = (slots: readonly Grant[], generation: number): GrantTable => ({ generation, slots });
/** Slots as time has made them: of any epoch, moved at any time in two weeks. */
export const slotsOf = (partitions: number, nodes: number): readonly Grant[] =>
  Array.from({ length: partitions }, (_, partition) => ({
    ...grant(podOf(scrambled(partition) % nodes), 1 + (scrambled(partition) % 300)),
    sinceMs: epochMs(now - 1_000 * (scrambled(-partition) % 1_200_000)),
    began: 1 + (scrambled(2 * partition) % 9_000),
  }));
/** So many partitions, here and there, have gone to others. */
export function moved(slots: readonly Grant[], count: number, began = 2): readonly Grant[] {
  const order = [...slots.keys()].toSorted((a, b) => scrambled(a) - scrambled(b));
  const moving = new Set(order.slice(0, count));
  return slots.map((slot, partition) =>
    moving.has(partition)
      ? { ...grant(podOf(scrambled(partition + began) % 16), slot.epoch + 1), began, waitsFor: livesOf(slot) }
      : slot,
  );
}
export const thousand = slotsOf(1_024, 16);
export const large = slotsOf(16_384, 256);
