/** What an operator's questions are answered from, and acted through: one stage of Veltrix, seen through names. */

import type { ClusterAddress } from '../core/addresses.js';
import type { ChangeEvent } from '../core/delivery/change-events.js';
import type { EnvironmentStore } from '../core/delivery/deployments.js';
import type { PublishRequest, PublishResult } from '../core/delivery/publishing.js';
import type { NodeRecords } from '../core/fleet/node-records.js';
import type { Clock } from '../core/time.js';

export interface Cloud {
  /** Where this leads, for people: `local AWS at http://127.0.0.1:4600`. */
  readonly target: string;
  /** Names of the deployed applications. */
  applications(): Promise<readonly string[]>;
  /** Names of an application's deployed environments. @throws UsageError with the nearest name when there is none. */
  environments(application: string): Promise<readonly string[]>;
  /** @throws UsageError with the nearest name when application or environment is not deployed. */
  environment(cluster: ClusterAddress): Promise<OpenEnvironment>;
  readonly records: Pick<NodeRecords, 'list'>;
  /** The gate. @throws ServiceUnavailable when it cannot be reached or fails. */
  publish(cluster: ClusterAddress, request: PublishRequest): Promise<PublishResult>;
  /** Change events as they stand on the stream, oldest first; ends at the newest, or follows until `signal` aborts. */
  changes(options: { readonly follow: boolean; readonly signal?: AbortSignal }): AsyncIterable<ChangeEvent>;
  readonly clock: Clock;
  /** Resolves after so many milliseconds, or at once when `signal` aborts. */
  wait(durationMs: number, signal?: AbortSignal): Promise<void>;
}

export interface OpenEnvironment {
  readonly store: EnvironmentStore;
  /** Names of the application's deployed profiles, sorted. */
  readonly profiles: readonly string[];
  /** True when a profile of that name is deployed. @throws ServiceUnavailable when two of its application have that name. */
  hasProfile(name: string): boolean;
}
