/**
 * Any node for work that any node may do: two are drawn by what they can do, and the one is taken with which this router has
 * less in flight for its capacity. The router's own zone comes first, while it has no more to do than the rest.
 */

import { createDraw, type Draw, drawn } from './draw.js';
import { canTake, pressure, type Standing } from './standing.js';

export interface Picking {
  readonly standing: Standing;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly everywhere: Draw;
  /** By which `everywhere` draws; 0: only while no other node can take work. */
  readonly weights: Float64Array;
  /** Nodes of the router's own zone, and how to draw among them; absent without zones or nodes in it. */
  readonly near?: { readonly nodes: Int32Array; readonly draw: Draw };
}

/** Draws again when both are aside, as often. */
const tries = 4;
/** The own zone is left when its better node has this many times the pressure of the better one of two from everywhere. */
const spillFactor = 1.5;

export function createPicking(standing: Standing, random: () => number, zone?: string): Picking {
  const weights = standing.capacities;
  const everywhere = createDraw(weights);
  const near = Int32Array.from(
    standing.nodes.flatMap((node, index) => (zone !== undefined && node.zone === zone ? [index] : [])),
  );
  if (near.length === 0 || near.length === standing.nodes.length)
    return { standing, random, everywhere, weights };
  const draw = createDraw(Float64Array.from(near, (index) => standing.capacities[index] ?? 0));
  return { standing, random, everywhere, weights, near: { nodes: near, draw } };
}

/** A node by index; -1 when every node is aside and none is due for a probe. */
export function pick(picking: Picking, nowMs: number): number {
  const { standing, near } = picking;
  const anywhere = ofTwo(picking, nowMs);
  if (!near) return anywhere;
  const own = nearest(picking, nowMs);
  if (own < 0) return anywhere;
  if (anywhere < 0) return own;
  return pressure(standing, own) <= spillFactor * pressure(standing, anywhere) ? own : anywhere;
}

/** The better of two that can take work; -1 for none. */
export function better(standing: Standing, one: number, other: number): number {
  if (one < 0) return other;
  if (other < 0) return one;
  return pressure(standing, one) <= pressure(standing, other) ? one : other;
}

function ofTwo(picking: Picking, nowMs: number): number {
  const { standing, everywhere, random } = picking;
  for (let attempt = 0; attempt < tries; attempt += 1) {
    const one = able(standing, drawn(everywhere, random()), nowMs);
    const found = better(standing, one, able(standing, drawn(everywhere, random()), nowMs));
    if (found >= 0) return found;
  }
  return better(standing, ofFew(picking, nowMs), ofFew(picking, nowMs));
}

/** Few are left: looks at each, and draws among those that can take work; from the rest only when none of these wants it. */
function ofFew(picking: Picking, nowMs: number): number {
  const wanting = drawnAmong(picking, nowMs, (weight) => weight);
  return wanting >= 0 ? wanting : drawnAmong(picking, nowMs, () => 1);
}

function drawnAmong(
  { standing, weights, random }: Picking,
  nowMs: number,
  lengthOf: (weight: number) => number,
): number {
  let total = 0;
  for (let index = 0; index < weights.length; index += 1)
    if (canTake(standing, index, nowMs)) total += lengthOf(weights[index] ?? 0);
  let left = random() * total;
  let last = -1;
  for (let index = 0; index < weights.length; index += 1) {
    const length = canTake(standing, index, nowMs) ? lengthOf(weights[index] ?? 0) : 0;
    if (length <= 0) continue;
    last = index;
    left -= length;
    if (left < 0) break;
  }
  return last;
}

function nearest({ standing, near, random }: Picking, nowMs: number): number {
  if (!near) return -1;
  const one = able(standing, near.nodes[drawn(near.draw, random())] ?? -1, nowMs);
  const other = able(standing, near.nodes[drawn(near.draw, random())] ?? -1, nowMs);
  return better(standing, one, other);
}

const able = (standing: Standing, index: number, nowMs: number): number =>
  index >= 0 && canTake(standing, index, nowMs) ? index : -1;
