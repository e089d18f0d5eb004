/** What happens in `veltrix dev`, in order, as events: whoever shows them decides how. */

import type { ProfileStatus, Status } from '../../control/see/status/status.js';
import type { DeployProgress, DeployResult } from '../../local/index.js';
import type { Took } from './nodes.js';

export type StoryEvent =
  | { readonly event: 'local-aws'; readonly endpoint: string; readonly speed: number }
  | { readonly event: 'synthesized'; readonly durationMs: number }
  | { readonly event: 'deploying'; readonly progress: DeployProgress }
  | { readonly event: 'deployed'; readonly durationMs: number; readonly stacks: DeployResult['stacks'] }
  | {
      readonly event: 'published';
      readonly address: string;
      readonly version: number;
      readonly unchanged: boolean;
    }
  | { readonly event: 'nodes'; readonly ready: number; readonly wanted: number }
  | ({ readonly event: 'took' } & Took)
  | { readonly event: 'node-lost'; readonly node: string; readonly complaint: string }
  | { readonly event: 'status'; readonly status: Status }
  | {
      readonly event: 'converged';
      readonly nodes: number;
      readonly elapsedMs: number;
      readonly versions: string;
    }
  | { readonly event: 'serving' }
  | { readonly event: 'trouble'; readonly message: string }
  | { readonly event: 'stopping' };

/** Told of everything; shows it. */
export type Tell = (event: StoryEvent) => void;

/** The profiles' versions in a few characters: `gameplay v1, limits v1`. */
export function versionsOf(profiles: readonly ProfileStatus[]): string {
  return profiles
    .map(({ address, rollout, deployed }) => {
      const version = (rollout ?? deployed)?.version;
      return `${address.split('/').at(-1)} ${version === undefined ? '–' : `v${version}`}`;
    })
    .join(', ');
}

/** True when so many live nodes hold the wanted version of every profile. */
export function isConverged({ profiles }: Status, nodeCount: number): boolean {
  return (
    profiles.length > 0 &&
    profiles.every(({ nodes, state }) => state !== 'unpublished' && nodes.holding.length >= nodeCount)
  );
}
