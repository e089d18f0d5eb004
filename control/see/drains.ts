/** Nodes that a person keeps work away from, and who did so lately: for people, and for a post-mortem. */

import { type ClusterAddress, formatCluster } from '../../core/addresses.js';
import { isInForce } from '../../core/fleet/draining.js';
import type { Drain, DrainList } from '../../core/fleet/drains.js';
import type { EpochMs } from '../../core/time.js';
import type { Cloud } from '../cloud.js';

/** `over`: its time has come; `ended`: by a person before that. */
type DrainState = 'in-force' | 'over' | 'ended';

/** Instants are ISO 8601, UTC. */
export interface DrainView {
  readonly node: string;
  readonly state: DrainState;
  readonly since: string;
  /** When it ends, or would have ended, by itself. */
  readonly until: string;
  readonly reason: string;
  /** As AWS names the caller. */
  readonly by: string;
  /** The rest of the fleet was known to be too small, and a person insisted. */
  readonly forced?: true;
  readonly ended?: { readonly at: string; readonly by: string; readonly reason: string };
}

export interface DrainsView {
  readonly target: string;
  readonly cluster: string;
  /** ISO 8601, UTC. */
  readonly askedAt: string;
  /** Those in force first, then the newest. */
  readonly drains: readonly DrainView[];
}

/** @throws UsageError for an environment that does not exist. */
export async function drains(cloud: Cloud, address: ClusterAddress): Promise<DrainsView> {
  const cluster = formatCluster(address);
  const { list } = await cloud.drains.read(cluster);
  // Without any, the name may be wrong: AppConfig knows.
  if (list.drains.length === 0) await cloud.environment(address);
  const now = cloud.clock();
  const views = list.drains.map((drain) => drainView(drain, now));
  const [inForce, past] = [views.filter(isStanding), views.filter((view) => !isStanding(view))];
  return {
    target: cloud.target,
    cluster,
    askedAt: new Date(now).toISOString(),
    drains: [...inForce, ...past],
  };
}

/** Those in force alone. */
export const standingDrains = ({ drains: all }: DrainList, now: EpochMs): readonly DrainView[] =>
  all.filter((drain) => isInForce(drain, now)).map((drain) => drainView(drain, now));

const isStanding = ({ state }: DrainView): boolean => state === 'in-force';

export function drainView(drain: Drain, now: EpochMs): DrainView {
  const { node, sinceMs, untilMs, reason, by, forced, ended } = drain;
  const past = ended ? 'ended' : 'over';
  return {
    node,
    state: isInForce(drain, now) ? 'in-force' : past,
    since: new Date(sinceMs).toISOString(),
    until: new Date(untilMs).toISOString(),
    reason,
    by,
    ...(forced && { forced: true as const }),
    ...(ended && { ended: { at: new Date(ended.atMs).toISOString(), by: ended.by, reason: ended.reason } }),
  };
}
