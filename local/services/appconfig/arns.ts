/** AppConfig's ARNs (Service Authorization Reference, "Actions, resources, and condition keys for AWS AppConfig"). */
import type { Identity } from '../../kernel/aws.js';

function arn(identity: Identity, resource: string): string {
  return `arn:${identity.partition}:appconfig:${identity.region}:${identity.accountId}:${resource}`;
}

export function applicationArn(identity: Identity, applicationId: string): string {
  return arn(identity, `application/${applicationId}`);
}

export function environmentArn(identity: Identity, applicationId: string, environmentId: string): string {
  return arn(identity, `application/${applicationId}/environment/${environmentId}`);
}

export function profileArn(identity: Identity, applicationId: string, profileId: string): string {
  return arn(identity, `application/${applicationId}/configurationprofile/${profileId}`);
}

export interface DeploymentAddress {
  readonly ApplicationId: string;
  readonly EnvironmentId: string;
  readonly DeploymentNumber: number;
}

export function deploymentArn(identity: Identity, of: DeploymentAddress): string {
  return arn(
    identity,
    `application/${of.ApplicationId}/environment/${of.EnvironmentId}/deployment/${of.DeploymentNumber}`,
  );
}

export function strategyArn(identity: Identity, strategyId: string): string {
  return arn(identity, `deploymentstrategy/${strategyId}`);
}

export function extensionArn(identity: Identity, extensionId: string, version: number): string {
  return arn(identity, `extension/${extensionId}/${version}`);
}

export function associationArn(identity: Identity, associationId: string): string {
  return arn(identity, `extensionassociation/${associationId}`);
}
