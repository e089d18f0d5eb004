/** What a plan is made from: an environment's deployments, versions, nodes and queue, read once for all its profiles. */

import { formatCluster } from '../../../core/addresses.js';
import { parseLabel } from '../../../core/content/content.js';
import type {
  DeploymentSummary,
  EnvironmentStore,
  VersionSummary,
} from '../../../core/delivery/deployments.js';
import {
  deploymentsToAsk,
  type Failure,
  type FailureQuestion,
  failureMemoryMs,
  failureToldBy,
  knowsFailures,
} from '../../../core/delivery/failure-memory.js';
import type { PublishQueue } from '../../../core/delivery/publish-queue.js';
import type { EnvironmentFacts } from '../../../core/delivery/publishing.js';
import { liveNodes } from '../../../core/fleet/liveness.js';
import type { NodeRecord } from '../../../core/fleet/node-records.js';
import type { OpenCluster } from '../../addressing.js';
import type { Cloud } from '../../cloud.js';
import { Blindness } from '../../see/blindness.js';

/** Deployments that are read beyond what a decision needs, to find what somebody could go back to: one page of AppConfig. */
const earlierMax = 50;

export interface ClusterFacts {
  /** Newest first. */
  readonly deployments: readonly DeploymentSummary[];
  readonly live: readonly NodeRecord[];
  readonly queue: PublishQueue;
  /** ISO 8601, UTC: how far back the memory of failure goes. */
  readonly failuresSince: string;
  /** What could not be read, for people. */
  readonly blind: readonly string[];
}

/** Without nodes and queue a plan still says what changes: what of them could not be read is told. */
export async function readClusterFacts(
  cloud: Cloud,
  open: OpenCluster,
  names: readonly string[],
): Promise<ClusterFacts> {
  const blindness = new Blindness();
  const cluster = formatCluster(open.cluster);
  const now = cloud.clock();
  const failuresSince = new Date(now - failureMemoryMs).toISOString();
  const [deployments, records, queue] = await Promise.all([
    readDown(open.store, names, failuresSince),
    blindness.orElse('the records of nodes', cloud.records.list(cluster), []),
    blindness.orElse('the queue', cloud.queue(open.cluster), { cluster, entries: [] }),
  ]);
  return { deployments, live: liveNodes(records, now), queue, failuresSince, blind: blindness.notes };
}

/**
 * Down to each profile's newest completed deployment, and to where older ones tell of no failure within the hour; then a
 * little further, to the completed one before.
 */
async function readDown(
  store: EnvironmentStore,
  names: readonly string[],
  since: string,
): Promise<readonly DeploymentSummary[]> {
  const deployments: DeploymentSummary[] = [];
  const completed = new Map(names.map((name) => [name, 0]));
  let beyond = 0;
  for await (const item of store.deployments()) {
    deployments.push(item);
    const count = completed.get(item.profile);
    if (count !== undefined && item.state === 'COMPLETE') completed.set(item.profile, count + 1);
    const counts = [...completed.values()];
    const isDecided =
      counts.every((each) => each > 0) &&
      names.every((profile) => knowsFailures(deployments, { profile, since }));
    if (isDecided) beyond++;
    if (isDecided && (beyond > earlierMax || counts.every((each) => each > 1))) break;
  }
  return deployments;
}

/** What the publish function would decide on, for this content: versions are read down to the one that holds it. */
export async function readDecisionFacts(
  { store }: OpenCluster,
  { deployments, failuresSince }: ClusterFacts,
  content: { readonly profile: string; readonly hash8: string },
): Promise<EnvironmentFacts> {
  const question = { ...content, since: failuresSince };
  const [versions, failures] = await Promise.all([
    readVersions(store, content),
    readFailures(store, deployments, question),
  ]);
  return { deployments, versions, failures };
}

async function readVersions(
  store: EnvironmentStore,
  { profile, hash8 }: { readonly profile: string; readonly hash8: string },
): Promise<readonly VersionSummary[]> {
  const versions: VersionSummary[] = [];
  for await (const version of store.versions(profile)) {
    versions.push(version);
    if (parseLabel(version.label ?? '')?.hash8 === hash8) break;
  }
  return versions;
}

async function readFailures(
  store: EnvironmentStore,
  deployments: readonly DeploymentSummary[],
  question: FailureQuestion,
): Promise<readonly Failure[]> {
  const told = await Promise.all(
    deploymentsToAsk(deployments, question).map((number) => store.deployment(number)),
  );
  return told.flatMap((deployment) => failureToldBy(deployment, deployments, question) ?? []);
}
