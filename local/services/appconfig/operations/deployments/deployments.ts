/** Looking at deployments, and ending them early. */
import * as z from 'zod';
import { defineOperation } from '../../../../kernel/operations.js';
import type { AppConfig } from '../../context.js';
import { commit } from '../../deployments/commit.js';
import { isOpen, stop } from '../../deployments/machine.js';
import { badRequest } from '../../errors.js';
import { deploymentsOf, getDeployment, getEnvironment } from '../../lookups.js';
import type { Deployment } from '../../state/deployments.js';
import { flag, inEnvironment, page, paging, versionNumber } from '../members.js';
import { describeDeployment, summarizeDeployment } from './view.js';

const inDeployment = { ...inEnvironment, DeploymentNumber: versionNumber };

export const getDeploymentOperation = defineOperation({
  input: z.strictObject(inDeployment),
  run: ({ state }: AppConfig, input) => describeDeployment(getDeployment(state, input)),
});

/** Newest first. */
export const listDeployments = defineOperation({
  input: z.strictObject({ ...inEnvironment, ...paging }),
  run({ state }: AppConfig, input) {
    const items = [...deploymentsOf(state, getEnvironment(state, input).Id)].reverse();
    const position = (deployment: Deployment) => deployment.DeploymentNumber;
    return page({ items, order: 'falling', position, view: summarizeDeployment }, input);
  },
});

/**
 * Rolls a running deployment back, or reverts a complete one (`AllowRevert`). The answer shows ROLLING_BACK; ROLLED_BACK
 * follows. Throws BadRequestException for a deployment in any other state.
 */
export const stopDeployment = defineOperation({
  input: z.strictObject({ ...inDeployment, AllowRevert: flag.optional() }),
  run(app: AppConfig, { AllowRevert = false, ...input }) {
    const deployment = getDeployment(app.state, input);
    const by = { allowRevert: AllowRevert, accountId: app.identity.accountId };
    const result = stop(deployment.rollout, app.clock.now(), by);
    if (result.kind === 'refused') throw refused(deployment, result.reason);
    if (result.rollout.state === 'REVERTED') assertRevertable(app, deployment);
    const stopped = commit(app, deployment, result.rollout);
    app.loop.wake();
    return describeDeployment(stopped);
  },
});

/** Only what clients of the profile get can be taken back: its newest complete deployment, while none is under way. */
function assertRevertable({ state }: AppConfig, deployment: Deployment): void {
  const later = deploymentsOf(state, deployment.EnvironmentId).filter(
    (other) =>
      other.ConfigurationProfileId === deployment.ConfigurationProfileId &&
      other.DeploymentNumber > deployment.DeploymentNumber,
  );
  const complete = later.find((other) => other.rollout.state === 'COMPLETE');
  if (complete)
    throw refused(deployment, `deployment ${complete.DeploymentNumber} of the same profile is newer`);
  const open = later.find((other) => isOpen(other.rollout));
  if (open) throw refused(deployment, `deployment ${open.DeploymentNumber} of the same profile is under way`);
}

function refused({ DeploymentNumber }: Deployment, reason: string) {
  return badRequest(`Deployment ${DeploymentNumber} cannot be stopped: ${reason}`);
}
