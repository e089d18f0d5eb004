/** Takes a profile and its versions out of AppConfig. */

import {
  type AppConfigClient,
  DeleteConfigurationProfileCommand,
  DeleteHostedConfigurationVersionCommand,
} from '@aws-sdk/client-appconfig';
import type { ProfileRemoval } from '../../core/delivery/retirement.js';
import { calling, isNamed } from '../failures.js';
import { createEnvironmentStore } from './environment-store.js';

export interface ProfileIds {
  readonly applicationId: string;
  readonly profileId: string;
  /** For people. */
  readonly profile: string;
}

export function createProfileRemoval(client: AppConfigClient, ids: ProfileIds): ProfileRemoval {
  const { applicationId, profileId, profile } = ids;
  const here = { ApplicationId: applicationId, ConfigurationProfileId: profileId };
  const where = { applicationId, environmentId: '', profileIds: { [profile]: profileId }, strategyIds: {} };
  return {
    versions: () => createEnvironmentStore(client, where).versions(profile),
    async removeVersion(version) {
      const command = new DeleteHostedConfigurationVersionCommand({ ...here, VersionNumber: version });
      await calling(`delete version ${version} of ${profile}`, () => client.send(command), gone);
    },
    async remove() {
      // Whatever the account's settings: a profile that something reads stays, however young it is.
      const command = new DeleteConfigurationProfileCommand({ ...here, DeletionProtectionCheck: 'APPLY' });
      const answer = await calling(`delete the profile ${profile}`, () => client.send(command), refusal);
      return typeof answer === 'string' ? answer : 'removed';
    },
  };
}

const gone = (error: unknown) =>
  isNamed(error, 'ResourceNotFoundException') ? ('removed' as const) : undefined;

/** AppConfig's own words are the only sign by which a profile with versions is told from another bad request. */
function refusal(error: unknown): 'removed' | 'has-versions' | 'read-lately' | undefined {
  if (isNamed(error, 'ConflictException')) return 'read-lately';
  const words = error instanceof Error ? error.message : '';
  if (isNamed(error, 'BadRequestException') && /hosted configuration versions/i.test(words))
    return 'has-versions';
  return gone(error);
}
