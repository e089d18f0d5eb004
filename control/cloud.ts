/** What an operator's questions are answered from, and acted through: one stage of Veltrix, seen through names. */

import type { ClusterAddress } from '../core/addresses.js';
import type { AssignmentReader } from '../core/assignment/table/tables.js';
import type { ToldChange } from '../core/delivery/change-stream.js';
import type { EnvironmentStore } from '../core/delivery/deployments.js';
import type { PublishQueue } from '../core/delivery/publish-queue.js';
import type { PublishRequest, PublishResult, QueueRequest } from '../core/delivery/publishing.js';
import type { ApplicationProfile, ProfileRemoval } from '../core/delivery/retirement.js';
import type { RolloutRecords } from '../core/delivery/rollout-records.js';
import type { Drains } from '../core/fleet/drains.js';
import type { NodeRecords } from '../core/fleet/node-records.js';
import type { SecretDirectory } from '../core/secrets/secret-values.js';
import type { Clock } from '../core/time.js';
import type { Upkeep } from '../core/upkeep.js';

export interface Cloud {
  /** The stage that is asked about. */
  readonly stage: string;
  /** Where this leads, for people: `local AWS at http://127.0.0.1:4600`. */
  readonly target: string;
  /** Names of the deployed applications. */
  applications(): Promise<readonly string[]>;
  /** Names of an application's deployed environments. @throws UsageError with the nearest name when there is none. */
  environments(application: string): Promise<readonly string[]>;
  /** @throws UsageError with the nearest name when application or environment is not deployed. */
  environment(cluster: ClusterAddress): Promise<OpenEnvironment>;
  readonly records: Pick<NodeRecords, 'list'>;
  /** Which partition is whose, and who is there: nothing, where the application declares no routing. */
  assignment(cluster: ClusterAddress): Omit<AssignmentReader, 'close'>;
  /** Nodes that a person keeps work away from. */
  readonly drains: Drains;
  /** Who asks, as AWS knows it: an ARN; undefined where AWS does not say. */
  caller(): Promise<string | undefined>;
  /** Who published each deployment, what the guard made of it, and who took it back. Nothing waits long to be kept here. */
  readonly rollouts: Pick<RolloutRecords, 'read' | 'saveUndone' | 'saveRetired'>;
  /** Whether secrets are there, never what they say. */
  readonly secrets: SecretDirectory;
  /** What waits for its turn in an environment. @throws ServiceUnavailable when it cannot be read. */
  queue(cluster: ClusterAddress): Promise<PublishQueue>;
  /** The gate, and the one door to its queue. @throws ServiceUnavailable when it cannot be reached or fails. */
  publish(cluster: ClusterAddress, request: PublishRequest | QueueRequest): Promise<PublishResult>;
  /** The end of a profile and of its versions. @throws UsageError with the nearest name when it is not deployed. */
  retirement(where: ApplicationProfile): Promise<ProfileRemoval>;
  /** What the stage runs on. */
  readonly upkeep: Upkeep;
  /** Change events as they stand on the stream, oldest first; ends at the newest, or follows until `signal` aborts. */
  changes(options: ChangesQuestion): AsyncIterable<ToldChange>;
  readonly clock: Clock;
  /** Resolves after so many milliseconds, or at once when `signal` aborts. */
  wait(durationMs: number, signal?: AbortSignal): Promise<void>;
}

export interface ChangesQuestion {
  readonly follow: boolean;
  /** Leaves out what the stream took before (milliseconds since the epoch). */
  readonly sinceMs?: number;
  readonly signal?: AbortSignal;
}

export interface OpenEnvironment {
  readonly store: EnvironmentStore;
  /** How its ARN ends, in AppConfig's ids: `application/abcd123/environment/efgh456`. */
  readonly resource: string;
  /** Names of the application's deployed profiles, sorted. */
  readonly profiles: readonly string[];
  /** True when a profile of that name is deployed. @throws ServiceUnavailable when two of its application have that name. */
  hasProfile(name: string): boolean;
}
