/** What AppConfig says of a deployment that is judged. */

import type { Deployment, DeploymentSummary, EnvironmentStore } from '../../core/delivery/deployments.js';
import { deployedOf } from '../../core/delivery/deployments.js';
import { readProvenance } from '../../core/delivery/provenance.js';
import { UsageError } from '../../core/errors.js';
import type { RolloutFacts } from '../../core/guard/look.js';
import { epochMs, plusMs } from '../../core/time.js';

/** A previous version that is further back than so many deployments of its environment is taken as none. */
const deploymentsReadMax = 500;
const minuteMs = 60_000;

/** @throws ServiceUnavailable when AppConfig does not answer. UsageError when its version has no label to know it by. */
export async function readFacts(store: EnvironmentStore, number: number): Promise<RolloutFacts> {
  const deployment = await store.deployment(number);
  const { label, profile, startedAt } = deployment;
  if (label === undefined) {
    throw new UsageError(`version ${deployment.version} of ${profile} has no label to know its nodes by`, {
      hint: 'Publish it through Veltrix.',
    });
  }
  const previousLabel = (await readPrevious(store, deployment))?.label;
  const startedAtMs = epochMs(Date.parse(startedAt));
  const endsAtMs = plusMs(startedAtMs, minutesOf(deployment) * minuteMs);
  const { undoes } = readProvenance(deployment.description);
  return {
    label,
    ...(previousLabel !== undefined && { previousLabel }),
    startedAtMs,
    endsAtMs,
    ...(undoes !== undefined && { undoes }),
  };
}

const minutesOf = ({ durationMinutes, bakeMinutes }: Deployment): number => durationMinutes + bakeMinutes;

/** What its profile's nodes were meant to hold before it. */
async function readPrevious(
  store: EnvironmentStore,
  { number, profile }: Deployment,
): Promise<DeploymentSummary | undefined> {
  let read = 0;
  for await (const summary of store.deployments()) {
    const previous = summary.number < number ? deployedOf([summary], profile) : undefined;
    if (previous || ++read === deploymentsReadMax) return previous;
  }
  return undefined;
}
