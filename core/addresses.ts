/**
 * Addresses name what Veltrix distributes: `application/environment/profile@version`, and any prefix of it. They are used
 * in commands, keys, events and logs.
 */

import { UsageError } from './errors.js';

/** Names of applications, environments and profiles: what AppConfig, file names and addresses all admit. */
export const namePattern = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
/** AppConfig allows 64 characters for an application or environment and 128 for a profile; file and node names stay readable. */
export const nameMaxChars = 32;

export interface ClusterAddress {
  readonly application: string;
  readonly environment: string;
}

export interface ProfileAddress extends ClusterAddress {
  readonly profile: string;
}

/** Any prefix of a full address. A later part is present only where the earlier ones are. */
export interface Address {
  readonly application?: string;
  readonly environment?: string;
  readonly profile?: string;
  /** AppConfig's version number. */
  readonly version?: number;
}

/** `treasure-hunt/staging`. */
export const formatCluster = (address: ClusterAddress): string =>
  `${address.application}/${address.environment}`;

/** `treasure-hunt/staging/gameplay`: the partition key of change events, so that order holds per profile. */
export const formatProfile = (address: ProfileAddress): string =>
  `${formatCluster(address)}/${address.profile}`;

/** The address as people write it, as far as it goes. */
export function formatAddress(address: Address): string {
  const path = [address.application, address.environment, address.profile].filter(
    (part) => part !== undefined,
  );
  return path.join('/') + (address.version === undefined ? '' : `@${address.version}`);
}

/**
 * Reads an address or a prefix of one.
 * @throws UsageError when it is malformed; whether the names exist is for the caller to find out.
 */
export function parseAddress(text: string): Address {
  const [path = '', version, ...rest] = text.split('@');
  const parts = path.split('/');
  if (rest.length > 0 || parts.length > 3) throw malformed(text, 'it has too many parts');
  const bad = parts.find((part) => !namePattern.test(part));
  if (bad !== undefined) throw malformed(text, bad === '' ? 'a part is empty' : `"${bad}" is not a name`);
  if (version !== undefined && parts.length < 3) throw malformed(text, 'only a profile has versions');
  const [application = '', environment, profile] = parts;
  return {
    application,
    ...(environment !== undefined && { environment }),
    ...(profile !== undefined && { profile }),
    ...(version !== undefined && { version: parseVersion(text, version) }),
  };
}

/** A version is its number, or its label `v3-1f2e3d4c` (whose number counts). */
function parseVersion(text: string, version: string): number {
  const match = /^(?:v?([1-9]\d{0,8}))(?:-[0-9a-f]{8})?$/.exec(version);
  if (!match) throw malformed(text, `"${version}" is not a version: write its number (@3)`);
  return Number(match[1]);
}

function malformed(text: string, why: string): UsageError {
  return new UsageError(`"${text}" is not an address: ${why}`, {
    hint: 'Write application/environment/profile, for example treasure-hunt/staging/gameplay; add @3 for a version.',
  });
}
