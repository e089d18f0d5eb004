/** What the acts of `veltrix dev` and of the demos share. */

import type { Cloud } from '../../control/cloud.js';
import type { Home } from '../../control/files/stages.js';
import type { LoadedApplication } from '../../control/files/workspace.js';
import type { ClusterAddress } from '../../core/addresses.js';
import type { Context } from '../command.js';
import type { Pace } from './nodes.js';
import type { Tell } from './story.js';

/** How often the view looks. */
export const lookEveryMs = 500;
/** After this a fleet of one machine has converged, or something is wrong. */
export const convergenceTimeoutMs = 120_000;

export interface StageOptions {
  /** What the nodes are part of. Default: the first application of the project in its first environment. */
  readonly cluster?: ClusterAddress | undefined;
  readonly port?: number | undefined;
  readonly speed: number;
  readonly nodes: number;
  readonly pace: Pace;
}

/** Who plays, and before whom. */
export interface Company {
  readonly context: Context;
  readonly options: StageOptions;
  readonly tell: Tell;
}

export interface Stage extends Company {
  /** Registers what is undone at the end, last first. */
  readonly later: (cleanup: () => Promise<unknown>) => void;
}

export interface Play extends Stage {
  readonly home: Home;
  readonly cloud: Cloud;
  /** What the nodes are part of. */
  readonly cluster: ClusterAddress;
  readonly loaded: LoadedApplication;
  readonly startedMs: number;
  /** Aborts at Ctrl-C, and when somebody stops the local AWS (`veltrix local down`). */
  readonly over: AbortSignal;
}
