/** What the guard is given at each look. */

import * as z from 'zod';
import { type EpochMs, epochMs } from '../time.js';
import type { NodeObservation } from './observations.js';
import type { GuardSettings } from './settings.js';
import type { GuardState } from './state.js';

const instant = z.int().min(0).transform(epochMs);

/** What stays as it is while a deployment runs: read once. */
export const rolloutFactsSchema = z.object({
  /** Of the version under test. */
  label: z.string(),
  /** Of the version it replaces; absent at a profile's first deployment. */
  previousLabel: z.string().exactOptional(),
  startedAtMs: instant,
  /** When its bake is over, if nothing stops it. AppConfig's timers are some seconds late, never early. */
  endsAtMs: instant,
  /** Number of the deployment that this one takes back; absent where it brings something of its own. */
  undoes: z.int().min(1).exactOptional(),
});
export type RolloutFacts = z.output<typeof rolloutFactsSchema>;

export interface GuardedDeployment extends Omit<RolloutFacts, 'endsAtMs'> {
  readonly number: number;
  readonly percentage: number;
  readonly state: 'DEPLOYING' | 'BAKING';
  /** True when the deployment completes before the next look. */
  readonly isLastLook?: boolean;
}

export interface Look {
  readonly deployment: GuardedDeployment;
  /** Nodes of the cluster, in any order; also those that fell silent. */
  readonly nodes: readonly NodeObservation[];
  /** True when `nodes` are a part of the cluster: the same part at every look. */
  readonly isSample?: boolean;
  readonly settings: GuardSettings;
  /** What the last look returned; absent, or another deployment's, at the first look. */
  readonly previous?: GuardState;
  readonly lookedAtMs: EpochMs;
}
