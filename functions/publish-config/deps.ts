/** What publishing needs from outside. */

import type { CallerIdentity } from '../../aws/sts/caller-identity.js';
import type { ClusterAddress } from '../../core/addresses.js';
import type { EnvironmentStore } from '../../core/delivery/deployments.js';
import type { PublishQueues } from '../../core/delivery/publish-queue.js';
import type { RolloutRecords } from '../../core/delivery/rollout-records.js';
import type { StrategyName } from '../../core/delivery/strategies.js';
import type { Application } from '../../core/profiles.js';
import type { Clock } from '../../core/time.js';
import type { Log } from '../log.js';
import type { Measures } from '../measures.js';
import type { PublishMetric } from './settings.js';

export interface PublishDeps {
  readonly application: Application;
  readonly environment: string;
  readonly defaultStrategy: StrategyName;
  readonly store: EnvironmentStore;
  readonly queues: PublishQueues;
  readonly records: Pick<RolloutRecords, 'savePublication'>;
  readonly caller: CallerIdentity;
  readonly sha256Hex: (bytes: Uint8Array) => string;
  readonly clock: Clock;
  /** Waits before deciding again, longer with each attempt (from 1), so that racing publishers part. */
  readonly pause: (attempt: number) => Promise<void>;
  readonly log: Log;
  readonly measures: Measures<PublishMetric>;
}

export const clusterOf = ({ application, environment }: PublishDeps): ClusterAddress => ({
  application: application.name,
  environment,
});

/** Decisions for one request. Each that is lost means that somebody else got further. */
export const attemptsMax = 8;

/** ISO 8601, UTC, milliseconds: as AppConfig's instants are compared. */
export const instant = (epochMs: number): string => new Date(epochMs).toISOString();
