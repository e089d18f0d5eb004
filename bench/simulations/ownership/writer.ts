/** A run of assign-partitions, more restless than the real one: it moves partitions by chance. */

import type { GrantTable, Slot } from '../../../core/assignment/table/table.js';
import type { Claim } from '../../../core/ownership/claims.js';
import { grantsAfter } from '../../../core/ownership/grants.js';
import { epochMs } from '../../../core/time.js';
import { pick, silenceMs } from './conditions.js';
import type { World } from './world.js';

export interface NodeRecord {
  readonly incarnation: string;
  readonly sequence: number;
  readonly claim: Claim;
  readonly isLeaving: boolean;
  readonly arrivedAtMs: number;
}

export function nextTable(
  world: World,
  previous: GrantTable,
  records: ReadonlyMap<string, NodeRecord>,
): GrantTable | undefined {
  const live = [...records].flatMap(([node, { arrivedAtMs, isLeaving }]) =>
    !isLeaving && world.nowMs - arrivedAtMs <= silenceMs ? [node] : [],
  );
  const slots = previous.slots.map((slot): Slot => {
    const [owner] = slot.owners;
    const mustMove = owner === undefined || !live.includes(owner);
    const next = mustMove || (world.isChaos && world.chance.happens(0.2)) ? pick(world.chance, live) : owner;
    if (next === undefined || next === owner) return slot;
    return { owners: [next], epoch: slot.epoch + 1, sinceMs: epochMs(world.nowMs) };
  });
  return grantsAfter({
    previous,
    next: { generation: previous.generation + 1, slots },
    incarnations: new Map([...records].map(([node, { incarnation }]) => [node, incarnation])),
    claimOf: ({ node, incarnation }) => {
      const record = records.get(node);
      return record?.incarnation === incarnation ? record.claim : undefined;
    },
    isExclusive: true,
  });
}
