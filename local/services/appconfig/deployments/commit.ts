/** Puts a deployment's next state into effect: the record, the environment's state, and what extensions are told. */
import type { Surroundings } from '../context.js';
import { actionAt } from '../extensions/applied.js';
import { type Notice, sendNotice } from '../extensions/notices.js';
import type { AppliedExtension, Deployment } from '../state/deployments.js';
import { type ActionPoint, environmentStateAfter } from '../state/records.js';
import { nextId } from '../state/state.js';
import { type ActionInvocation, isOpen, type Rollout, type RolloutEvent } from './machine.js';

/** Which notification an event sends; AWS documents none for the start of a rollback and for a revert. */
const pointOf: Partial<Record<RolloutEvent['type'], ActionPoint>> = {
  DEPLOYMENT_STARTED: 'ON_DEPLOYMENT_START',
  PERCENTAGE_UPDATED: 'ON_DEPLOYMENT_STEP',
  BAKE_TIME_STARTED: 'ON_DEPLOYMENT_BAKING',
  DEPLOYMENT_COMPLETED: 'ON_DEPLOYMENT_COMPLETE',
  ROLLBACK_COMPLETED: 'ON_DEPLOYMENT_ROLLED_BACK',
};

/**
 * Stores `deployment` with `rollout` and tells its extensions of the events that `rollout` has over `known` (the number of
 * events told before). Notifications are asynchronous: one that fails is noted in its event and changes nothing else.
 */
export function commit(around: Surroundings, deployment: Deployment, rollout: Rollout): Deployment {
  const knownCount = knownEvents(around, deployment);
  const newCount = rollout.events.length - knownCount;
  const notices: Notice[] = [];
  const events = rollout.events.map((event, index) => {
    if (index >= newCount) return event;
    const own = deployment.applied.flatMap((applied) => prepare(around, applied, event));
    notices.unshift(...own);
    return { ...event, invocations: [...event.invocations, ...own.map(({ invocation }) => invocation)] };
  });
  const committed = { ...deployment, rollout: { ...rollout, events } };
  store(around, committed);
  for (const notice of notices) void send(around, committed, notice);
  return committed;
}

function knownEvents({ state }: Surroundings, { EnvironmentId, DeploymentNumber }: Deployment): number {
  return state.deployments.get(EnvironmentId)?.[DeploymentNumber - 1]?.rollout.events.length ?? 0;
}

function prepare(around: Surroundings, applied: AppliedExtension, event: RolloutEvent): Notice[] {
  const point = pointOf[event.type];
  const action = point && actionAt(applied, point);
  if (!point || !action) return [];
  const invocation: ActionInvocation = {
    ExtensionIdentifier: applied.extensionArn,
    ActionName: action.Name,
    Uri: action.Uri,
    ...(action.RoleArn && { RoleArn: action.RoleArn }),
    InvocationId: nextId(around.state),
  };
  return [{ point, applied, invocation }];
}

function store(around: Surroundings, deployment: Deployment): void {
  const { state } = around;
  const { EnvironmentId, DeploymentNumber, rollout } = deployment;
  const all = state.deployments.get(EnvironmentId) ?? [];
  all[DeploymentNumber - 1] = deployment;
  state.deployments.set(EnvironmentId, all);
  const environment = state.environments.get(EnvironmentId);
  // A revert leaves an environment alone in which another deployment is under way.
  const another = all.find((other) => other !== deployment && isOpen(other.rollout));
  if (!environment || another) return;
  state.environments.set(EnvironmentId, { ...environment, State: environmentStateAfter(rollout.state) });
}

async function send(around: Surroundings, deployment: Deployment, notice: Notice): Promise<void> {
  const answer = await sendNotice(around, deployment, notice);
  if (answer.kind === 'failed')
    noteFailure(around, deployment, { ...notice.invocation, ...failureOf(answer) });
}

export function failureOf({ code, message }: { code: string; message: string }) {
  return { ErrorCode: code, ErrorMessage: message };
}

function noteFailure({ state }: Surroundings, of: Deployment, failed: ActionInvocation): void {
  const all = state.deployments.get(of.EnvironmentId);
  const deployment = all?.[of.DeploymentNumber - 1];
  if (!all || !deployment) return;
  const events = deployment.rollout.events.map((event) => ({
    ...event,
    invocations: event.invocations.map((one) => (one.InvocationId === failed.InvocationId ? failed : one)),
  }));
  all[of.DeploymentNumber - 1] = { ...deployment, rollout: { ...deployment.rollout, events } };
}
