/** The environments to look at, with their ids. They change with a deployment of the stacks, which starts new containers. */

import type { ClusterAddress } from '../core/addresses.js';
import type { Application } from '../core/profiles.js';

/** An environment, by the ids that AppConfig's own events name it by. */
export interface Hint {
  readonly applicationId: string;
  readonly environmentId: string;
}

/** Ids by name, as AppConfig lists them. */
export interface ApplicationDirectory {
  applications(): Promise<ReadonlyMap<string, string>>;
  environments(applicationId: string): Promise<ReadonlyMap<string, string>>;
  profiles(applicationId: string): Promise<ReadonlyMap<string, string>>;
}

/** One environment of one application, as it is deployed. */
export interface Place extends ClusterAddress {
  readonly applicationId: string;
  readonly environmentId: string;
  readonly profileIds: Readonly<Record<string, string>>;
  /** The profiles that Veltrix knows of it. */
  readonly profiles: readonly string[];
}

export interface Places {
  /** The place of a hint, or all of them. An id that is not known makes it look again, and then at all. */
  of(hint: Hint | undefined): Promise<readonly Place[]>;
}

/** Places of these applications, listed when first needed and kept. What is not deployed yet is left out. */
export function createPlaces(directory: ApplicationDirectory, applications: readonly Application[]): Places {
  let known: Promise<readonly Place[]> | undefined;
  const list = () => {
    known ??= listPlaces(directory, applications);
    // A failed listing is not kept: the next hint lists again.
    known.catch(() => {
      known = undefined;
    });
    return known;
  };
  return {
    async of(hint) {
      if (!hint) return list();
      const found = (await list()).filter((place) => isAt(place, hint));
      if (found.length > 0) return found;
      known = undefined;
      return list();
    },
  };
}

const isAt = (place: Place, hint: Hint): boolean =>
  place.applicationId === hint.applicationId && place.environmentId === hint.environmentId;

async function listPlaces(directory: ApplicationDirectory, applications: readonly Application[]) {
  const ids = await directory.applications();
  const places = applications.map(async (application) => {
    const applicationId = ids.get(application.name);
    return applicationId === undefined ? [] : placesOf(directory, application, applicationId);
  });
  return (await Promise.all(places)).flat();
}

async function placesOf(
  directory: ApplicationDirectory,
  application: Application,
  applicationId: string,
): Promise<Place[]> {
  const [environments, profileIds] = await Promise.all([
    directory.environments(applicationId),
    directory.profiles(applicationId),
  ]);
  return application.environments.flatMap((environment) => {
    const environmentId = environments.get(environment);
    if (environmentId === undefined) return [];
    return {
      application: application.name,
      environment,
      applicationId,
      environmentId,
      profileIds: Object.fromEntries(profileIds),
      profiles: application.profiles.map((profile) => profile.name),
    };
  });
}
