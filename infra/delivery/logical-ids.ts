/**
 * The logical ids of what an application is in AppConfig. CloudFormation knows a resource by its logical id: under another one
 * it is made anew, beside the old one, and AppConfig lets both have the same name. So ids follow from names alone, never from
 * where a construct stands in the tree.
 */

import { createHash } from 'node:crypto';

/** What of an application is pinned. */
export type PinnedPart = 'Application' | `Environment-${string}` | `Profile-${string}`;

/** As many as the CDK takes of its own hash. */
const hashChars = 8;

/** As CDK derived it when the application stood directly in its stack, which is how the first ones were deployed. */
export function logicalIdOf(application: string, part: PinnedPart): string {
  const words = `${application}${part}`.replace(/[^A-Za-z0-9]/g, '');
  const hash = createHash('md5').update(`${application}/${part}`).digest('hex');
  return words + hash.slice(0, hashChars).toUpperCase();
}
