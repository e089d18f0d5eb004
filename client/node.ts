/** What a service holds once it is connected: typed configuration, and the node's word about itself. */

import type { NodeHealth, OverrideReport, ValueSource } from '../core/fleet/node-reports.js';
import type { Application, ProfileName, ProfileValue } from '../core/profiles.js';
import type { Assigned, MeasureOptions, Revoked, Router, ServeOptions, Task } from './routing/router.js';

/** A value nobody can assign to, at any depth. It is frozen at run time as well. */
export type Frozen<T> = T extends Primitive | ((...args: never[]) => unknown)
  ? T
  : T extends ReadonlyMap<infer Key, infer Value>
    ? ReadonlyMap<Frozen<Key>, Frozen<Value>>
    : T extends ReadonlySet<infer Item>
      ? ReadonlySet<Frozen<Item>>
      : T extends object
        ? { readonly [Key in keyof T]: Frozen<T[Key]> }
        : T;

/** Told apart first, so that a branded one (`number & { … }`) stays what it is. */
type Primitive = string | number | bigint | boolean | symbol | null | undefined;

/** One change of a profile's value. */
export interface ConfigChange<Value> {
  readonly value: Value;
  readonly previous: Value;
  /** The version in force from here on; absent when AppConfig names none. */
  readonly label: string | undefined;
}

/** Where a profile stands on this node. */
export interface ProfileState {
  /** The version in force; absent while it is the default. */
  readonly label?: string;
  readonly source: ValueSource;
  /** Milliseconds since AppConfig last confirmed the value; since the start for a default. */
  readonly ageMs: number;
  /**
   * The version that was offered last and not taken, and why. One whose secrets cannot be read is tried again every few minutes,
   * any other not until another version arrives.
   */
  readonly refused?: { readonly label: string; readonly reason: string };
  /** When AppConfig last answered a poll as it should (milliseconds since the epoch). */
  readonly lastPollAtMs?: number;
  /** Why the last poll failed; absent once one succeeds. */
  readonly lastError?: string;
  /** What a person has put over the value on this node, or why that was refused; absent where nobody wants anything. */
  readonly override?: OverrideReport;
  /** Why secrets of the value could not be read anew; absent once they can. The value keeps what was read before. */
  readonly secretsError?: string;
}

/** One profile's configuration. */
export interface Config<Value> {
  /** The value in force: the same frozen object until the next change. Never does I/O, never throws. */
  get(): Value;
  /**
   * Calls `listener` at each change, in the turn in which the value is replaced; not for the value in force now. What a
   * listener throws is logged and hinders nobody.
   * @returns a function that ends it.
   */
  onChange(listener: (change: ConfigChange<Value>) => void): () => void;
  state(): ProfileState;
}

/** What the node did with its reports. */
export interface ReportState {
  readonly sent: number;
  /** Could not be sent and was given up for newer ones. */
  readonly dropped: number;
  /** Waits to be sent. */
  readonly pending: number;
  /** Why the last attempt failed; absent once one succeeds. */
  readonly lastError?: string;
}

/**
 * Reads of the table of owners. When none has succeeded for as long as a lease (10 seconds), the node is `degraded`: it serves none of
 * its partitions' exclusive work until one does.
 */
export interface RoutingState {
  /** When the table was last read (milliseconds since the epoch). */
  readonly readAtMs?: number;
  /** Why the last read failed; absent once one succeeds. */
  readonly lastError?: string;
}

export interface NodeStatus<App extends Application = Application> {
  readonly node: string;
  /** `treasure-hunt/staging`. */
  readonly cluster: string;
  /** Names this life of the node; random at each start. */
  readonly incarnation: string;
  readonly health: NodeHealth;
  /** 0 idle … 1 at capacity, as in the last report. */
  readonly load: number;
  readonly inFlight: number;
  readonly queueDepth: number;
  /** Work units turned away by `serve` since the start. */
  readonly shed: number;
  /** Partitions that this node has; absent where the application declares no `routing`, and before the first table was read. */
  readonly partitions?: number;
  /** How the node gets to know who owns what; absent where the application declares no `routing`. */
  readonly routing?: RoutingState;
  readonly profiles: { readonly [Name in ProfileName<App>]: ProfileState };
  readonly reports: ReportState;
  /** Where a person may put overrides on this node (docs/when-aws-is-down.md); absent where nothing is kept on disk. */
  readonly overrideFile?: string;
  /** What is wrong with the files of last good values, if anything. The node goes on without them. */
  readonly diskError?: string;
}

