/** Whose rollout a tick asks about: ids and names of AppConfig, in Veltrix's words, with the owner's settings. */

import type { ProfileAddress } from '../../core/addresses.js';
import { UsageError } from '../../core/errors.js';
import type { GuardSettings } from '../../core/guard/settings.js';
import { type Application, guardSettingsOf } from '../../core/profiles.js';
import { findProfile } from '../deployed.js';
import type { Places } from '../places.js';
import type { Tick } from './tick.js';

export interface Subject {
  readonly address: ProfileAddress;
  readonly settings: GuardSettings;
}

export interface SubjectDeps {
  readonly applications: readonly Application[];
  readonly places: Places;
}

/**
 * By the names in the event where all are there, else by ids.
 * @throws UsageError when the bundle does not know it. ServiceUnavailable when AppConfig does not say what an id is of.
 */
export async function subjectOf({ applications, places }: SubjectDeps, tick: Tick): Promise<Subject> {
  const address = namesIn(tick) ?? (await namesOfIds(places, tick));
  const settings = guardSettingsOf(findProfile(applications, address.application, address.profile));
  return { address, settings };
}

function namesIn({ Application, Environment, ConfigurationProfile }: Tick): ProfileAddress | undefined {
  const [application, environment, profile] = [Application.Name, Environment.Name, ConfigurationProfile.Name];
  if (application === undefined || environment === undefined || profile === undefined) return undefined;
  return { application, environment, profile };
}

async function namesOfIds(places: Places, tick: Tick): Promise<ProfileAddress> {
  const hint = { applicationId: tick.Application.Id, environmentId: tick.Environment.Id };
  const found = (await places.of(hint)).find(
    (place) => place.applicationId === hint.applicationId && place.environmentId === hint.environmentId,
  );
  const id = tick.ConfigurationProfile.Id;
  const profile = Object.entries(found?.profileIds ?? {}).find(([, profileId]) => profileId === id)?.[0];
  if (found && profile !== undefined) {
    return { application: found.application, environment: found.environment, profile };
  }
  throw new UsageError(`Nothing of Veltrix has the ids ${Object.values(hint).join('/')}/${id}`, {
    hint: 'Remove the association of the guard with what Veltrix did not deploy.',
  });
}
