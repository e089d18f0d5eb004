/** From what somebody typed to what exists: an address, or a prefix of one, as the profiles it means. */

import { type Address, type ClusterAddress, formatCluster, type ProfileAddress } from '../core/addresses.js';
import { UsageError } from '../core/errors.js';
import type { Cloud, OpenEnvironment } from './cloud.js';
import { suggestNames } from './files/nearest.js';

export interface OpenCluster extends OpenEnvironment {
  readonly cluster: ClusterAddress;
}

/** The clusters an address means: one, all of an application, or all. @throws UsageError for a name that does not exist. */
export async function clustersOf(cloud: Cloud, address: Address): Promise<readonly OpenCluster[]> {
  const { application, environment } = address;
  if (application !== undefined && environment !== undefined) {
    return [await openCluster(cloud, { application, environment })];
  }
  const applications = application === undefined ? await cloud.applications() : [application];
  const clusters = await Promise.all(applications.map((name) => clustersOfApplication(cloud, name)));
  return clusters.flat();
}

/** The profiles of one open cluster an address means. @throws UsageError for a name that does not exist. */
export function profilesOf(open: OpenCluster, address: Address): readonly ProfileAddress[] {
  const { cluster, profiles } = open;
  const { profile } = address;
  if (profile === undefined) return profiles.map((name) => ({ ...cluster, profile: name }));
  if (open.hasProfile(profile)) return [{ ...cluster, profile }];
  throw new UsageError(`"${profile}" is no profile of ${cluster.application}`, {
    hint: suggestNames(profile, profiles),
  });
}

/** An address that names one environment. @throws UsageError otherwise. */
export function demandCluster(address: Address): ClusterAddress {
  const { application, environment } = address;
  if (application !== undefined && environment !== undefined) return { application, environment };
  throw new UsageError(`Which environment of ${application ?? 'which application'}?`, {
    hint: 'Write application/environment, for example treasure-hunt/staging.',
  });
}

/** An address that names one profile in one environment. @throws UsageError otherwise. */
export function demandProfile(address: Address): ProfileAddress {
  const cluster = demandCluster(address);
  if (address.profile !== undefined) return { ...cluster, profile: address.profile };
  throw new UsageError(`Which profile of ${formatCluster(cluster)}?`, {
    hint: `Write application/environment/profile, for example ${formatCluster(cluster)}/<profile>.`,
  });
}

async function clustersOfApplication(cloud: Cloud, application: string): Promise<readonly OpenCluster[]> {
  const environments = await cloud.environments(application);
  return Promise.all(environments.map((environment) => openCluster(cloud, { application, environment })));
}

async function openCluster(cloud: Cloud, cluster: ClusterAddress): Promise<OpenCluster> {
  return { cluster, ...(await cloud.environment(cluster)) };
}
