/** The nodes of a cluster and its table, laid out for look-ups; and how each node stands with this router. */

import type { Slot } from '../../core/assignment/table/table.js';
import type { Roster } from '../../core/fleet/roster.js';
import {
  createRoutes,
  nextOwnerFor,
  nodeFor,
  ownerFor,
  ownerToTryFor,
  type Routes,
} from '../../core/routing/node-for.js';
import { partitionOf } from '../../core/routing/partitions.js';
import { createPicking, type Picking, pick } from '../../core/routing/pick.js';
import {
  begin,
  createStanding,
  type Ending,
  end,
  renewStanding,
  type Standing,
} from '../../core/routing/standing.js';
import type { SafeLog } from '../safe-log.js';
import type { RoutedRequest } from '../telemetry/telemetry.js';
import { createListeners } from './listeners.js';
import { changesBetween, isWanted, type Known, peersOf } from './peers.js';
import type { Peer, PeerChange, PeerFilter } from './router.js';

export interface ClusterDeps {
  /** Name of this node. */
  readonly self: string;
  /** Of this node: its nodes come first. */
  readonly zone: string | undefined;
  /** As declared; a table counts for more. */
  readonly partitions: number;
  readonly monotonicMs: () => number;
  readonly random: () => number;
  readonly log: SafeLog;
  /** Told how each request ended; absent: nobody measures. */
  readonly onRouted?: ((request: RoutedRequest) => void) | undefined;
}

/** An owner that is not asked. */
export interface AsideOwner {
  readonly node: string;
  /** Until it is tried again. */
  readonly forMs: number;
}

export class Cluster {
  readonly #deps: ClusterDeps;
  readonly #listeners;
  /** By index of the standing. */
  #peers: readonly Peer[] = [];
  #known: ReadonlyMap<string, Known> = new Map();
  #indices: ReadonlyMap<string, number> = new Map();
  #standing: Standing = createStanding([]);
  #slots: readonly Pick<Slot, 'owners' | 'epoch'>[] = [];
  #routes: Routes | undefined;
  /** Nobody is aside for longer; 0: nobody is. */
  #asideUntilMs = 0;

  constructor(deps: ClusterDeps) {
    this.#deps = deps;
    this.#listeners = createListeners<PeerChange>('a listener of the router', deps.log);
  }

  /** How many there are: a cluster keeps the number that it began with, whatever is declared since. */
  get partitions(): number {
    return this.#slots.length || this.#deps.partitions;
  }

  /** True while nobody is known. */
  get isEmpty(): boolean {
    return this.#routes === undefined;
  }

