/** The content of versions: one, or the difference of two. */

import { type Address, formatAddress, type ProfileAddress } from '../../core/addresses.js';
import type { JsonValue } from '../../core/content/canonical-json.js';
import { deployedOf } from '../../core/delivery/deployments.js';
import { readProvenance } from '../../core/delivery/provenance.js';
import { UsageError } from '../../core/errors.js';
import { demandCluster, demandProfile, profilesOf } from '../addressing.js';
import type { Cloud, OpenEnvironment } from '../cloud.js';
import { readDeployments, readValue } from '../facts.js';
import { type Change, diffJson } from '../values/json-diff.js';

export interface VersionValue {
  /** With the version: `treasure-hunt/staging/gameplay@3`. */
  readonly address: string;
  readonly version: number;
  readonly label?: string;
  readonly author: string;
  readonly reason: string;
  readonly value: JsonValue;
}

export interface Difference {
  readonly from: Omit<VersionValue, 'value'>;
  readonly to: Omit<VersionValue, 'value'>;
  readonly changes: readonly Change[];
}

/** One version's value; the deployed one where the address names none. @throws UsageError when there is none. */
export async function getValue(cloud: Cloud, address: Address): Promise<VersionValue> {
  const where = demandProfile(address);
  const open = await cloud.environment(where);
  profilesOf({ ...open, cluster: demandCluster(address) }, address);
  const version = address.version ?? (await deployedVersion(open, where));
  const stored = await readValue(open.store, where.profile, version);
  if (stored === undefined) throw await noSuchVersion(open, where, version);
  const summary = await findVersion(open, where.profile, version);
  return {
    address: formatAddress({ ...where, version }),
    version,
    ...(summary?.label !== undefined && { label: summary.label }),
    ...readProvenance(summary?.description ?? ''),
    value: stored.value,
  };
}

/** What changes when one goes from the first to the second. */
export async function difference(cloud: Cloud, from: Address, to: Address): Promise<Difference> {
  const [before, after] = await Promise.all([getValue(cloud, from), getValue(cloud, to)]);
  const { value: valueBefore, ...aboutBefore } = before;
  const { value: valueAfter, ...aboutAfter } = after;
  return { from: aboutBefore, to: aboutAfter, changes: diffJson(valueBefore, valueAfter) };
}

async function deployedVersion({ store }: OpenEnvironment, where: ProfileAddress): Promise<number> {
  const deployed = deployedOf(await readDeployments(store, [where.profile]), where.profile);
  if (deployed) return deployed.version;
  const address = formatAddress(where);
  throw new UsageError(`Nothing is deployed at ${address}`, {
    hint: `Name a version (${address}@1), or publish: veltrix publish ${address} -m "…"`,
  });
}

async function findVersion({ store }: OpenEnvironment, profile: string, version: number) {
  for await (const summary of store.versions(profile)) {
    if (summary.version === version) return summary;
    if (summary.version < version) break;
  }
  return undefined;
}

async function noSuchVersion({ store }: OpenEnvironment, where: ProfileAddress, version: number) {
  let newest = 0;
  for await (const summary of store.versions(where.profile)) {
    newest = summary.version;
    break;
  }
  return new UsageError(`There is no version ${version} of ${where.application}/${where.profile}`, {
    hint: newest === 0 ? 'It has no versions yet.' : `The newest is ${newest}.`,
  });
}
