/**
 * A plan that was kept as a file, and what it takes to publish just that: between a plan and its publishing lie a review, an
 * approval, perhaps a night.
 */

import * as z from 'zod';
import {
  type ClusterAddress,
  formatCluster,
  formatProfile,
  type ProfileAddress,
  parseAddress,
} from '../../core/addresses.js';
import { parseLabel } from '../../core/content/content.js';
import { type DeploymentSummary, deployedOf, isRunning } from '../../core/delivery/deployments.js';
import { PrerequisiteUnmet, UsageError, VersionConflict } from '../../core/errors.js';
import { demandProfile } from '../addressing.js';
import type { Cloud } from '../cloud.js';
import { hash8, readDeployments } from '../facts.js';
import type { PreparedFile } from '../files/check.js';
import { demandEnvironment, type LoadedApplication } from '../files/workspace.js';
import { FileRefused } from './outcomes.js';
import type { Plan } from './plan/plan.js';
import { prepare } from './publish.js';

/** What is read of it; the rest of a plan is for people. */
const planSchema = z.object({
  cluster: z.string(),
  profiles: z.array(
    z.object({
      address: z.string(),
      outcome: z.string(),
      expectedVersion: z.int().min(0),
      hash8: z.string().optional(),
    }),
  ),
}) satisfies z.ZodType<Pick<Plan, 'cluster'>>;

/** One profile as it was planned, and as its file still is. */
export interface Planned {
  readonly address: ProfileAddress;
  readonly prepared: PreparedFile;
  /** The version the plan was made over; 0 for none. */
  readonly expectedVersion: number;
  /** `unchanged`: there was nothing to publish of it. */
  readonly outcome: string;
}

/**
 * Reads a plan for one environment and holds the files against it.
 * @param text as `plan --save` wrote it.
 * @throws UsageError when it is no plan, or one for elsewhere, as a whole or in part; FileRefused when a file is refused by its schema;
 * PrerequisiteUnmet when a file says something else than was planned.
 */
export async function readPlan(
  text: string,
  cluster: ClusterAddress,
  loaded: LoadedApplication,
): Promise<readonly Planned[]> {
  const plan = parsePlan(text);
  if (plan.cluster !== formatCluster(cluster)) {
    throw new UsageError(`The plan is for ${plan.cluster}, not for ${formatCluster(cluster)}`, {
      hint: `Make one with \`veltrix plan ${formatCluster(cluster)} --save FILE\`.`,
    });
  }
  demandEnvironment(loaded.application, cluster.environment);
  for (const { address } of plan.profiles) demandWithin(cluster, address);
  const planned = await Promise.all(plan.profiles.map((profile) => prepared(profile, loaded)));
  demandAsPlanned(formatCluster(cluster), planned);
  return planned;
}

/** What was approved for one environment is published to no other, whatever the file says. */
function demandWithin(cluster: ClusterAddress, written: string): void {
  if (formatCluster(demandProfile(parseAddress(written))) === formatCluster(cluster)) return;
  throw new UsageError(`The plan is for ${formatCluster(cluster)}, and names ${written}`, {
    hint: 'Nobody but `veltrix plan --save` writes plans: make a new one, and have that approved.',
  });
}

function parsePlan(text: string): z.output<typeof planSchema> {
  try {
    return planSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new UsageError('What --planned names is no plan', {
      hint: 'Make one with `veltrix plan application/environment --save FILE`.',
      cause,
    });
  }
}

type ReadProfile = z.output<typeof planSchema>['profiles'][number];

async function prepared(profile: ReadProfile, loaded: LoadedApplication) {
  const address = demandProfile(parseAddress(profile.address));
  return { ...profile, address, prepared: await prepare(loaded, address) };
}

/** All that is wrong is said before anything is published. */
function demandAsPlanned(cluster: string, planned: readonly (Planned & Pick<ReadProfile, 'hash8'>)[]): void {
  for (const { address, prepared } of planned) {
    if (prepared.content === undefined) throw new FileRefused(prepared, { environment: address.environment });
  }
  const unmet = planned
    .filter(({ prepared, hash8: then }) => prepared.content && hash8(prepared.content.bytes) !== then)
    .map(({ prepared }) => `${prepared.file} is not what was planned`);
  if (unmet.length === 0) return;
  throw new PrerequisiteUnmet(cluster, {
    unmet,
    hint: `Plan again with \`veltrix plan ${cluster} --save FILE\`, and have that approved.`,
  });
}

/**
 * What was planned is published over the versions that it was planned over, and what was found to be unchanged still is: who
 * approved the plan approved both. @throws VersionConflict for the first that is not so.
 */
export async function demandVersions(cloud: Cloud, planned: readonly Planned[]): Promise<void> {
  const [first] = planned;
  if (first === undefined) return;
  const { store } = await cloud.environment(first.address);
  const deployments = await readDeployments(
    store,
    planned.map(({ address }) => address.profile),
  );
  for (const each of planned) {
    const { address, expectedVersion } = each;
    const standing = standingOf(deployments, each);
    const deployedVersion = standing?.version ?? 0;
    if (deployedVersion === expectedVersion || isAsUnchanged(each, standing)) continue;
    throw new VersionConflict({ address: formatProfile(address), expectedVersion, deployedVersion });
  }
}

/** What publishes builds on what is deployed; what publishes nothing would have to stand beside what is on its way. */
function standingOf(deployments: readonly DeploymentSummary[], { address, outcome }: Planned) {
  const deployed = deployedOf(deployments, address.profile);
  if (outcome !== 'unchanged') return deployed;
  return deployments.find((item) => item.profile === address.profile && isRunning(item)) ?? deployed;
}

/** What was on its way when it was found to be unchanged may have arrived since, under a version of its own. */
function isAsUnchanged({ outcome, prepared }: Planned, standing: DeploymentSummary | undefined): boolean {
  const { content } = prepared;
  if (outcome !== 'unchanged' || standing?.label === undefined || content === undefined) return false;
  return parseLabel(standing.label)?.hash8 === hash8(content.bytes);
}

/** The deployment of a profile that is on its way, which a plan that finds nothing to publish may have left so. */
export async function runningOf(
  cloud: Cloud,
  { profile, ...cluster }: ProfileAddress,
): Promise<DeploymentSummary | undefined> {
  const { store } = await cloud.environment(cluster);
  // One runs at a time, and it is the newest.
  for await (const newest of store.deployments()) {
    return newest.profile === profile && isRunning(newest) ? newest : undefined;
  }
  return undefined;
}
