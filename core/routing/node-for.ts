/**
 * The node for a key's partition: its owner by the table; of several owners, the better of two. While an owner is aside, a stand-in
 * on which all routers agree. A look-up: no I/O, no allocation.
 */

import { drawn } from './draw.js';
import { better, type Picking, pick } from './pick.js';
import { canTake, mayTry } from './standing.js';

export interface Routes {
  readonly picking: Picking;
  /** By partition: where its owners begin in `owners`; one more at the end. */
  readonly starts: Int32Array;
  /** Nodes by index, partition after partition. */
  readonly owners: Int32Array;
}

/** Stand-ins that are tried before any node will do. */
const standInsMax = 8;

/**
 * Lays a table out for look-ups.
 * @param slots owners' names by partition; names that the picking does not know are left out.
 */
export function createRoutes(
  picking: Picking,
  slots: readonly { readonly owners: readonly string[] }[],
): Routes {
  const indices = new Map(picking.standing.nodes.map(({ node }, index) => [node, index]));
  const starts = new Int32Array(slots.length + 1);
  const owners: number[] = [];
  for (const [partition, slot] of slots.entries()) {
    for (const owner of slot.owners) {
      const index = indices.get(owner);
      if (index !== undefined) owners.push(index);
    }
    starts[partition + 1] = owners.length;
  }
  return { picking, starts, owners: Int32Array.from(owners) };
}

/** A node by index; -1 when nobody can take work. */
export function nodeFor(routes: Routes, partition: number, nowMs: number): number {
  const owner = ownerFor(routes, partition, nowMs);
  return owner >= 0 ? owner : standInFor(routes, partition, nowMs);
}

/** The owner that should serve a partition; -1 when it has none that is not aside. */
export function ownerFor({ picking, starts, owners }: Routes, partition: number, nowMs: number): number {
  const from = starts[partition] ?? 0;
  const count = (starts[partition + 1] ?? from) - from;
  if (count === 0) return -1;
  const { standing, random } = picking;
  const at = count === 1 ? 0 : Math.floor(random() * count);
  const one = owners[from + at] ?? -1;
  if (count === 1) return canTake(standing, one, nowMs) ? one : -1;
  const other = owners[from + ((at + 1 + Math.floor(random() * (count - 1))) % count)] ?? -1;
  const found = better(
    standing,
    canTake(standing, one, nowMs) ? one : -1,
    canTake(standing, other, nowMs) ? other : -1,
  );
  return found >= 0 ? found : anyOwner({ picking, starts, owners }, partition, nowMs);
}

/** The owner for work that nobody else may do: also one that is aside, unless nobody listens there; -1 for none. */
export function ownerToTryFor(routes: Routes, partition: number, nowMs: number): number {
  const owner = ownerFor(routes, partition, nowMs);
  if (owner >= 0) return owner;
  const { picking, starts, owners } = routes;
  let found = -1;
  for (let at = starts[partition] ?? 0; at < (starts[partition + 1] ?? 0); at += 1) {
    const each = owners[at] ?? -1;
    if (mayTry(picking.standing, each, nowMs)) found = better(picking.standing, found, each);
  }
  return found;
}

/** The owner that is tried again first; -1 for a partition without owners that the router knows. */
export function nextOwnerFor({ picking, starts, owners }: Routes, partition: number): number {
  const { probeAtMs } = picking.standing;
  let found = -1;
  for (let at = starts[partition] ?? 0; at < (starts[partition + 1] ?? 0); at += 1) {
    const each = owners[at] ?? -1;
    if (found < 0 || (probeAtMs[each] ?? 0) < (probeAtMs[found] ?? 0)) found = each;
  }
  return found;
}

function anyOwner({ picking, starts, owners }: Routes, partition: number, nowMs: number): number {
  for (let at = starts[partition] ?? 0; at < (starts[partition + 1] ?? 0); at += 1) {
    const owner = owners[at] ?? -1;
    if (canTake(picking.standing, owner, nowMs)) return owner;
  }
  return -1;
}

/** Who serves a partition while its owners are aside: the same for every router that has the same nodes aside. */
function standInFor({ picking }: Routes, partition: number, nowMs: number): number {
  const { standing, everywhere } = picking;
  for (let attempt = 1; attempt <= standInsMax; attempt += 1) {
    const index = drawn(everywhere, scatter(partition, attempt));
    if (canTake(standing, index, nowMs)) return index;
  }
  return pick(picking, nowMs);
}

/** A number in [0, 1) that two numbers determine: MurmurHash3's finalizer over their mix. */
function scatter(partition: number, attempt: number): number {
  let mixed = Math.imul(partition + 1, 0x9e3779b1) ^ Math.imul(attempt, 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32;
}
