/** Deletes old versions of a profile, which otherwise stay for good: AppConfig holds 1 GB of them in an account and region. */

import type { VersionSummary } from '../../../core/delivery/deployments.js';
import {
  type ApplicationProfile,
  formatApplicationProfile,
  versionsToRemove,
} from '../../../core/delivery/retirement.js';
import type { Cloud } from '../../cloud.js';
import { readUses, readVersions } from './facts.js';
import { removeVersions } from './retire.js';

export interface VersionsQuestion {
  readonly where: ApplicationProfile;
  /** The newest that stay in any case. */
  readonly keep: number;
}

export interface VersionsPlan {
  readonly target: string;
  /** `treasure-hunt/limits`. */
  readonly profile: string;
  readonly versions: number;
  /** Numbers of those that go, oldest first. */
  readonly removes: readonly number[];
}

/** Which versions nobody needs. @throws ServiceUnavailable when a queue or a list cannot be read. */
export async function planVersions(cloud: Cloud, { where, keep }: VersionsQuestion): Promise<VersionsPlan> {
  const removal = await cloud.retirement(where);
  // Versions first: one that is created, deployed or queued since is not among them, or is found in use.
  const versions: readonly VersionSummary[] = await readVersions(removal);
  const uses = await readUses(cloud, where);
  const removes = versionsToRemove(versions, uses, { keep, now: cloud.clock() });
  return {
    target: cloud.target,
    profile: formatApplicationProfile(where),
    versions: versions.length,
    removes: removes.map(({ version }) => version),
  };
}

export interface VersionsOrder extends VersionsQuestion {
  /** Those that were agreed to; what is needed by now stays all the same. */
  readonly agreed: readonly number[];
  readonly onProgress?: (left: number) => void;
}

/** Looks again, and deletes what was agreed to and is still not needed. */
export async function removeOldVersions(cloud: Cloud, order: VersionsOrder): Promise<VersionsPlan> {
  const plan = await planVersions(cloud, order);
  const removes = plan.removes.filter((version) => order.agreed.includes(version));
  await removeVersions(await cloud.retirement(order.where), removes, order.onProgress);
  return { ...plan, removes };
}
