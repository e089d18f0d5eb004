/** Which environments are looked at: as AppConfig has them; as the files do, where AppConfig does not say. */

import type { Address } from '../../../core/addresses.js';
import { clustersOf, type OpenCluster, profilesOf } from '../../addressing.js';
import { isOurs } from '../../stray-names.js';
import type { Gathering, Meant } from './gather.js';
import { isElsewhere, type Project } from './project.js';

export interface AllMeant {
  readonly meant: readonly Meant[];
  /** False where AppConfig does not say what there is. */
  readonly isKnown: boolean;
}

/** @throws UsageError for a name that does not exist. */
export async function clustersMeant(
  { cloud, unread }: Gathering,
  address: Address,
  project: Project | undefined,
): Promise<AllMeant> {
  const asked = {
    what: 'which applications and environments there are',
    action: 'appconfig:ListApplications',
  };
  const found = await unread.orNothing(asked, clustersOf(cloud, address));
  if (found === undefined) return { meant: inFiles(address, project), isKnown: false };
  const here = found.filter(({ cluster }) => !isElsewhere(project, cluster));
  const ours = address.application === undefined ? await oursAmong({ cloud, unread }, here, project) : here;
  const meant = ours.map((open) => {
    // A profile that is misspelt is said so; what surrounds it is looked at with it.
    profilesOf(open, address);
    return { cluster: open.cluster, open, profiles: open.profiles };
  });
  return { meant, isKnown: true };
}

/** Others use AppConfig in the same account. */
async function oursAmong(
  { cloud, unread }: Gathering,
  found: readonly OpenCluster[],
  project: Project | undefined,
): Promise<readonly OpenCluster[]> {
  const names = [...new Set(found.map(({ cluster }) => cluster.application))];
  const asked = { what: 'whose applications these are', action: 'lambda:GetFunctionConfiguration' };
  const ours = await Promise.all(
    names.map(async (name) => {
      if (project?.loaded.has(name)) return true;
      return (await unread.orNothing(asked, isOurs(cloud, name))) ?? true;
    }),
  );
  return found.filter(({ cluster }) => ours[names.indexOf(cluster.application)]);
}

function inFiles(address: Address, project: Project | undefined): readonly Meant[] {
  const all = [...(project?.loaded.values() ?? [])].flatMap(({ application }) =>
    application.environments.map((environment) => ({
      cluster: { application: application.name, environment },
      profiles: application.profiles.map(({ name }) => name),
    })),
  );
  return all.filter(
    ({ cluster }) =>
      (address.application ?? cluster.application) === cluster.application &&
      (address.environment ?? cluster.environment) === cluster.environment &&
      !isElsewhere(project, cluster),
  );
}
