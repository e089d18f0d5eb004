/** Ends a profile: its versions, then the profile itself. Nothing brings them back but publishing the files again. */

import { formatCluster } from '../../../core/addresses.js';
import type { VersionSummary } from '../../../core/delivery/deployments.js';
import { deployedOf } from '../../../core/delivery/deployments.js';
import { readProvenance } from '../../../core/delivery/provenance.js';
import {
  type ApplicationProfile,
  formatApplicationProfile,
  type Obstacle,
  obstaclesTo,
  type ProfileRemoval,
  type RetirementFacts,
} from '../../../core/delivery/retirement.js';
import type { Cloud } from '../../cloud.js';
import { mapAtMost } from '../../values/map-at-most.js';
import { readRetirementFacts, readVersions } from './facts.js';
import { RetirementRefused } from './outcomes.js';

/** AppConfig takes few calls a second in one account, all its callers together. */
export const callsAtOnceMax = 4;
/** A version that somebody creates meanwhile keeps the profile; so often it is looked for again. */
const looksMax = 3;

export interface RetirementQuestion {
  readonly where: ApplicationProfile;
  /** The file that names the profile, where there is one at hand. */
  readonly namedIn?: string | undefined;
}

export interface RetirementPlan {
  readonly target: string;
  /** `treasure-hunt/limits`. */
  readonly profile: string;
  /** How many versions go. */
  readonly versions: number;
  readonly newest?: Pick<VersionSummary, 'version' | 'label'> & {
    readonly author: string;
    readonly reason: string;
  };
  readonly environments: readonly {
    readonly environment: string;
    /** What is deployed there still: nodes that start would get it. */
    readonly deployedVersion?: number;
    readonly deployments: number;
  }[];
  /** What is in the way; it may be retired where this is empty. */
  readonly obstacles: readonly Obstacle[];
}

/** What would go, and what is in the way. @throws ServiceUnavailable when that cannot be known. */
export async function planRetirement(cloud: Cloud, question: RetirementQuestion): Promise<RetirementPlan> {
  const { where, namedIn } = question;
  const removal = await cloud.retirement(where);
  const [facts, versions] = await Promise.all([
    readRetirementFacts(cloud, where, namedIn),
    readVersions(removal),
  ]);
  const [newest] = versions;
  return {
    target: cloud.target,
    profile: formatApplicationProfile(where),
    versions: versions.length,
    ...(newest && { newest: describe(newest) }),
    environments: facts.uses.map((use) => environmentOf(use, where.profile)),
    obstacles: obstaclesTo(facts, cloud.clock()),
  };
}

const describe = ({ version, label, description = '' }: VersionSummary) => {
  const { author, reason } = readProvenance(description);
  return { version, ...(label !== undefined && { label }), author, reason };
};

function environmentOf({ environment, deployments }: RetirementFacts['uses'][number], profile: string) {
  const deployed = deployedOf(deployments, profile);
  return {
    environment,
    ...(deployed && { deployedVersion: deployed.version }),
    deployments: deployments.length,
  };
}

export interface RetirementOrder extends RetirementQuestion {
  readonly author: string;
  readonly reason: string;
  /** Told how many versions are left. */
  readonly onProgress?: (left: number) => void;
}

export interface RetirementDone {
  readonly target: string;
  readonly profile: string;
  readonly versions: number;
  readonly retired: { readonly author: string; readonly reason: string; readonly at: string };
}

/**
 * Looks again, keeps who does it and why, then deletes. Begun again after a failure, it goes on.
 * @throws RetirementRefused, with everything that is in the way; nothing is deleted then. ServiceUnavailable when something
 * cannot be read, kept or deleted.
 */
export async function retire(cloud: Cloud, order: RetirementOrder): Promise<RetirementDone> {
  const { where, author, reason } = order;
  const profile = formatApplicationProfile(where);
  const facts = await readRetirementFacts(cloud, where, order.namedIn);
  const obstacles = obstaclesTo(facts, cloud.clock());
  if (obstacles.length > 0) throw new RetirementRefused(profile, { obstacles });
  const removal = await cloud.retirement(where);
  const versions = (await readVersions(removal)).length;
  // As long as it has versions AppConfig deletes nothing, and yet may say that somebody reads it.
  if (versions > 0 && (await removal.remove()) === 'read-lately') throw readLately(profile);
  const caller = await cloud.caller();
  const retired = { author, reason, at: new Date(cloud.clock()).toISOString(), versions };
  await keep(cloud, where, { facts, retired: { ...retired, ...(caller !== undefined && { caller }) } });
  await removeAll(removal, profile, order.onProgress);
  return { target: cloud.target, profile, versions, retired: { author, reason, at: retired.at } };
}

/** With the last deployment of each environment, where AppConfig keeps what it was: who asks about it finds how it ended. */
async function keep(
  cloud: Cloud,
  { application }: ApplicationProfile,
  { facts, retired }: { facts: RetirementFacts; retired: Parameters<Cloud['rollouts']['saveRetired']>[2] },
): Promise<void> {
  for (const { environment, deployments } of facts.uses) {
    const [last] = deployments;
    if (last)
      await cloud.rollouts.saveRetired(formatCluster({ application, environment }), last.number, retired);
  }
}

async function removeAll(
  removal: ProfileRemoval,
  profile: string,
  onProgress: (left: number) => void = () => undefined,
): Promise<void> {
  for (let look = 0; look < looksMax; look++) {
    const versions = await readVersions(removal);
    await removeVersions(removal, versions.map(({ version }) => version).reverse(), onProgress);
    const answer = await removal.remove();
    if (answer === 'removed') return;
    if (answer === 'read-lately') throw readLately(profile, 'its versions are deleted, and it stays: ');
  }
  throw new RetirementRefused(profile, { why: 'somebody goes on creating versions of it' });
}

/** The oldest first: what is left of one that is interrupted is its newest. */
export async function removeVersions(
  removal: ProfileRemoval,
  oldestFirst: readonly number[],
  onProgress: (left: number) => void = () => undefined,
): Promise<void> {
  let left = oldestFirst.length;
  await mapAtMost(callsAtOnceMax, oldestFirst, async (version) => {
    await removal.removeVersion(version);
    left -= 1;
    onProgress(left);
  });
}

const readLately = (profile: string, so = ''): RetirementRefused =>
  new RetirementRefused(profile, {
    why: `${so}AppConfig was asked for it within the last hour, by something that does not report to Veltrix or has just stopped`,
  });
