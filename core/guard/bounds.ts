/** How much of a fleet the guard of one deployment watches: its memory is one item of a table, which holds 400 KB. */

import type { NodeObservation } from './observations.js';
import type { NodeState } from './state.js';

/** A comparison gains little by more: two thousand nodes are enough for a hundredth of them to show. */
export const nodesMax = 2_000;
/** Names and incarnations are what does not compress: two of 40 bytes for each of so many nodes. */
export const namesMaxBytes = 160_000;

type Nodes = Readonly<Record<string, NodeState>>;

/** Keeps as many nodes as there is room for: those seen at this look first, by name, so that it keeps the same ones next time. */
export function withinBounds(nodes: Nodes, seen: readonly NodeObservation[]): Nodes {
  const here = seen.map(({ node }) => node).filter((name) => Object.hasOwn(nodes, name));
  const isHere = new Set(here);
  const others = Object.entries(nodes)
    .filter(([name]) => !isHere.has(name))
    .sort(([, a], [, b]) => b.arrivedAtMs - a.arrivedAtMs)
    .map(([name]) => name);
  return firstOf(nodes, [...here.sort(), ...others]);
}

function firstOf(nodes: Nodes, names: readonly string[]): Nodes {
  const kept: [string, NodeState][] = [];
  let leftBytes = namesMaxBytes;
  for (const name of names.slice(0, nodesMax)) {
    const node = nodes[name];
    if (!node) continue;
    leftBytes -= bytesOf(name) + bytesOf(node.incarnation);
    if (leftBytes < 0) break;
    kept.push([name, node]);
  }
  return Object.fromEntries(kept);
}

/** As JSON, in UTF-8. */
const bytesOf = (text: string): number => utf8.encode(JSON.stringify(text)).length;

const utf8 = new TextEncoder();
