/** What several questions need to know of an environment, read once. */

import { createHash } from 'node:crypto';
import type { JsonValue } from '../core/content/canonical-json.js';
import { hash8Of } from '../core/content/content.js';
import {
  type Deployment,
  type DeploymentSummary,
  type EnvironmentStore,
  undoingEntry,
} from '../core/delivery/deployments.js';
import { readProvenance } from '../core/delivery/provenance.js';
import type { Publication } from '../core/delivery/rollout-records.js';
import { ServiceUnavailable } from '../core/errors.js';

/** Deployments that a listing reads at most of each environment: ten pages of AppConfig. */
const listedDeploymentsMax = 500;

/**
 * Newest first, down to the newest completed deployment of each of the profiles: all there are, where one was never
 * deployed. What acts on a version asks this.
 */
export async function readDeployments(
  store: EnvironmentStore,
  profiles: readonly string[],
): Promise<readonly DeploymentSummary[]> {
  return (await readDown(store, profiles, Number.POSITIVE_INFINITY)).deployments;
}

export interface NewestDeployments {
  readonly deployments: readonly DeploymentSummary[];
  /** False when the limit of a listing came first: a profile without a completed one may have one further back. */
  readonly isComplete: boolean;
}

/** The same within a listing's limit. */
export const readNewestDeployments = (
  store: EnvironmentStore,
  profiles: readonly string[],
): Promise<NewestDeployments> => readDown(store, profiles, listedDeploymentsMax);

async function readDown(
  store: EnvironmentStore,
  profiles: readonly string[],
  max: number,
): Promise<NewestDeployments> {
  const deployments: DeploymentSummary[] = [];
  const open = new Set(profiles);
  for await (const deployment of store.deployments()) {
    if (deployments.length >= max) return { deployments, isComplete: false };
    deployments.push(deployment);
    if (deployment.state === 'COMPLETE') open.delete(deployment.profile);
    if (open.size === 0) break;
  }
  return { deployments, isComplete: true };
}

/** A version that is, was or is being deployed, with who published it and why. */
export interface DeployedVersion {
  readonly version: number;
  /** Absent for a version that was created around Veltrix. */
  readonly label?: string;
  readonly deployment: number;
  readonly author: string;
  readonly reason: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  /** Who asked, as AWS knows it: an ARN, or the last part of one. Absent where nobody proved it. */
  readonly caller?: string;
  /** Git commit the content was published from, in full or its first digits. */
  readonly commit?: string;
  /** Why content that was rolled back lately was published all the same. */
  readonly forced?: string;
  /** Number of the deployment that it undid by going back to an earlier version. */
  readonly undoes?: number;
}

/** What AppConfig keeps of it, and in full what the record of its rollout keeps, where there is one. */
export function describeVersion(
  summary: DeploymentSummary,
  description: string,
  publication?: Publication,
): DeployedVersion {
  const { author, reason, caller, commit, forced } = publication ?? {};
  return {
    version: summary.version,
    ...(summary.label !== undefined && { label: summary.label }),
    deployment: summary.number,
    ...readProvenance(description),
    startedAt: summary.startedAt,
    ...(author !== undefined && { author }),
    ...(reason !== undefined && { reason }),
    ...(caller !== undefined && { caller }),
    ...(commit !== undefined && { commit }),
    ...(forced !== undefined && { forced }),
  };
}

/** Why a deployment was taken back, in AppConfig's words; undefined for one that was not. */
export const undoneBecause = (deployment: Deployment): string | undefined =>
  undoingEntry(deployment)?.description;

export interface StoredValue {
  readonly version: number;
  readonly bytes: Uint8Array;
  readonly value: JsonValue;
}

/** One version's content as a value; undefined when there is no such version. @throws ServiceUnavailable when it is no JSON. */
export async function readValue(
  store: EnvironmentStore,
  profile: string,
  version: number,
): Promise<StoredValue | undefined> {
  const bytes = await store.content(profile, version);
  if (bytes === undefined) return undefined;
  try {
    return { version, bytes, value: JSON.parse(new TextDecoder().decode(bytes)) as JsonValue };
  } catch (cause) {
    throw new ServiceUnavailable(`Version ${version} of ${profile} is no JSON`, {
      hint: 'It was created around Veltrix. Publish the file again.',
      cause,
    });
  }
}

/** The content's hash as labels carry it. */
export const hash8 = (bytes: Uint8Array): string => hash8Of(createHash('sha256').update(bytes).digest('hex'));
