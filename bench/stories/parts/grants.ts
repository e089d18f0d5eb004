/**
 * Who held what, and when: each node writes down its own, and the two-owners check compares them all. Instants are of the machine's
 * monotonic clock, which all its processes share.
 */

import * as z from 'zod';

const grantSchema = z.object({ key: z.string(), fromNs: z.coerce.bigint(), toNs: z.coerce.bigint() });
export type Grant = z.infer<typeof grantSchema>;
export const grantsSchema = z.array(grantSchema);

/** Grants of one key that overlap another of the same key: each is a second owner. */
export function doubleGrants(grants: readonly Grant[]): number {
  const byKey = new Map<string, Grant[]>();
  for (const grant of grants) {
    const ofKey = byKey.get(grant.key);
    if (ofKey) ofKey.push(grant);
    else byKey.set(grant.key, [grant]);
  }
  return [...byKey.values()].reduce((sum, ofKey) => sum + overlaps(ofKey), 0);
}

function overlaps(grants: readonly Grant[]): number {
  const sorted = grants.toSorted((a, b) => (a.fromNs < b.fromNs ? -1 : 1));
  let [count, endNs] = [0, -1n];
  for (const { fromNs, toNs } of sorted) {
    if (fromNs < endNs) count += 1;
    if (toNs > endNs) endNs = toNs;
  }
  return count;
}

/** As JSON, which knows no big integers. */
export const grantsText = (grants: readonly Grant[]): string =>
  JSON.stringify(grants.map(({ key, fromNs, toNs }) => ({ key, fromNs: `${fromNs}`, toNs: `${toNs}` })));
