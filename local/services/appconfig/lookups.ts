/** Resources by id, or ResourceNotFoundException (404). The control plane takes ids; a name is not found. */
import { notFound } from './errors.js';
import type { Deployment } from './state/deployments.js';
import type {
  Application,
  Association,
  Environment,
  Extension,
  HostedVersion,
  Profile,
  Strategy,
} from './state/records.js';
import { type State, versionedKey } from './state/state.js';
import { predefinedStrategies } from './strategies.js';

export function getApplication(state: State, id: string): Application {
  return state.applications.get(id) ?? missing('Application', `Application ${id} could not be found`);
}

export interface InApplication {
  readonly ApplicationId: string;
}

export function getEnvironment(state: State, of: InApplication & { EnvironmentId: string }): Environment {
  const { Id } = getApplication(state, of.ApplicationId);
  const environment = state.environments.get(of.EnvironmentId);
  if (environment?.ApplicationId === Id) return environment;
  return missing('Environment', `Environment ${of.EnvironmentId} could not be found in application ${Id}`);
}

export function getProfile(state: State, of: InApplication & { ConfigurationProfileId: string }): Profile {
  const { Id } = getApplication(state, of.ApplicationId);
  const profile = state.profiles.get(of.ConfigurationProfileId);
  if (profile?.ApplicationId === Id) return profile;
  const name = `Configuration profile ${of.ConfigurationProfileId}`;
  return missing('ConfigurationProfile', `${name} could not be found in application ${Id}`);
}

/** By number. */
export function getVersion(
  state: State,
  of: InApplication & { ConfigurationProfileId: string; VersionNumber: number },
): HostedVersion {
  const profile = getProfile(state, of);
  const found = versionsOf(state, profile).find((version) => version.VersionNumber === of.VersionNumber);
  return found ?? missingVersion(profile, String(of.VersionNumber));
}

/** By number or label, as StartDeployment and ValidateConfiguration name it; the two never collide. */
export function resolveVersion(state: State, profile: Profile, reference: string): HostedVersion {
  const found = versionsOf(state, profile).find(
    (version) => String(version.VersionNumber) === reference || version.VersionLabel === reference,
  );
  return found ?? missingVersion(profile, reference);
}

/** In order of number. */
export function versionsOf(state: State, profile: Profile): readonly HostedVersion[] {
  return state.versions.get(profile.Id) ?? [];
}

export function getStrategy(state: State, id: string): Strategy {
  const found = predefinedStrategies.find((strategy) => strategy.Id === id) ?? state.strategies.get(id);
  return found ?? missing('DeploymentStrategy', `Deployment strategy ${id} could not be found`);
}

export function getDeployment(
  state: State,
  of: InApplication & { EnvironmentId: string; DeploymentNumber: number },
): Deployment {
  const environment = getEnvironment(state, of);
  const found = deploymentsOf(state, environment.Id)[of.DeploymentNumber - 1];
  const name = `Deployment ${of.DeploymentNumber}`;
  return found ?? missing('Deployment', `${name} could not be found in environment ${environment.Id}`);
}

/** In order of number. */
export function deploymentsOf(state: State, environmentId: string): readonly Deployment[] {
  return state.deployments.get(environmentId) ?? [];
}

/** By name, id or ARN; without a version, the highest (an ARN names its own). */
export function getExtension(state: State, identifier: string, version?: number): Extension {
  const fitting = [...state.extensions.values()].filter((extension) => isNamed(extension, identifier));
  const wanted = version ?? highestVersion(fitting);
  const found = fitting.find((extension) => extension.VersionNumber === wanted);
  const suffix = version === undefined ? '' : ` version ${version}`;
  return found ?? missing('Extension', `Extension ${identifier}${suffix} could not be found`);
}

/** 0 for none. */
export function highestVersion(extensions: readonly Extension[]): number {
  return Math.max(0, ...extensions.map((extension) => extension.VersionNumber));
}

export function extensionOf(state: State, association: Association): Extension | undefined {
  return state.extensions.get(versionedKey(association.extensionId, association.ExtensionVersionNumber));
}

export function getAssociation(state: State, id: string): Association {
  return (
    state.associations.get(id) ??
    missing('ExtensionAssociation', `Extension association ${id} could not be found`)
  );
}

function isNamed(extension: Extension, identifier: string): boolean {
  const { Name, Id, Arn } = extension;
  return identifier === Name || identifier === Id || identifier === Arn;
}

function missing(resource: string, message: string): never {
  throw notFound(resource, message);
}

function missingVersion(profile: Profile, reference: string): never {
  const message = `Hosted configuration version ${reference} could not be found in profile ${profile.Id}`;
  throw notFound('HostedConfigurationVersion', message);
}
