/** Two routers over the same 20 nodes and 1,024 partitions. A loop alternates between them, as between nodes. */

import { systemClock } from '../../../client/clock.js';
import { Cluster } from '../../../client/routing/cluster.js';

const names = Array.from({ length: 20 }, (_, index) => `node-${index + 10}`);
/** Keys as services have them; a power of two, so that choosing one costs next to nothing. */
export const keys: readonly string[] = Array.from({ length: 64 }, (_, index) => `hunt-${1_000 + 37 * index}`);

function createCluster(self: string): Cluster {
  const cluster = new Cluster({
    self,
    zone: undefined,
    partitions: 1_024,
    monotonicMs: () => systemClock.monotonicMs(),
    random: Math.random,
    log: () => undefined,
  });
  const slots = Array.from({ length: 1_024 }, (_, partition) => ({
    owners: [names[partition % names.length] ?? ''],
    epoch: 1,
  }));
  cluster.takeTable({ slots });
  const about = { incarnation: 'one', labels: {}, health: 'ready', unitsPerSecond: 100 } as const;
  cluster.takeRoster({ revision: 1, nodes: names.map((node) => ({ node, ...about })) });
  return cluster;
}

export const clusters = [createCluster('node-10'), createCluster('node-11')] as const;