  takeTable({ slots }: { readonly slots: readonly Pick<Slot, 'owners' | 'epoch'>[] }): void {
    this.#slots = slots;
    if (this.#routes) this.#routes = createRoutes(this.#routes.picking, slots);
  }

  takeRoster(roster: Roster): void {
    const before = this.#known;
    const nodes = peersOf(roster, this.#deps.self, before);
    this.#known = new Map(nodes.map((known) => [known.peer.node, known]));
    this.#peers = Object.freeze(nodes.map(({ peer }) => peer));
    this.#indices = new Map(this.#peers.map(({ node }, index) => [node, index]));
    this.#standing = this.#renew(before);
    this.#routes = this.#peers.length === 0 ? undefined : createRoutes(this.#picking(), this.#slots);
    for (const change of changesBetween(before, this.#known)) void this.#listeners.tell(change);
  }

  nodes(filter: PeerFilter = {}): readonly Peer[] {
    return this.#peers.filter((peer) => isWanted(peer, filter));
  }

  onChange(listener: (change: PeerChange) => void): () => void {
    return this.#listeners.add(listener);
  }

  partitionOf(key: string): number {
    return partitionOf(key, this.partitions);
  }

  nodeFor(key: string): Peer | undefined {
    const routes = this.#routes;
    if (routes === undefined) return undefined;
    return this.#peers[nodeFor(routes, this.partitionOf(key), this.#nowMs())];
  }

  ownerOf(key: string): Peer | undefined {
    const routes = this.#routes;
    if (routes === undefined) return undefined;
    return this.#peers[ownerFor(routes, this.partitionOf(key), this.#nowMs())];
  }

  /** For exclusive work: also an owner that is aside, unless it refused the connection. */
  ownerToTry(key: string): Peer | undefined {
    const routes = this.#routes;
    return routes && this.#peers[ownerToTryFor(routes, this.partitionOf(key), this.#nowMs())];
  }

  /** The owner that is tried again first; undefined where the key has none. */
  asideOwnerOf(key: string): AsideOwner | undefined {
    const index = this.#routes ? nextOwnerFor(this.#routes, this.partitionOf(key)) : -1;
    const peer = this.#peers[index];
    const forMs = (this.#standing.probeAtMs[index] ?? 0) - this.#deps.monotonicMs();
    return peer && { node: peer.node, forMs };
  }

  pick(): Peer | undefined {
    const routes = this.#routes;
    return routes && this.#peers[pick(routes.picking, this.#nowMs())];
  }

  /** A partition as the table has it; undefined before the first one. */
  slotOf(partition: number): Pick<Slot, 'owners' | 'epoch'> | undefined {
    return this.#slots[partition];
  }

  begin({ node, self: isSelf }: Peer): (how: Ending) => void {
    let isOver = false;
    const { onRouted, monotonicMs } = this.#deps;
    const startedMs = onRouted ? monotonicMs() : 0;
    const index = this.#indices.get(node);
    if (index !== undefined) begin(this.#standing, index);
    return (how) => {
      if (isOver) return;
      isOver = true;
      onRouted?.({ how, isSelf, durationMs: monotonicMs() - startedMs });
      // Where it is now: the roster may be another one than when it began.
      const now = this.#indices.get(node);
      if (now === undefined) return;
      end(this.#standing, now, { how, nowMs: this.#deps.monotonicMs() });
      this.#asideUntilMs = Math.max(this.#asideUntilMs, this.#standing.probeAtMs[now] ?? 0);
    };
  }

  /** For look-ups. While nobody is aside any instant will do, and asking the clock would put a number on the heap. */
  #nowMs(): number {
    if (this.#asideUntilMs === 0) return Number.POSITIVE_INFINITY;
    const nowMs = this.#deps.monotonicMs();
    if (nowMs >= this.#asideUntilMs) this.#asideUntilMs = 0;
    return nowMs;
  }

  /** What is known of nodes that stay is kept; another life of a node has not failed yet. */
  #renew(before: ReadonlyMap<string, Known>): Standing {
    const nodes = this.#peers.map(({ node, zone, unitsPerSecond }) => ({
      node,
      ...(zone !== undefined && { zone }),
      capacity: unitsPerSecond,
    }));
    const standing = renewStanding(this.#standing, nodes);
    for (const [index, { node }] of nodes.entries()) {
      if (before.get(node)?.incarnation === this.#known.get(node)?.incarnation) continue;
      standing.failures[index] = 0;
      standing.refusals[index] = 0;
      standing.probeAtMs[index] = 0;
    }
    return standing;
  }

  /** Nodes that want no new work are never drawn; those that have partitions serve these until the table has moved. */
  #picking(): Picking {
    const { random, zone } = this.#deps;
    const standing = this.#standing;
    const isOpen = this.#peers.some(({ healthy }) => healthy);
    const capacities = standing.capacities.map((capacity, index) =>
      isOpen && !this.#peers[index]?.healthy ? 0 : capacity,
    );
    const isZoneOpen = this.#peers.some((peer, index) => peer.zone === zone && (capacities[index] ?? 0) > 0);
    const drawing = createPicking({ ...standing, capacities }, random, isZoneOpen ? zone : undefined);
    return { ...drawing, standing };
  }
}
