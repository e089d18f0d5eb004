/** What AppConfig says of a deployment that is judged. */

import type { Deployment, DeploymentSummary, EnvironmentStore } from '../../core/delivery/deployments.js';
import { deployedOf } from '../../core/delivery/deployments.js';
import { UsageError } from '../../core/errors.js';
import type { RolloutFacts } from '../../core/guard/look.js';
import { epochMs, plusMs } from '../../core/time.js';

/** A previous version that is further back than so many deployments of its environment is taken as none. */
const deploymentsReadMax = 500;
const minuteMs = 60_000;

/** @throws ServiceUnavailable when AppConfig does not answer. UsageError when its version has no label to know it by. */
export async function readFacts(store: EnvironmentStore, number: number): Promise<RolloutFacts> {
  const [deployment, earlier] = await Promise.all([store.deployment(number), readEarlier(store, number)]);
  const { label, profile, startedAt } = deployment;
  if (label === undefined) {
    throw new UsageError(`version ${deployment.version} of ${profile} has no label to know its nodes by`, {
      hint: 'Publish it through Veltrix.',
    });
  }
  const previousLabel = deployedOf(earlier, profile)?.label;
  const startedAtMs = epochMs(Date.parse(startedAt));
  const endsAtMs = plusMs(startedAtMs, minutesOf(deployment) * minuteMs);
  return { label, ...(previousLabel !== undefined && { previousLabel }), startedAtMs, endsAtMs };
}

const minutesOf = ({ durationMinutes, bakeMinutes }: Deployment): number => durationMinutes + bakeMinutes;

/** Those before it, newest first. */
async function readEarlier(store: EnvironmentStore, number: number): Promise<DeploymentSummary[]> {
  const earlier: DeploymentSummary[] = [];
  for await (const summary of store.deployments()) {
    if (summary.number < number) earlier.push(summary);
    if (earlier.length === deploymentsReadMax) break;
  }
  return earlier;
}
