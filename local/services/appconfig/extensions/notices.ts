/** Notifications of a deployment's events (ON_DEPLOYMENT_*), each to where its action says. */
import { associationArn } from '../arns.js';
import type { Surroundings } from '../context.js';
import type { ActionInvocation } from '../deployments/machine.js';
import { type FunctionAnswer, failureFrom, tellFunction } from '../lambda/invoke.js';
import type { AppliedExtension, Deployment } from '../state/deployments.js';
import type { ActionPoint } from '../state/records.js';
import { sourceArnsOf } from './applied.js';
import { joined, noticePayload } from './payloads.js';

/** The one bus that an action may name (guide, "Create a custom extension": other buses are not supported). */
export const defaultBusPattern = /^arn:aws:events:[\w-]+:\d{12}:event-bus\/default$/;

export interface Notice {
  readonly point: ActionPoint;
  readonly applied: AppliedExtension;
  readonly invocation: ActionInvocation;
}

/** Says only whether the notice was taken. Never rejects. */
export function sendNotice(
  around: Surroundings,
  deployment: Deployment,
  { point, applied, invocation }: Notice,
): Promise<FunctionAnswer> {
  const { InvocationId: invocationId, Uri, RoleArn: roleArn } = invocation;
  const about = { invocationId, parameters: applied.parameters, point };
  const payload = noticePayload(about, around.state, deployment);
  if (defaultBusPattern.test(Uri)) return tellBus(around, { point, applied, payload });
  const sourceArns = sourceArnsOf(around, deployment);
  return tellFunction(around, { functionArn: Uri, roleArn, sourceArns, payload });
}

interface BusNotice {
  readonly point: ActionPoint;
  readonly applied: AppliedExtension;
  readonly payload: object;
}

/**
 * Source of the shape: guide, "Working with the deployment events to Amazon EventBridge extension". The bus needs no
 * permission.
 */
async function tellBus({ aws, identity }: Surroundings, notice: BusNotice): Promise<FunctionAnswer> {
  const Resources = [associationArn(identity, notice.applied.associationId)];
  const DetailType = joined(notice.point, ' ');
  const input = { Source: 'aws.appconfig', DetailType, Detail: notice.payload, Resources };
  try {
    return { kind: 'answered', value: await aws.call('events', 'PutServiceEvent', input) };
  } catch (error) {
    return failureFrom(error);
  }
}
