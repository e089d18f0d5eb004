/** How long a version took to reach its fleet, from what the records keep: since when each node holds what it holds. */

import { liveNodes } from '../../core/fleet/liveness.js';
import type { NodeRecord } from '../../core/fleet/node-records.js';
import type { EpochMs } from '../../core/time.js';
import type { Awaited } from './convergence.js';

/**
 * Milliseconds from a deployment's start until so many of the nodes that are live now held the version. Absent while they do
 * not, and where a record does not say since when its node holds it.
 */
export interface Arrivals {
  readonly to50PercentMs?: number;
  readonly to95PercentMs?: number;
  readonly to100PercentMs?: number;
}

/** A node that held the version before its deployment began had it after no time. */
export function arrivals(
  records: readonly NodeRecord[],
  { profile, label }: Awaited,
  { startedAtMs, now }: { readonly startedAtMs: EpochMs; readonly now: EpochMs },
): Arrivals {
  const live = liveNodes(records, now);
  const delays = live.flatMap(({ profiles }) => {
    const own = Object.hasOwn(profiles, profile) ? profiles[profile] : undefined;
    if (own?.label !== label || own.held?.label !== label) return [];
    return [Math.max(0, own.held.sinceMs - startedAtMs)];
  });
  delays.sort((a, b) => a - b);
  const after = (share: number): number | undefined => delays[Math.ceil(share * live.length) - 1];
  const [half, most, all] = [after(0.5), after(0.95), after(1)];
  return {
    ...(half !== undefined && { to50PercentMs: half }),
    ...(most !== undefined && { to95PercentMs: most }),
    ...(all !== undefined && { to100PercentMs: all }),
  };
}
