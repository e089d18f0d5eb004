/** What a session is due, from the deployments of its environment. Pure. */
import { isSelected } from '../deployments/buckets.js';
import { isRunning } from '../deployments/machine.js';
import type { DeployedData, Deployment } from '../state/deployments.js';

export type Delivery =
  | { readonly kind: 'data'; readonly data: DeployedData }
  /** A first rollout is under way and has not reached this session: there is nothing to get yet. */
  | { readonly kind: 'not-yet' }
  /** No deployment of the profile is in force. */
  | { readonly kind: 'none'; readonly everDeployed: boolean };

/**
 * A session that the running rollout has reached gets its data; any other gets those of the newest complete deployment,
 * which leaves out rolled back and reverted ones.
 */
export function deliveryFor(
  deployments: readonly Deployment[],
  profileId: string,
  bucketFor: (deployment: Deployment) => number,
): Delivery {
  const own = deployments.filter((deployment) => deployment.ConfigurationProfileId === profileId);
  const newest = own.at(-1);
  const running = newest && isRunning(newest.rollout) ? newest : undefined;
  if (running && isSelected(bucketFor(running), running.rollout.percent))
    return { kind: 'data', data: running.data };
  const settled = own.findLast((deployment) => deployment.rollout.state === 'COMPLETE');
  if (settled) return { kind: 'data', data: settled.data };
  return running ? { kind: 'not-yet' } : { kind: 'none', everDeployed: newest !== undefined };
}
