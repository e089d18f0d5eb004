/** Watches the fleet: until it has converged, or for as long as somebody likes. */

import { NotConverged, RolledBack } from '../../control/act/outcomes.js';
import type { Published } from '../../control/act/publish.js';
import { status as readStatus, type Status } from '../../control/see/status/status.js';
import { formatCluster } from '../../core/addresses.js';
import { convergenceTimeoutMs, lookEveryMs, type Play } from './play.js';
import { isConverged, versionsOf } from './story.js';

/** Looks until every node holds every profile's version. @throws NotConverged, RolledBack. */
export async function untilConverged(play: Play, published?: Published): Promise<Status> {
  const { cloud, options, tell, context } = play;
  const beganMs = cloud.clock();
  for (;;) {
    const status = await look(play);
    if (isConverged(status, options.nodes) && shows(status, published)) {
      const elapsedMs = Math.round(performance.now() - play.startedMs);
      tell({ event: 'converged', nodes: options.nodes, elapsedMs, versions: versionsOf(status.profiles) });
      return status;
    }
    demandStanding(status);
    context.signal.throwIfAborted();
    if (cloud.clock() - beganMs > convergenceTimeoutMs) throw late(play, status);
    await cloud.wait(lookEveryMs, context.signal);
  }
}

/** True when the status is already about what was published. */
function shows({ profiles }: Status, published: Published | undefined): boolean {
  if (published === undefined) return true;
  const profile = profiles.find(({ address }) => address === published.address);
  return (profile?.rollout ?? profile?.deployed)?.label === published.label;
}

async function look({ cloud, cluster, tell }: Play): Promise<Status> {
  const status = await readStatus(cloud, cluster);
  tell({ event: 'status', status });
  return status;
}

function demandStanding({ profiles }: Status): void {
  for (const { address, undone } of profiles) {
    if (undone) throw new RolledBack(address, undone);
  }
}

function late({ cluster, options }: Play, { profiles }: Status): NotConverged {
  const behind = [...new Set(profiles.flatMap(({ nodes }) => [...nodes.waiting, ...nodes.silent]))];
  const held = profiles.map(({ address, nodes }) => `${address} by ${nodes.holding.length}`).join(', ');
  return new NotConverged(
    `not all of ${options.nodes} nodes followed within ${convergenceTimeoutMs / 1000} s: held ${held}`,
    { hint: `Ask why: \`veltrix nodes ${formatCluster(cluster)} --behind\`.`, behind },
  );
}

/** Stays up and looks, until it is interrupted. A look that fails is told once, and tried again. */
export async function followAlong(play: Play, first: Status): Promise<void> {
  const { cloud, over, tell } = play;
  tell({ event: 'serving' });
  let trouble = '';
  let known = versionsOf(first.profiles);
  while (!over.aborted) {
    await cloud.wait(lookEveryMs, over);
    try {
      const status = await look(play);
      const versions = versionsOf(status.profiles);
      if (versions !== known && isConverged(status, play.options.nodes)) {
        known = versions;
        tell({
          event: 'converged',
          nodes: play.options.nodes,
          elapsedMs: Math.round(performance.now() - play.startedMs),
          versions,
        });
      }
      trouble = '';
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      if (message !== trouble && !over.aborted) tell({ event: 'trouble', message });
      trouble = message;
    }
  }
}
