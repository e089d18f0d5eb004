/** A node as its own peer, where no roster says more. */

import type { NodeStatus } from '../node.js';
import type { Settings } from '../options.js';
import type { Peer } from './router.js';

export function selfPeer(
  node: string,
  { endpoint, labels, capacity }: Pick<Settings, 'endpoint' | 'labels' | 'capacity'>,
  { health }: Pick<NodeStatus, 'health'>,
): Peer {
  const zone = labels['zone'];
  return Object.freeze({
    node,
    ...(endpoint !== undefined && { endpoint }),
    ...(zone !== undefined && { zone }),
    labels,
    health,
    healthy: health === 'ready' || health === 'degraded',
    self: true,
    unitsPerSecond: capacity,
  });
}
