/** Publishes the file of one profile through the gate of its environment. */

import { formatProfile, type ProfileAddress } from '../../core/addresses.js';
import { deployedOf, type EnvironmentStore } from '../../core/delivery/deployments.js';
import type { PublishRequest } from '../../core/delivery/publishing.js';
import type { StrategyName } from '../../core/delivery/strategies.js';
import type { Profile } from '../../core/profiles.js';
import type { Cloud } from '../cloud.js';
import { readDeployments } from '../facts.js';
import { type PreparedFile, prepareFile } from '../files/check.js';
import { demandEnvironment, type LoadedApplication, profileOf } from '../files/workspace.js';
import { type Accepted, demandTaken, type InQueue, unexpected } from './gate-answers.js';
import { FileRefused } from './outcomes.js';
import { checkSecrets } from './secrets.js';
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
  /** Git commit of the file, in full; absent when it is not as committed. */
  readonly commit?: string | undefined;
  /** Why content that was rolled back lately is published all the same. */
  readonly force?: string | undefined;
}

interface Place {
  readonly target: string;
  readonly address: string;
  readonly file: string;
  /** The version deployed before; 0 for none. */
  readonly previousVersion: number;
}

export interface Published extends Omit<Accepted, 'outcome'>, Place {}

/** It waits for its turn. */
export interface Queued extends Omit<InQueue, 'outcome' | 'environment'>, Place {}

/**
 * Checks the file, then asks the publish function. Nothing is published when this throws.
 * @throws UsageError, FileRefused, VersionConflict, DeploymentInProgress, QueueAhead, RolledBackLately, ServiceUnavailable.
 */
export async function publish(
  cloud: Cloud,
  loaded: LoadedApplication,
  order: PublishOrder,
): Promise<Published> {
  const { result, place } = await submit({ cloud, loaded, order }, (previousVersion) => ({
    expectedVersion: order.expectedVersion ?? previousVersion,
  }));
  if (result.outcome === 'queued') throw unexpected(result.outcome);
  const { outcome: _outcome, ...accepted } = result;
  return { ...accepted, ...place };
}

/**
 * The same, but waits for its turn in the environment's queue where others are before it. It builds on whatever is
 * deployed by then, unless the order names a version.
 */
export async function publishOrQueue(
  cloud: Cloud,
  loaded: LoadedApplication,
  order: PublishOrder,
): Promise<Published | Queued> {
  const { expectedVersion } = order;
  const { result, place } = await submit({ cloud, loaded, order }, () => ({
    queue: true,
    ...(expectedVersion !== undefined && { expectedVersion }),
  }));
  const { outcome: _outcome, ...taken } = result;
  return { ...taken, ...place };
}

interface Submission {
  readonly cloud: Cloud;
  readonly loaded: LoadedApplication;
  readonly order: PublishOrder;
}

async function submit(
  { cloud, loaded, order }: Submission,
  conditions: (previousVersion: number) => Pick<PublishRequest, 'expectedVersion' | 'queue'>,
): Promise<{ result: Accepted | InQueue; place: Place }> {
  const { address } = order;
  const { environment, profile } = address;
  demandEnvironment(loaded.application, environment);
  const prepared = order.prepared ?? (await prepare(loaded, address));
  const file = await withSecrets(cloud, profileOf(loaded.application, profile), prepared);
  if (file.content === undefined) throw await refuse(cloud, address, file);
  const { store } = await cloud.environment(address);
  const previousVersion = await deployedVersion(store, profile);
  const { value } = file.content;
  const content = order.change ? order.change(value) : value;
  const request = { ...requestOf(order, content), ...conditions(previousVersion) };
  const answer = await cloud.publish(address, request);
  const { target } = cloud;
  return {
    result: demandTaken(answer, { prepared, environment, previousVersion }),
    place: { target, address: formatProfile(address), file: prepared.file, previousVersion },
  };
}

/** The file of a profile, read and checked once: for a plan and for the publish of what was planned. */
export function prepare(loaded: LoadedApplication, address: ProfileAddress): Promise<PreparedFile> {
  const { application } = loaded;
  return prepareFile(loaded, profileOf(application, address.profile), address.environment);
}

/** What a plan says of secrets that nobody could look at, it said before; the nodes find out. */
async function withSecrets(cloud: Cloud, profile: Profile, prepared: PreparedFile): Promise<PreparedFile> {
  return (await checkSecrets(cloud, profile, prepared)).file;
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

function requestOf(order: PublishOrder, content: unknown): PublishRequest {
  const { strategy, commit, force } = order;
  return {
    profile: order.address.profile,
    content,
    description: order.reason,
    author: order.author,
    ...(strategy !== undefined && { strategy }),
    ...(commit !== undefined && { commit }),
    ...(force !== undefined && { force }),
  };
}
