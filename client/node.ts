/** What a service holds once it is connected: typed configuration, and the node's word about itself. */

import type { NodeHealth, ValueSource } from '../core/fleet/node-reports.js';
import type { Application, ProfileName, ProfileValue } from '../core/profiles.js';

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
  /** The version that was offered last and not taken, and why. It is not tried again until another one arrives. */
  readonly refused?: { readonly label: string; readonly reason: string };
  /** When AppConfig last answered a poll as it should (milliseconds since the epoch). */
  readonly lastPollAtMs?: number;
  /** Why the last poll failed; absent once one succeeds. */
  readonly lastError?: string;
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
  readonly profiles: { readonly [Name in ProfileName<App>]: ProfileState };
  readonly reports: ReportState;
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

/** A connected node. All of it but `drain` and `close` is synchronous, reads memory, and never throws. */
export interface Node<App extends Application = Application> {
  readonly name: string;
  readonly config: {
    readonly [Name in ProfileName<App>]: Config<Frozen<ProfileValue<App, Name>>>;
  };
  status(): NodeStatus<App>;
  /**
   * Runs `work` and returns what it returns, or a promise that settles as its promise does; what it throws passes through.
   * While it runs it is in flight; when it ends it counts as one request, for every profile, of the version that was in
   * force when it began: as an error if it threw or rejected, as slow for each profile whose latency objective it missed.
   *
   * A call inside another counts for itself as well, so one failure would be two: measure a unit of work once, at its
   * outermost door.
   */
  measure<Result>(work: () => Result): Result;
  /**
   * Adds work measured elsewhere to the versions in force now. Given anything but whole numbers from 0 on it counts nothing
   * of the call, and says so once in the log.
   */
  count(counts: WorkCounts): void;
  /** How many requests wait to be worked on. They are load as much as those in flight. */
  setQueueDepth(depth: number): void;
  /**
   * Says that the node wants no more work, and resolves when that was reported and nothing is in flight any more; after
   * `timeoutMs` (default 10,000) in any case. Never rejects.
   */
  drain(options?: { readonly timeoutMs?: number }): Promise<void>;
  /**
   * Ends polling, sends a last report with health `stopped` and leaves no timer behind. The values stay readable. Resolves
   * within about two seconds, also when AWS does not answer. Never rejects.
   */
  close(): Promise<void>;
}
