/** How much work each partition brings, from what nodes report of it. */

import { defaultHalfLifeMs } from '../estimates.js';
import type { Assignment } from '../table/table.js';
import type { Fleet, Sighting } from './facts.js';

/**
 * Offered work units a second by partition; undefined where nobody has measured. A partition that has just moved counts where it was
 * and where it is: both nodes average with the same half-life, so the sum is right while one number falls and the other grows.
 * @param table in force.
 */
export function partitionWork(fleet: Fleet, { slots }: Assignment): readonly (number | undefined)[] {
  const sums: (number | undefined)[] = Array.from({ length: slots.length });
  const measuring = new Set<string>();
  for (const sighting of fleet.sightings) {
    const { node, work } = sighting.record;
    if (work === undefined) continue;
    measuring.add(node);
    for (const [name, units] of Object.entries(work)) {
      const partition = Number(name);
      const slot = slots[partition];
      if (!slot) continue;
      const share = slot.owners.includes(node) ? 1 : shareOf(sighting, fleet);
      sums[partition] = (sums[partition] ?? 0) + share * units;
    }
  }
  // Who has it, measures, and does not speak of it, got nothing for it.
  return slots.map(({ owners }, partition) =>
    sums[partition] === undefined && owners.some((owner) => measuring.has(owner)) ? 0 : sums[partition],
  );
}

/** Of what a node said of a partition that it does not have: it falls as it would, if the node still reported. */
function shareOf({ record, presence }: Sighting, { nowMs }: Fleet): number {
  if (presence === 'live') return 1;
  return 2 ** (-Math.max(0, nowMs - record.arrivedAtMs) / defaultHalfLifeMs);
}
