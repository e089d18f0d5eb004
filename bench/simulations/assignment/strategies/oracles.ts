/** What could be done by someone who knows everything: bounds, not designs. */

import type { StrategyKind, Truth, World } from '../strategy.js';

/** Repacks all partitions every second by true work and true speeds: the bound for work that goes by key. */
export const packingOracle: StrategyKind = {
  name: 'packing oracle (keyed bound)',
  isKeyed: true,
  create: (world) => {
    let owners = pack(world);
    return {
      tickMs: 1_000,
      tick: () => {
        owners = pack(world);
      },
      route: ({ key }) => owners[world.partitionOf(key)] ?? -1,
    };
  },
};

/** Knows every queue: the bound for work that may go anywhere. */
export const queueOracle: StrategyKind = {
  name: 'all-knowing oracle (free bound)',
  isKeyed: false,
  create: ({ conditions, truth }) => ({
    route: () => {
      let [best, least] = [-1, Number.POSITIVE_INFINITY];
      for (let node = 0; node < conditions.nodes; node += 1) {
        const wait = truth.isUp(node)
          ? (truth.onNode(node) + 1) / truth.speedAt(node)
          : Number.POSITIVE_INFINITY;
        if (wait < least) [best, least] = [node, wait];
      }
      return best;
    },
  }),
};

/** The heaviest partition first, each where most room is. */
function pack({ conditions, truth, trueWork }: World): Int32Array {
  const rooms = roomsOf(conditions.nodes, truth, trueWork);
  const owners = new Int32Array(trueWork.length);
  const heaviest = [...trueWork.keys()].sort((a, b) => (trueWork[b] ?? 0) - (trueWork[a] ?? 0) || a - b);
  for (const partition of heaviest) {
    let best = 0;
    for (let node = 1; node < rooms.length; node += 1)
      if ((rooms[node] ?? 0) > (rooms[best] ?? 0)) best = node;
    owners[partition] = best;
    rooms[best] = (rooms[best] ?? 0) - (trueWork[partition] ?? 0);
  }
  return owners;
}

function roomsOf(nodes: number, truth: Truth, trueWork: Float64Array): Float64Array {
  const speeds = Float64Array.from({ length: nodes }, (_, node) =>
    truth.isUp(node) ? truth.speedAt(node) : 0,
  );
  const mean = trueWork.reduce((sum, work) => sum + work, 0) / speeds.reduce((sum, speed) => sum + speed, 0);
  return speeds.map((speed) => (speed === 0 ? Number.NEGATIVE_INFINITY : mean * speed));
}
