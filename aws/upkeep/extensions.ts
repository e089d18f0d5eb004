/** What AppConfig's extensions are attached to. */

import { type AppConfigClient, paginateListExtensionAssociations } from '@aws-sdk/client-appconfig';
import type { Upkeep } from '../../core/upkeep.js';
import { calling, isNamed } from '../failures.js';

/** The largest page AppConfig gives (`MaxResults` of every List operation). */
const pageSize = 50;

export function createExtensions(client: AppConfigClient): Pick<Upkeep, 'extended'> {
  return {
    async extended(extension) {
      const filter = extension === undefined ? {} : { ExtensionIdentifier: extension };
      const pages = paginateListExtensionAssociations({ client, pageSize }, filter);
      const doing = `list what ${extension ?? 'extensions'} ${extension ? 'is' : 'are'} attached to`;
      const found = await calling(doing, () => readArns(pages), absent);
      return found === 'absent' ? [] : found;
    },
  };
}

/** An extension that is not there is attached to nothing. */
const absent = (error: unknown) =>
  isNamed(error, 'ResourceNotFoundException') ? ('absent' as const) : undefined;

async function readArns(pages: ReturnType<typeof paginateListExtensionAssociations>): Promise<string[]> {
  const arns: string[] = [];
  for await (const { Items = [] } of pages)
    arns.push(...Items.flatMap(({ ResourceArn = [] }) => ResourceArn));
  return arns;
}
