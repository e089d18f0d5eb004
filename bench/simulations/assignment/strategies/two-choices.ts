/** The better of two, drawn alike: by what nodes report of their load, and by the router's own requests in flight. */

import {
  begin,
  canTake,
  createStanding,
  end,
  pressure,
  type Standing,
} from '../../../../core/routing/standing.js';
import type { Report, StrategyKind } from '../strategy.js';
import { LiveNodes } from './live-nodes.js';

export const twoByReports: StrategyKind = {
  name: 'p2c on reports',
  isKeyed: false,
  create: (world) => {
    const live = new LiveNodes(world);
    const waits = Float64Array.from(world.declared, (capacity) => 1 / capacity);
    return {
      reported: (report: Report) => {
        live.hooks.reported(report);
        waits[report.node] = (report.onNode + 1) / report.capacity;
      },
      route: (_, nowMs) => {
        const nodes = live.at(nowMs);
        const drawOne = () => nodes[Math.floor(world.chance.uniform() * nodes.length)] ?? -1;
        const [one, other] = [drawOne(), drawOne()];
        return (waits[one] ?? 0) <= (waits[other] ?? 0) ? one : other;
      },
    };
  },
};

/** The reference's `p2c-estimate`: no retries, so that it can be told what they are worth. */
export const twoByInFlight: StrategyKind = {
  name: 'p2c on own in flight',
  isKeyed: false,
  create: (world) => {
    const names = [...world.declared].map((capacity, node) => ({ node: `${node}`, capacity }));
    const standings: Standing[] = Array.from({ length: world.conditions.routers }, () =>
      createStanding(names),
    );
    return {
      reported: ({ node, capacity }: Report) => {
        for (const standing of standings) standing.capacities[node] = capacity;
      },
      route: ({ router }, nowMs) => {
        const standing = standings[router] as Standing;
        for (let attempt = 0; attempt < 10; attempt += 1) {
          const [one, other] = [drawOne(world.chance.uniform()), drawOne(world.chance.uniform())];
          const able = [one, other].filter((node) => canTake(standing, node, nowMs));
          if (able.length > 0)
            return able.sort((a, b) => pressure(standing, a) - pressure(standing, b))[0] ?? -1;
        }
        return -1;
      },
      sent: ({ router }, node) => begin(standings[router] as Standing, node),
      ended: ({ router, node, how }, nowMs) => end(standings[router] as Standing, node, { how, nowMs }),
    };
    function drawOne(chance: number): number {
      return Math.floor(chance * world.conditions.nodes);
    }
  },
};
