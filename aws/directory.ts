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
