/** One tick: every tick extension of a deployment is asked, at once, whether to go on. */
import type { Surroundings } from '../context.js';
import { readTickAnswer, type TickAnswer } from '../extensions/answers.js';
import { actionAt, sourceArnsOf } from '../extensions/applied.js';
import { tickPayload } from '../extensions/payloads.js';
import { askFunction } from '../lambda/invoke.js';
import { tickLimitMs } from '../limits.js';
import type { AppliedExtension, Deployment } from '../state/deployments.js';
import { nextId } from '../state/state.js';
import { failureOf } from './commit.js';
import type { ActionInvocation, Cause } from './machine.js';

/** True when a deployment has somebody to ask. */
export function hasTicks(applied: readonly AppliedExtension[]): boolean {
  return applied.some((one) => actionAt(one, 'AT_DEPLOYMENT_TICK') !== undefined);
}

/** Why the deployment has to be rolled back, by the first extension that says so; undefined to go on. */
export async function runTick(around: Surroundings, deployment: Deployment): Promise<Cause | undefined> {
  const verdicts = await Promise.all(deployment.applied.map((applied) => ask(around, deployment, applied)));
  return verdicts.find((verdict) => verdict !== undefined);
}

async function ask(
  around: Surroundings,
  deployment: Deployment,
  applied: AppliedExtension,
): Promise<Cause | undefined> {
  const action = actionAt(applied, 'AT_DEPLOYMENT_TICK');
  if (!action) return undefined;
  const invocationId = nextId(around.state);
  const payload = tickPayload({ invocationId, parameters: applied.parameters }, around.state, deployment);
  const sourceArns = sourceArnsOf(around, deployment);
  const call = { functionArn: action.Uri, roleArn: action.RoleArn, sourceArns, payload };
  const answer = readTickAnswer(await askFunction(around, call, tickLimitMs));
  if (answer.kind === 'continue') return undefined;
  const invocation: ActionInvocation = {
    ExtensionIdentifier: applied.extensionArn,
    ActionName: action.Name,
    Uri: action.Uri,
    ...(action.RoleArn && { RoleArn: action.RoleArn }),
    ...(answer.error && failureOf(answer.error)),
    InvocationId: invocationId,
  };
  return causeOf(applied, answer, invocation);
}

function causeOf(
  applied: AppliedExtension,
  answer: Extract<TickAnswer, { kind: 'roll-back' }>,
  invocation: ActionInvocation,
): Cause {
  const verb = answer.error ? 'Error invoking extension' : 'Rollback requested by extension';
  return {
    triggeredBy: 'APPCONFIG',
    description: `${verb} ${applied.extensionName}: ${answer.description}`,
    invocations: [invocation],
  };
}
