/** What a router may know and decide. Each strategy is made anew for each run. */

import type { Ending } from '../../../core/routing/standing.js';
import type { Chance } from '../guard/chance.js';
import type { Conditions } from './conditions.js';

/** What one report of a node says, when it arrives. */
export interface Report {
  readonly node: number;
  readonly arrivedAtMs: number;
  /** When this life of the node began. */
  readonly sinceMs: number;
  /** Requests on the node when it was sent. */
  readonly onNode: number;
  /** Work units a second: what the node gets done, by its own measure. */
  readonly capacity: number;
  /** Offered and waiting, by capacity. */
  readonly load: number;
  /** Requests offered since the last report, by partition. */
  readonly offered: ReadonlyMap<number, number>;
  /** Time that `offered` covers. */
  readonly windowMs: number;
}

/** What nobody could know: for the oracles, against which the others are held. */
export interface Truth {
  readonly speedAt: (node: number) => number;
  readonly isUp: (node: number) => boolean;
  readonly onNode: (node: number) => number;
}

export interface World {
  readonly conditions: Conditions;
  /** What each node is said to be able to do when it starts, in requests a second. */
  readonly declared: Float64Array;
  readonly chance: Chance;
  readonly truth: Truth;
  readonly partitionOf: (key: number) => number;
  /** True popularity of a key's partition, in requests a second. */
  readonly trueWork: Float64Array;
}

export interface Asked {
  readonly key: number;
  readonly router: number;
  /** 0 at first; a retry is for what was not accepted elsewhere. */
  readonly attempt: number;
}

export interface Strategy {
  /** A node by index; -1 for none. */
  route(asked: Asked, nowMs: number): number;
  /** The request was sent there. */
  sent?(asked: Asked, node: number): void;
  ended?(
    about: { readonly router: number; readonly node: number; readonly how: Ending },
    nowMs: number,
  ): void;
  reported?(report: Report): void;
  /** Called every `tickMs`. */
  tick?(nowMs: number): void;
  readonly tickMs?: number;
  /** True when a router tries a request again elsewhere that no node accepted. */
  retries?(router: number): boolean;
  /** Partitions that changed owner so far, where there is a table. */
  readonly moves?: number;
}

export interface StrategyKind {
  readonly name: string;
  readonly isKeyed: boolean;
  create(world: World): Strategy;
}
