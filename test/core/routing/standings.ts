/** Routers' standings for the tests, and chances that come in a given order. */

import { createPicking, type Picking } from '../../../core/routing/pick.js';
import { createStanding, type RoutedNode } from '../../../core/routing/standing.js';

export const nodesOf = (...capacities: number[]): RoutedNode[] =>
  capacities.map((capacity, index) => ({ node: `n${index}`, capacity }));

/** A sequence of numbers in [0, 1) without patterns that matter here. */
export function chances(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

export const pickingOf = (nodes: readonly RoutedNode[], zone?: string): Picking =>
  createPicking(createStanding(nodes), chances(7), zone);

/** How often each node comes up. */
export function countsOf(draw: () => number, nodes: number, times = 20_000): number[] {
  const counts = Array.from({ length: nodes }, () => 0);
  for (let time = 0; time < times; time += 1) {
    const drawn = draw();
    counts[drawn] = (counts[drawn] ?? 0) + 1;
  }
  return counts.map((count) => count / times);
}
