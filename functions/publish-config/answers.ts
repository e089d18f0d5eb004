/** What decisions are to whoever asked. */

import { type ClusterAddress, formatCluster, formatProfile } from '../../core/addresses.js';
import type { DeploymentSummary } from '../../core/delivery/deployments.js';
import type { Failure } from '../../core/delivery/failure-memory.js';
import { type PublishQueue, placeOf, type QueueEntry } from '../../core/delivery/publish-queue.js';
import type { PublishIntent, PublishResult } from '../../core/delivery/publishing.js';

export const conflict = (
  { address, expectedVersion }: PublishIntent,
  deployedVersion: number,
): PublishResult => ({
  outcome: 'version-conflict',
  address: formatProfile(address),
  ...(expectedVersion !== undefined && { expectedVersion }),
  deployedVersion,
});

export const busy = (cluster: ClusterAddress, running: DeploymentSummary): PublishResult => ({
  outcome: 'deployment-in-progress',
  environment: formatCluster(cluster),
  running: { profile: running.profile, deployment: running.number, startedAt: running.startedAt },
});

export const failedLately = (
  { address }: PublishIntent,
  { version, deployment, at, why }: Failure,
): PublishResult => ({
  outcome: 'rolled-back-lately',
  address: formatProfile(address),
  version,
  deployment,
  rolledBackAt: at,
  why,
});

export const queueAhead = (cluster: ClusterAddress, ahead: readonly QueueEntry[]): PublishResult => ({
  outcome: 'queue-ahead',
  environment: formatCluster(cluster),
  ahead: ahead.map(({ profile, version, queuedAt }) => ({ profile, version, queuedAt })),
});

export const queued = (
  queue: PublishQueue,
  { profile, version, label, held }: QueueEntry,
  replaced?: QueueEntry,
): PublishResult => ({
  outcome: 'queued',
  environment: queue.cluster,
  version,
  label,
  place: placeOf(queue, profile),
  ...(replaced !== undefined && replaced.version !== version && { superseded: replaced.version }),
  ...(held !== undefined && { held: held.why }),
});