/** Work that was done outside `measure`: whole numbers from 0 on, what was added since the last call. */
export interface WorkCounts {
  readonly requests?: number;
  /** Those of the requests that failed. */
  readonly errors?: number;
  /** Those that took too long. Whoever measures decides what that is: they count as slow for every profile. */
  readonly slow?: number;
}

/** A connected node. All of it but `serve`, `drain` and `close` is synchronous, reads memory, and never throws. */
export interface Node<App extends Application = Application> {
  readonly name: string;
  readonly config: {
    readonly [Name in ProfileName<App>]: Config<Frozen<ProfileValue<App, Name>>>;
  };
  /** The nodes of the cluster, and which of them gets which work. It knows nobody where the application declares no `routing`. */
  readonly router: Router;
  status(): NodeStatus<App>;
  /**
   * Runs `work` and returns what it returns, or a promise that settles as its promise does; what it throws passes through.
   * While it runs it is in flight; when it ends it counts as one request, for every profile, of the version that was in
   * force when it began: as an error if it threw or rejected, as slow for each profile whose latency objective it missed.
   *
   * A call inside another counts for itself as well, so one failure would be two: measure a unit of work once, at its
   * outermost door.
   */
  measure<Result>(work: () => Result, options?: MeasureOptions): Result;
  /**
   * Does work when its turn comes: at most `capacity` work units at once, the others wait in line, in the order in which they came.
   * Measured like `measure`, from when it begins: use one of them for a piece of work. Work for a key that another node owns is
   * done all the same, and counted, unless it is `exclusive`.
   * @throws Overloaded when too much waits already (`queueMax`). Nothing was done; `retryAfterMs` says when to come again.
   * @throws Misdirected for exclusive work whose partition this node does not own, or owns no more when its turn comes. Nothing
   * was done.
   * @throws UsageError for exclusive work without a key, or where the application declares no `routing`.
   * @throws what the work throws.
   */
  serve<Result>(work: (task: Task) => Result | Promise<Result>, options?: ServeOptions): Promise<Result>;
  /**
   * The epoch under which this node may serve the key's partition now: the token for conditional writes. Undefined when it may not,
   * also when this process has just been paused for longer than its lease. Ask again before each piece of work.
   */
  owns(key: string): number | undefined;
  /**
   * Calls `listener` for each partition that this node begins to serve, and first, in a microtask, for each that it serves already.
   * Whoever begins work here should have a listener of `onRevoked` as well: without one, each hand-over takes all of its time.
   * @returns a function that ends it.
   */
  onAssigned(listener: (assigned: Assigned) => void): () => void;
  /**
   * Calls `listener` for each partition that was taken from this node, or whose lease ran out. When what it returns has resolved,
   * and what `serve` has admitted of the partition has ended, its next owner may begin; at the latest when `finishWithinMs` are over.
   * What it throws is logged. @returns a function that ends it.
   */
  onRevoked(listener: (revoked: Revoked) => void | Promise<void>): () => void;
  /**
   * Adds work measured elsewhere to the versions in force now. Given anything but whole numbers from 0 on it counts nothing
   * of the call, and says so once in the log.
   */
  count(counts: WorkCounts): void;
  /** How many requests wait to be worked on. They are load as much as those in flight. */
  setQueueDepth(depth: number): void;
  /**
   * Says that the node wants no more work, serves until its partitions have gone to others, and resolves when that was reported
   * and nothing is in flight any more; after `timeoutMs` in any case (default 10,000; 20,000 where the application declares
   * `routing`). Partitions stay where no other node is healthy. Never rejects.
   */
  drain(options?: { readonly timeoutMs?: number }): Promise<void>;
  /**
   * Lets go of all partitions, ends polling, sends a last report with health `stopped` and leaves no timer behind. The values
   * stay readable. Resolves within about two seconds, also when AWS does not answer, and up to two later while exclusive work or
   * listeners of `onRevoked` finish. Never rejects.
   */
  close(): Promise<void>;
}
