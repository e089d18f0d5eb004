/** What the guard is given at each look. */

import type { EpochMs } from '../time.js';
import type { NodeObservation } from './observations.js';
import type { GuardSettings } from './settings.js';
import type { GuardState } from './state.js';

export interface GuardedDeployment {
  readonly number: number;
  /** Of the version under test. */
  readonly label: string;
  /** Of the version it replaces; absent at a profile's first deployment. */
  readonly previousLabel?: string;
  readonly percentage: number;
  readonly state: 'DEPLOYING' | 'BAKING';
  readonly startedAtMs: EpochMs;
  /** True when the deployment completes before the next look. */
  readonly isLastLook?: boolean;
}

export interface Look {
  readonly deployment: GuardedDeployment;
  /** All nodes of the cluster, in any order; also those that fell silent. */
  readonly nodes: readonly NodeObservation[];
  readonly settings: GuardSettings;
  /** What the last look returned; absent, or another deployment's, at the first look. */
  readonly previous?: GuardState;
  readonly lookedAtMs: EpochMs;
}
