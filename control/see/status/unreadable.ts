/** What can be said of a profile while AppConfig cannot be read: what its nodes hold, by their own word. */

import { type ClusterAddress, formatProfile, type ProfileAddress } from '../../../core/addresses.js';
import type { NodeRecord } from '../../../core/fleet/node-records.js';
import type { EpochMs } from '../../../core/time.js';
import { fleetStatus } from './fleet-status.js';
import type { ProfileStatus } from './status.js';

/** How what AppConfig says is named where it cannot be read. */
export const appConfig = 'what is deployed and on its way, in AppConfig,';

/** The same of names: who asks twice may know them from before, so that they tell nothing of when it could be read. */
export const appConfigNames = 'which profiles there are, in AppConfig,';

export interface Fleet {
  readonly records: readonly NodeRecord[];
  readonly now: EpochMs;
}

export const unreadable = (address: ProfileAddress, { records, now }: Fleet): ProfileStatus => ({
  address: formatProfile(address),
  state: 'unreadable',
  log: [],
  nodes: fleetStatus(records, { profile: address.profile, wanted: undefined, deployments: [], now }),
});

/** Profiles that nodes of a cluster report, sorted; only the one that is asked about, where one is. */
export function reportedProfiles(
  cluster: ClusterAddress,
  records: readonly NodeRecord[],
  asked: string | undefined,
): readonly ProfileAddress[] {
  const names = asked === undefined ? records.flatMap(({ profiles }) => Object.keys(profiles)) : [asked];
  return [...new Set(names)].sort().map((profile) => ({ ...cluster, profile }));
}
