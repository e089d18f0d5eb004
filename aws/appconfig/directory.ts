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
import { ServiceUnavailable } from '../../core/errors.js';
import { calling } from '../failures.js';

/** The largest page AppConfig gives (`MaxResults` of every List operation). */
const pageSize = 50;

/**
 * Name → id. AppConfig lets two things have one name, and acting on either would be a guess: `get` of such a name throws
 * ServiceUnavailable with both ids, and listings leave it out.
 */
export type Ids = ReadonlyMap<string, string>;

/** AppConfig's lists. Every call throws ServiceUnavailable when AppConfig does not answer. */
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
  const ids = new UniqueIds(what);
  for (const { Id = '', Name = '' } of items) ids.add(Name, Id);
  return ids;
}

async function readAll(pages: AsyncIterable<Page>) {
  const items = [];
  for await (const page of pages) items.push(...(page.Items ?? []));
  return items;
}

class UniqueIds extends Map<string, string> {
  readonly #what: string;
  /** Ids of each name that more than one thing has. */
  readonly #shared = new Map<string, readonly string[]>();

  constructor(what: string) {
    super();
    this.#what = what;
  }

  add(name: string, id: string): void {
    const others = this.#shared.get(name) ?? (super.has(name) ? [String(super.get(name))] : undefined);
    if (others === undefined) {
      this.set(name, id);
      return;
    }
    this.#shared.set(name, [...others, id]);
    this.delete(name);
  }

  override get(name: string): string | undefined {
    const ids = this.#shared.get(name);
    if (ids === undefined) return super.get(name);
    throw new ServiceUnavailable(
      `${ids.length} ${this.#what} are named "${name}": ${ids.slice(0, -1).join(', ')} and ${ids.at(-1)}`,
      {
        hint: 'Rename or delete the one that Veltrix did not deploy (AWS console, AppConfig).',
      },
    );
  }
}
