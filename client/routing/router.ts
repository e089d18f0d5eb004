/** What a service holds of its cluster: the nodes that are there, which of them gets which work, and what it owns itself. */

import type { NodeHealth } from '../../core/fleet/node-reports.js';
import type { Ending } from '../../core/routing/standing.js';

export type { Ending } from '../../core/routing/standing.js';

/** A node of the cluster as the router knows it. Frozen; the same object until something about the node changes. */
export interface Peer {
  readonly node: string;
  /** Where it is reached: `http://10.0.0.7:8080`. Absent where the node names none. */
  readonly endpoint?: string;
  /** Its label `zone`. */
  readonly zone?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly health: NodeHealth;
  /** True where new work may be sent: neither starting, draining, stopped, nor drained by a person. */
  readonly healthy: boolean;
  /** True for this node itself. */
  readonly self: boolean;
  /** Work units a second it can do: as measured, else as declared. */
  readonly unitsPerSecond: number;
}

/** Which nodes are wanted; what is left out does not matter. */
export interface PeerFilter {
  readonly healthy?: boolean;
  readonly zone?: string;
  /** Each of these labels must be just so. */
  readonly labels?: Readonly<Record<string, string>>;
}

/** `left`: silent for three of its reports, or stopped. A node that began another life has left and joined. */
export interface PeerChange {
  readonly kind: 'joined' | 'left' | 'changed';
  /** As it is now; of a node that left, as it was. */
  readonly peer: Peer;
}

export interface SendOptions {
  /** Sends to the node that has the key's partition; without it to any, by what this router has in flight with each. */
  readonly key?: string;
  /** The key's owner or nobody: for work that only one node at a time may do. Needs a key. */
  readonly exclusive?: boolean;
  /**
   * True where the work may be done twice (reads, idempotent writes): it is tried on another node also when nobody knows whether the
   * first one did it. Work that a node did not begin is tried elsewhere in any case. Default false.
   */
  readonly safe?: boolean;
  /** Milliseconds for each attempt, after which its signal aborts. Default 10,000. */
  readonly timeoutMs?: number;
}

/** Where the application declares no `routing`, and before the first roster was read, a router knows nobody. */
export interface Router {
  /** The nodes that are there, this one included, in the order of their names. */
  nodes(filter?: PeerFilter): readonly Peer[];
  /**
   * Calls `listener` for each node that joins, leaves or changes; not for those that are there now. What it throws is logged.
   * @returns a function that ends it.
   */
  onChange(listener: (change: PeerChange) => void): () => void;
  /**
   * The node for a key: its owner, or, while that is aside, a stand-in on which all routers agree. A look-up in memory: no I/O, no
   * allocation. Undefined where nobody is known: serve it here.
   */
  nodeFor(key: string): Peer | undefined;
  /** The key's owner alone, for exclusive work; undefined while it has none that takes work. A look-up, as `nodeFor`. */
  ownerOf(key: string): Peer | undefined;
  /** Any node, by what this router has in flight with it over what it can do; the own zone first. Undefined where nobody is known. */
  pick(): Peer | undefined;
  /**
   * For whoever sends by himself: notes that a request to the node begins. @returns what notes how it ended; only its first call
   * counts. A node that refused or broke off is left aside, and probed back after 0.5 s, 1 s, … up to 8 s.
   */
  begin(peer: Peer): (ending: Ending) => void;
  /**
   * Sends work to a node and returns what it returned. `work` is called with the node and a signal: for another node it makes the
   * request; for this one (`peer.self`) it does the work. Where nobody is known, this node does it.
   *
   * A node that refused the connection, timed out, broke off or shed the work (`Overloaded`, or an answer of 503 or 429 with
   * Retry-After) is left aside; exclusive work goes to it all the same, unless it refused the connection. The work is tried on another where nothing was done, or where it is `safe`: twice at most, and
   * only within a budget of one retry for ten requests, so that retries cannot double the load of a fleet that fails. On
   * `Misdirected`, or an answer of 421, the table is read again, and the work goes to the owner by the newer one, once.
   * Answers are errors that have a `status`, and also responses as `fetch` gives them. Where this node does the work itself, only what
   * its own `serve` turned away was not begun; all else is an answer, whatever the work met elsewhere.
   * @throws what the last attempt threw.
   * @throws ServiceUnavailable when the last attempt took longer than `timeoutMs`, or when no node takes work: for exclusive work,
   * while nobody owns its partition, or its owner is aside after it refused a connection.
   */
  send<Result>(
    work: (peer: Peer, signal: AbortSignal) => Result | Promise<Result>,
    options?: SendOptions,
  ): Promise<Result>;
}

/** A piece of work that `serve` begins. */
export interface Task {
  /** The partition's epoch: the token for conditional writes. Present where this node owns the key's partition. */
  readonly epoch?: number;
  /** Aborts when exclusive work must be broken off, because its partition has gone to another node. */
  readonly signal: AbortSignal;
}

export interface ServeOptions {
  /** Whose work it is: counted for the key's partition, by which partitions are assigned. */
  readonly key?: string;
  /** Refuses the work unless this node owns the key's partition. Needs a key. Default: serves it as a stand-in, and counts it. */
  readonly exclusive?: boolean;
  /** What the work weighs, in the units of `capacity`: a whole number. Default 1. */
  readonly units?: number;
}

export interface MeasureOptions {
  /** Whose work it is: counted for the key's partition, by which partitions are assigned. */
  readonly key?: string;
}

/** A partition that this node serves from now on. */
export interface Assigned {
  readonly partition: number;
  /** The token for conditional writes of this partition's work. */
  readonly epoch: number;
}

/** A partition that was taken from this node. Nothing more of it is admitted here. */
export interface Revoked {
  readonly partition: number;
  readonly epoch: number;
  /** What was admitted may end within this time, in milliseconds. */
  readonly finishWithinMs: number;
  /** Aborts when that time is over: what still runs must be broken off. */
  readonly signal: AbortSignal;
}
