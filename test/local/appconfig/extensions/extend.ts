/** Puts an extension in force for tests. */
import type { ActionPoint, Parameter } from '@aws-sdk/client-appconfig';
import { type Place, text, type World } from '../world.js';

export interface Extend {
  readonly name?: string;
  /** ARN of the function, by action point. */
  readonly actions: Partial<Record<ActionPoint, string>>;
  readonly roleArn?: string;
  readonly parameters?: Record<string, Parameter>;
  readonly values?: Record<string, string>;
  /** Default: the application. */
  readonly on?: 'application' | 'environment' | 'profile';
}

export function arnOfScope(place: Place, scope: Extend['on'] = 'application'): string {
  const application = `arn:aws:appconfig:us-east-1:000000000000:application/${place.ApplicationId}`;
  if (scope === 'environment') return `${application}/environment/${place.EnvironmentId}`;
  if (scope === 'profile') return `${application}/configurationprofile/${place.ConfigurationProfileId}`;
  return application;
}

/** Creates the extension and its association; returns the ids of both. */
export async function extend({ control }: World, place: Place, extension: Extend) {
  const actions = Object.entries(extension.actions).map(([point, Uri]) => [
    point,
    [{ Name: `${point.toLowerCase()}`, Uri, ...(extension.roleArn && { RoleArn: extension.roleArn }) }],
  ]);
  const created = await control.createExtension({
    Name: extension.name ?? 'guard',
    Actions: Object.fromEntries(actions),
    ...(extension.parameters && { Parameters: extension.parameters }),
  });
  const association = await control.createExtensionAssociation({
    ExtensionIdentifier: text(created.Id),
    ResourceIdentifier: arnOfScope(place, extension.on),
    ...(extension.values && { Parameters: extension.values }),
  });
  return { extensionId: text(created.Id), arn: text(created.Arn), associationId: text(association.Id) };
}
