/** What is usually done without looking at load: by chance, in turn, by weight, by hash. Nodes are left out when reports stop. */

import { createDraw, type Draw, drawn } from '../../../../core/routing/draw.js';
import { mix } from '../mix.js';
import type { StrategyKind, World } from '../strategy.js';
import { LiveNodes } from './live-nodes.js';

export const random: StrategyKind = {
  name: 'random',
  isKeyed: false,
  create: (world) => {
    const live = new LiveNodes(world);
    return {
      ...live.hooks,
      route: (_, nowMs) => {
        const nodes = live.at(nowMs);
        return nodes[Math.floor(world.chance.uniform() * nodes.length)] ?? -1;
      },
    };
  },
};

export const roundRobin: StrategyKind = {
  name: 'round robin',
  isKeyed: false,
  create: (world) => {
    const live = new LiveNodes(world);
    const turns = Int32Array.from({ length: world.conditions.routers }, (_, router) => router * 7);
    return {
      ...live.hooks,
      route: ({ router }, nowMs) => {
        const nodes = live.at(nowMs);
        turns[router] = ((turns[router] ?? 0) + 1) % nodes.length;
        return nodes[turns[router] ?? 0] ?? -1;
      },
    };
  },
};

/** As behind a balancer whose weights a person has set by the nodes' sizes. */
export const staticWeights: StrategyKind = {
  name: 'static weights',
  isKeyed: false,
  create: (world) => {
    const live = new LiveNodes(world);
    let drawing: { readonly nodes: readonly number[]; readonly draw: Draw } | undefined;
    return {
      ...live.hooks,
      route: (_, nowMs) => {
        const nodes = live.at(nowMs);
        if (drawing?.nodes !== nodes)
          drawing = { nodes, draw: createDraw(nodes.map((node) => world.declared[node] ?? 0)) };
        return nodes[drawn(drawing.draw, world.chance.uniform())] ?? -1;
      },
    };
  },
};

export const moduloHash: StrategyKind = {
  name: 'modulo hash',
  isKeyed: true,
  create: (world) => {
    const live = new LiveNodes(world);
    return {
      ...live.hooks,
      route: ({ key }, nowMs) => {
        const nodes = live.at(nowMs);
        return nodes[mix(key, 1) % nodes.length] ?? -1;
      },
    };
  },
};

export const rendezvousHash: StrategyKind = {
  name: 'rendezvous',
  isKeyed: true,
  create: (world) => {
    const live = new LiveNodes(world);
    let known: { readonly nodes: readonly number[]; readonly byKey: Int32Array } | undefined;
    return {
      ...live.hooks,
      route: ({ key }, nowMs) => {
        const nodes = live.at(nowMs);
        if (known?.nodes !== nodes) known = { nodes, byKey: new Int32Array(world.conditions.keys).fill(-1) };
        if (known.byKey[key] === -1) known.byKey[key] = highest(nodes, key);
        return known.byKey[key] ?? -1;
      },
    };
  },
};

function highest(nodes: readonly number[], key: number): number {
  let [best, most] = [-1, -1];
  for (const node of nodes) {
    const mixed = mix(key, node);
    if (mixed > most) [best, most] = [node, mixed];
  }
  return best;
}

/** Consistent hashing with bounded loads (Mirrokni, Thorup, Zadimoghaddam 2016), each router by its own requests in flight. */
export const boundedHash: StrategyKind = {
  name: 'bounded-load hash 1.25',
  isKeyed: true,
  create: (world) => createBounded(world, 1.25),
};

function createBounded(world: World, factor: number) {
  const live = new LiveNodes(world);
  const { routers, nodes } = world.conditions;
  const inFlight = Array.from({ length: routers }, () => new Int32Array(nodes));
  const totals = new Int32Array(routers);
  const add = (router: number, node: number, count: number) => {
    const own = inFlight[router];
    if (own) own[node] = (own[node] ?? 0) + count;
    totals[router] = (totals[router] ?? 0) + count;
  };
  const points = pointsOf(nodes);
  return {
    ...live.hooks,
    route: ({ key, router }: { key: number; router: number }, nowMs: number) => {
      const alive = new Set(live.at(nowMs));
      const bound = Math.ceil((factor * ((totals[router] ?? 0) + 1)) / alive.size);
      const start = firstPoint(points, mix(key, 2));
      for (let step = 0; step < points.length; step += 1) {
        const node = points[(start + step) % points.length]?.[1] ?? -1;
        if (alive.has(node) && (inFlight[router]?.[node] ?? 0) < bound) return node;
      }
      return -1;
    },
    sent: ({ router }: { router: number }, node: number) => add(router, node, 1),
    ended: ({ router, node }: { router: number; node: number }) => add(router, node, -1),
  };
}

const pointsOf = (nodes: number): (readonly [at: number, node: number])[] =>
  Array.from({ length: nodes * 100 }, (_, point) => [mix(point, 3), point % nodes] as const).sort(
    ([a], [b]) => a - b,
  );

function firstPoint(points: readonly (readonly [at: number, node: number])[], hash: number): number {
  let [low, high] = [0, points.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((points[middle]?.[0] ?? 0) < hash) low = middle + 1;
    else high = middle;
  }
  return low;
}
