/**
 * What AppConfig tells an extension's function at each action point. Spellings: section "Payload reference" of the User
 * Guide's "Create a Lambda function for a custom extension", by way of two independent emulators that agree on it.
 */

import type { Deployment } from '../state/deployments.js';
import type { ActionPoint } from '../state/records.js';
import type { State } from '../state/state.js';

type Parameters = Readonly<Record<string, string>>;

interface Named {
  readonly Id: string;
  readonly Name: string;
}

export interface Content {
  readonly ContentType: string;
  readonly ContentVersion: string;
  readonly bytes: Uint8Array;
}

export interface PreCreate {
  readonly application: Named;
  readonly profile: Named;
  readonly description: string | undefined;
  readonly previous: Content | undefined;
}

export interface PreStart {
  readonly application: Named;
  readonly environment: Named;
  readonly profile: Named;
  readonly deploymentNumber: number;
  readonly description: string | undefined;
}

/** One call: what every payload begins with. */
export interface Invocation {
  readonly invocationId: string;
  readonly parameters: Parameters;
}

export function preCreatePayload(invocation: Invocation, content: Content, about: PreCreate): object {
  return {
    ...opening(invocation, 'PRE_CREATE_HOSTED_CONFIGURATION_VERSION'),
    ...encoded(content),
    Application: pick(about.application),
    ConfigurationProfile: pick(about.profile),
    Description: about.description,
    ...(about.previous && { PreviousContent: encoded(about.previous) }),
  };
}

export function preStartPayload(invocation: Invocation, content: Content, about: PreStart): object {
  return {
    ...opening(invocation, 'PRE_START_DEPLOYMENT'),
    ...encoded(content),
    Application: pick(about.application),
    Environment: pick(about.environment),
    ConfigurationProfile: pick(about.profile),
    DeploymentNumber: about.deploymentNumber,
    Description: about.description,
  };
}

/** ON_DEPLOYMENT_*: no content. Names are those of the moment. */
export function noticePayload(
  invocation: Invocation & { readonly point: ActionPoint },
  state: State,
  deployment: Deployment,
): object {
  const { ApplicationId, EnvironmentId, ConfigurationProfileId } = deployment;
  return {
    ...opening(invocation, invocation.point),
    Application: { Id: ApplicationId, Name: state.applications.get(ApplicationId)?.Name },
    Environment: { Id: EnvironmentId, Name: state.environments.get(EnvironmentId)?.Name },
    ConfigurationProfile: { Id: ConfigurationProfileId, Name: deployment.ConfigurationName },
    DeploymentNumber: deployment.DeploymentNumber,
    Description: deployment.Description,
    ConfigurationVersion: deployment.ConfigurationVersion,
  };
}

/** AT_DEPLOYMENT_TICK: the percentage is a string with one decimal. */
export function tickPayload(invocation: Invocation, state: State, deployment: Deployment): object {
  return {
    ...noticePayload({ ...invocation, point: 'AT_DEPLOYMENT_TICK' }, state, deployment),
    DeploymentState: deployment.rollout.state,
    PercentageComplete: deployment.rollout.percent.toFixed(1),
  };
}

function opening({ invocationId, parameters }: Invocation, point: ActionPoint) {
  return { InvocationId: invocationId, Parameters: parameters, Type: joined(point) };
}

/** `ON_DEPLOYMENT_ROLLED_BACK` → `OnDeploymentRolledBack`, or with something between the words. */
export function joined(point: ActionPoint, between = ''): string {
  return point
    .split('_')
    .map((word) => word.charAt(0) + word.slice(1).toLowerCase())
    .join(between);
}

function encoded({ ContentType, ContentVersion, bytes }: Content) {
  return { ContentType, ContentVersion, Content: Buffer.from(bytes).toString('base64') };
}

function pick({ Id, Name }: Named): Named {
  return { Id, Name };
}
