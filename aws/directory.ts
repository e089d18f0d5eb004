/**
 * Which ids AppConfig gave to what Veltrix calls by name. AppConfig's control plane takes ids only, so names are looked up
 * in its lists; they are read page by page and not kept: whoever asks often keeps the answer.
 */

import {
  type AppConfigClient,
  paginateListApplications,
  paginateListConfigurationProfiles,
  paginateListDeploymentStrategies,
  paginateListEnvironments,
} from '@aws-sdk/client-appconfig';
import { type ClusterAddress, formatCluster } from '../core/addresses.js';
import { ServiceUnavailable } from '../core/errors.js';
import { calling } from './failures.js';

/** The largest page AppConfig gives (`MaxResults` of every List operation). */
const pageSize = 50;

/** Name → id. */
export type Ids = ReadonlyMap<string, string>;

/** AppConfig's lists. Every call throws ServiceUnavailable when AppConfig does not answer, or two things share a name. */
export interface Directory {
  applications(): Promise<Ids>;
  environments(applicationId: string): Promise<Ids>;
  profiles(applicationId: string): Promise<Ids>;
  /** Under their full names, such as `veltrix-main-linear-20`; AWS's own are among them. */
  strategies(): Promise<Ids>;
}

/** Where one cluster's configuration lives. */
export interface ClusterIds {
  readonly applicationId: string;
  readonly environmentId: string;
}

/** A name that AppConfig does not know, with those it knows in the same place. */
export interface UnknownName {
  readonly unknown: 'application' | 'environment';
  readonly name: string;
  readonly known: readonly string[];
}

export function createDirectory(client: AppConfigClient): Directory {
  const paging = { client, pageSize };
  return {
    applications: () => collect('applications', paginateListApplications(paging, {})),
    environments: (ApplicationId) =>
      collect('environments', paginateListEnvironments(paging, { ApplicationId })),
    profiles: (ApplicationId) =>
      collect('profiles', paginateListConfigurationProfiles(paging, { ApplicationId })),
    strategies: () => collect('deployment strategies', paginateListDeploymentStrategies(paging, {})),
  };
}

/** The ids of a cluster, or which of its names AppConfig does not know. */
export async function findCluster(
  directory: Directory,
  cluster: ClusterAddress,
): Promise<ClusterIds | UnknownName> {
  const applications = await directory.applications();
  const applicationId = applications.get(cluster.application);
  if (applicationId === undefined) {
    return { unknown: 'application', name: cluster.application, known: [...applications.keys()] };
  }
  const environments = await directory.environments(applicationId);
  const environmentId = environments.get(cluster.environment);
  if (environmentId === undefined) {
    return { unknown: 'environment', name: cluster.environment, known: [...environments.keys()] };
  }
  return { applicationId, environmentId };
}

/** The ids of a cluster that is meant to be deployed. @throws ServiceUnavailable when it is not. */
export async function locateCluster(directory: Directory, cluster: ClusterAddress): Promise<ClusterIds> {
  const found = await findCluster(directory, cluster);
  if (!('unknown' in found)) return found;
  throw new ServiceUnavailable(
    `${formatCluster(cluster)} is not deployed: no ${found.unknown} "${found.name}"`,
    {
      hint: 'Deploy the stacks first: `npm run deploy`, or `npx veltrix local deploy` for the local AWS.',
    },
  );
}

interface Page {
  readonly Items?:
    | readonly { readonly Id?: string | undefined; readonly Name?: string | undefined }[]
    | undefined;
}

async function collect(what: string, pages: AsyncIterable<Page>): Promise<Ids> {
  const items = await calling(`list the ${what}`, () => readAll(pages));
  const ids = new Map<string, string>();
  for (const { Id = '', Name = '' } of items) add(ids, { what, id: Id, name: Name });
  return ids;
}

async function readAll(pages: AsyncIterable<Page>) {
  const items = [];
  for await (const page of pages) items.push(...(page.Items ?? []));
  return items;
}

/** AppConfig lets two things have one name; acting on either would be a guess. */
function add(ids: Map<string, string>, item: { what: string; id: string; name: string }): void {
  const other = ids.get(item.name);
  if (other !== undefined) {
    throw new ServiceUnavailable(`Two ${item.what} are named "${item.name}": ${other} and ${item.id}`, {
      hint: 'Rename or delete the one that Veltrix did not deploy (AWS console, AppConfig).',
    });
  }
  ids.set(item.name, item.id);
}
