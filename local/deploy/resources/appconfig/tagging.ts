/** Tags of AppConfig's resources, which are changed by ARN. */
import type { ResourceContext } from '../handler.js';
import { type Tags, tagChanges } from '../properties.js';

/** `path` is what follows the account: `application/abc1234`. */
export async function changeTags(
  { aws, identity }: ResourceContext,
  path: string,
  { before, after }: { before: Tags | undefined; after: Tags | undefined },
): Promise<void> {
  const ResourceArn = `arn:${identity.partition}:appconfig:${identity.region}:${identity.accountId}:${path}`;
  const { put, gone } = tagChanges(before, after);
  if (gone.length > 0) await aws.call('appconfig', 'UntagResource', { ResourceArn, TagKeys: gone });
  if (Object.keys(put).length > 0) await aws.call('appconfig', 'TagResource', { ResourceArn, Tags: put });
}
