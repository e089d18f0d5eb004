/** Publishes the file of one profile through the gate of its environment. */

import { formatProfile, type ProfileAddress } from '../../core/addresses.js';
import { deployedOf, type EnvironmentStore } from '../../core/delivery/deployments.js';
import type { PublishResult } from '../../core/delivery/publishing.js';
import type { StrategyName } from '../../core/delivery/strategies.js';
import {
  DeploymentInProgress,
  type Problem,
  QueueAhead,
  RolledBackLately,
  ServiceUnavailable,
  VersionConflict,
} from '../../core/errors.js';
import type { Cloud } from '../cloud.js';
import { readDeployments } from '../facts.js';
import { type PreparedFile, prepareFile } from '../files/check.js';
import { demandEnvironment, type LoadedApplication, profileOf } from '../files/workspace.js';
import { FileRefused } from './outcomes.js';
import { type Awaiting, type Progress, waitForFleet } from './wait.js';

/** How long a refusal waits for AWS to say what stays deployed. */
const askingMaxMs = 1_500;

export interface PublishOrder {
  readonly address: ProfileAddress;
  readonly author: string;
  /** Why, for people. */
  readonly reason: string;
  readonly strategy?: StrategyName | undefined;
  /** What was planned, to publish that very content. Default: the file as it stands. */
  readonly prepared?: PreparedFile | undefined;
  /** Default: the version that is deployed once the file was read. */
  readonly expectedVersion?: number | undefined;
  /** Publishes what this makes of the file's value, which itself stays as it is. */
  readonly change?: ((value: unknown) => unknown) | undefined;
}

export type Accepted = Extract<PublishResult, { outcome: 'accepted' }>;

export interface Published extends Omit<Accepted, 'outcome'> {
  readonly target: string;
  readonly address: string;
  readonly file: string;
  /** The version deployed before; 0 for none. */
  readonly previousVersion: number;
}

/**
 * Checks the file, then asks the publish function. Nothing is published when this throws.
 * @throws UsageError, FileRefused, VersionConflict, DeploymentInProgress, ServiceUnavailable.
 */
export async function publish(
  cloud: Cloud,
  loaded: LoadedApplication,
  order: PublishOrder,
): Promise<Published> {
  const { address } = order;
  demandEnvironment(loaded.application, address.environment);
  const prepared = order.prepared ?? (await prepare(loaded, address));
  if (prepared.content === undefined) throw await refuse(cloud, address, prepared);
  const { store } = await cloud.environment(address);
  const previousVersion = await deployedVersion(store, address.profile);
  const expectedVersion = order.expectedVersion ?? previousVersion;
  const { value } = prepared.content;
  const content = order.change ? order.change(value) : value;
  const result = await cloud.publish(address, requestOf(order, { content, expectedVersion }));
  const accepted = demandAccepted(result, { prepared, environment: address.environment, previousVersion });
  return {
    ...accepted,
    target: cloud.target,
    address: formatProfile(address),
    file: prepared.file,
    previousVersion,
  };
}

/** The file of a profile, read and checked once: for a plan and for the publish of what was planned. */
export function prepare(loaded: LoadedApplication, address: ProfileAddress): Promise<PreparedFile> {
  const { application } = loaded;
  return prepareFile(loaded, profileOf(application, address.profile), address.environment);
}

/** A refused file is refused without AWS; what stays deployed is said where AWS answers soon. */
async function refuse(cloud: Cloud, address: ProfileAddress, prepared: PreparedFile): Promise<FileRefused> {
  const enough = new AbortController();
  const asking = cloud
    .environment(address)
    .then(({ store }) => deployedVersion(store, address.profile))
    .catch(() => undefined);
  const patience = cloud.wait(askingMaxMs, enough.signal).then(() => undefined);
  const deployed = await Promise.race([asking, patience]);
  enough.abort();
  return new FileRefused(prepared, { environment: address.environment, deployedVersion: deployed });
}

/** Waits until every live node holds what was published. @throws RolledBack, NotConverged. */
export async function waitFor(
  cloud: Cloud,
  address: ProfileAddress,
  awaiting: Omit<Awaiting, 'address'>,
): Promise<Progress> {
  const { store } = await cloud.environment(address);
  return waitForFleet(cloud, store, { ...awaiting, address });
}

async function deployedVersion(store: EnvironmentStore, profile: string): Promise<number> {
  return deployedOf(await readDeployments(store, [profile]), profile)?.version ?? 0;
}

function requestOf(order: PublishOrder, facts: { content: unknown; expectedVersion: number }) {
  return {
    profile: order.address.profile,
    ...facts,
    description: order.reason,
    author: order.author,
    ...(order.strategy !== undefined && { strategy: order.strategy }),
  };
}

interface Standing {
  readonly prepared: PreparedFile;
  readonly environment: string;
  readonly previousVersion: number;
}

function demandAccepted(result: PublishResult, standing: Standing): Omit<Accepted, 'outcome'> {
  switch (result.outcome) {
    case 'accepted': {
      const { outcome: _outcome, ...accepted } = result;
      return accepted;
    }
    case 'version-conflict':
      throw new VersionConflict(result);
    case 'deployment-in-progress':
      throw new DeploymentInProgress(result.environment, result.running);
    case 'queue-ahead':
      throw new QueueAhead(result.environment, result.ahead);
    case 'rolled-back-lately':
      throw new RolledBackLately(result);
    case 'queued':
      throw new ServiceUnavailable(`${result.environment} queued what was to be published at once`, {
        hint: 'See `veltrix queue`.',
      });
    case 'content-refused':
      throw refusedByFunction(result.problems, standing);
  }
}

/** The deployed schema found what the file's own did not: it is found in the file all the same. */
function refusedByFunction(problems: readonly Problem[], standing: Standing): FileRefused {
  const { prepared, environment, previousVersion } = standing;
  return new FileRefused(
    { file: prepared.file, problems: problems.map(prepared.place) },
    { environment, deployedVersion: previousVersion },
  );
}
