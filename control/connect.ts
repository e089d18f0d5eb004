/** Opens a stage in AWS: the real `Cloud`. Clients are imported when a question first needs them. */

import { setTimeout as delay } from 'node:timers/promises';
import type { Directory, Ids } from '../aws/appconfig/directory.js';
import { type ClusterAddress, formatCluster } from '../core/addresses.js';
import type { AssignmentReader } from '../core/assignment/table/tables.js';
import type { ToldChange } from '../core/delivery/change-stream.js';
import type { EnvironmentStore } from '../core/delivery/deployments.js';
import type { PublishQueues } from '../core/delivery/publish-queue.js';
import type { ApplicationProfile, ProfileRemoval } from '../core/delivery/retirement.js';
import type { RolloutRecords } from '../core/delivery/rollout-records.js';
import { strategyNames } from '../core/delivery/strategies.js';
import { UsageError } from '../core/errors.js';
import type { Drains } from '../core/fleet/drains.js';
import type { NodeRecords } from '../core/fleet/node-records.js';
import {
  assignmentsTable,
  changesStream,
  nodesTable,
  queuesTable,
  rolloutsTable,
  strategyName,
} from '../core/names.js';
import type { SecretDirectory } from '../core/secrets/secret-values.js';
import { type Clock, epochMs } from '../core/time.js';
import type { ChangesQuestion, Cloud, OpenEnvironment } from './cloud.js';
import { suggestNames } from './files/nearest.js';
import { openUpkeep } from './upkeep.js';
import { once } from './values/once.js';

export interface Connection {
  readonly stage: string;
  /** For people: `local AWS at http://127.0.0.1:4600`. */
  readonly target: string;
}

const clock: Clock = () => epochMs(Date.now());

/** Somebody who undoes something waits no longer for a note of it. */
const keepTimeoutMs = 2_000;

/** Nothing is asked of AWS before the first question. */
export function connect({ stage, target }: Connection): Cloud {
  const directory = once(openDirectory);
  const records = once(() => openRecords(stage));
  const rollouts = once(() => openRollouts(stage));
  const hasty = () => openRollouts(stage, AbortSignal.timeout(keepTimeoutMs));
  const queues = once(() => openQueues(stage));
  const drains = once(() => openDrains(stage));
  const secrets = once(openSecrets);
  return {
    stage,
    target,
    applications: async () => [...(await (await directory()).applications()).keys()].sort(),
    environments: async (name) => [...(await environmentsOf(await directory(), name)).ids.keys()].sort(),
    environment: oncePerCluster(async (cluster) => openEnvironment(await directory(), { stage, cluster })),
    records: { list: async (cluster) => (await records()).list(cluster) },
    assignment: (cluster) => openAssignment(stage, formatCluster(cluster)),
    drains: {
      read: async (cluster) => (await drains()).read(cluster),
      write: async (...said) => (await drains()).write(...said),
    },
    caller: once(askCaller),
    rollouts: {
      read: async (...asked) => (await rollouts()).read(...asked),
      saveUndone: async (...said) => (await hasty()).saveUndone(...said),
      saveRetired: async (...said) => (await rollouts()).saveRetired(...said),
    },
    secrets: { standing: async (name) => (await secrets()).standing(name) },
    queue: async (cluster) => (await (await queues()).read(formatCluster(cluster))).queue,
    publish: async (cluster, request) => (await openPublishFunction(stage, cluster)).publish(request),
    retirement: async (where) => openRetirement(await directory(), where),
    upkeep: openUpkeep(),
    changes: (options) => openChanges(stage, options),
    clock,
    wait,
  };
}

async function openDirectory(): Promise<Directory> {
  const [{ createDirectory }, { appConfigClient }] = await Promise.all([
    import('../aws/appconfig/directory.js'),
    import('../aws/clients.js'),
  ]);
  const directory = createDirectory(await appConfigClient());
  return { ...directory, applications: once(directory.applications) };
}

interface Place {
  readonly stage: string;
  readonly cluster: ClusterAddress;
}

async function openEnvironment(directory: Directory, { stage, cluster }: Place): Promise<OpenEnvironment> {
  const { applicationId, ids } = await environmentsOf(directory, cluster.application);
  const environmentId = demandId(ids, cluster.environment, `environment of ${cluster.application}`);
  const [profiles, { createEnvironmentStore }, { appConfigClient }] = await Promise.all([
    directory.profiles(applicationId),
    import('../aws/appconfig/environment-store.js'),
    import('../aws/clients.js'),
  ]);
  const client = await appConfigClient();
  const where = { applicationId, environmentId, profileIds: Object.fromEntries(profiles), strategyIds: {} };
  // Only undoing starts deployments, so strategies are looked up when one is started.
  const startDeployment: EnvironmentStore['startDeployment'] = async (request) => {
    const strategyIds = await strategyIdsOf(directory, stage);
    return createEnvironmentStore(client, { ...where, strategyIds }).startDeployment(request);
  };
  return {
    store: { ...createEnvironmentStore(client, where), startDeployment },
    resource: `application/${applicationId}/environment/${environmentId}`,
    profiles: [...profiles.keys()].sort(),
    hasProfile: (name) => profiles.get(name) !== undefined,
  };
}

async function openRetirement(directory: Directory, where: ApplicationProfile): Promise<ProfileRemoval> {
  const { application, profile } = where;
  const applicationId = demandId(await directory.applications(), application, 'deployed application');
  const ids = await directory.profiles(applicationId);
  const profileId = demandId(ids, profile, `profile of ${application}`);
  const [{ createProfileRemoval }, { appConfigClient }] = await Promise.all([
    import('../aws/appconfig/profile-removal.js'),
    import('../aws/clients.js'),
  ]);
  return createProfileRemoval(await appConfigClient(), { applicationId, profileId, profile });
}

/** Ids of the stage's own strategies, as far as they are deployed. */
async function strategyIdsOf(directory: Directory, stage: string): Promise<Record<string, string>> {
  const ids = await directory.strategies();
  const found = strategyNames.map((name) => [name, ids.get(strategyName(stage, name))] as const);
  return Object.fromEntries(
    found.filter((entry): entry is [(typeof entry)[0], string] => entry[1] !== undefined),
  );
}

async function environmentsOf(directory: Directory, application: string) {
  const applicationId = demandId(await directory.applications(), application, 'deployed application');
  return { applicationId, ids: await directory.environments(applicationId) };
}

function demandId(ids: Ids, name: string, kind: string): string {
  const id = ids.get(name);
  if (id !== undefined) return id;
  throw new UsageError(`"${name}" is no ${kind}`, { hint: suggestNames(name, [...ids.keys()]) });
}

async function openRecords(stage: string): Promise<NodeRecords> {
  const [{ createNodeRecords }, { dynamoDbClient }] = await Promise.all([
    import('../aws/dynamodb/node-records.js'),
    import('../aws/clients.js'),
  ]);
  return createNodeRecords(await dynamoDbClient(), nodesTable(stage), clock);
}

function openAssignment(stage: string, cluster: string): Omit<AssignmentReader, 'close'> {
  const reader = once(async () => {
    const [{ createAssignmentReader }, { dynamoDbClient }] = await Promise.all([
      import('../aws/dynamodb/assignment-reader.js'),
      import('../aws/clients.js'),
    ]);
    return createAssignmentReader(await dynamoDbClient(), assignmentsTable(stage), cluster);
  });
  return {
    head: async (...asked) => (await reader()).head(...asked),
    table: async (...asked) => (await reader()).table(...asked),
    roster: async (...asked) => (await reader()).roster(...asked),
  };
}

async function openDrains(stage: string): Promise<Drains> {
  const [{ createDrains }, { dynamoDbClient }] = await Promise.all([
    import('../aws/dynamodb/drains.js'),
    import('../aws/clients.js'),
  ]);
  return createDrains(await dynamoDbClient(), assignmentsTable(stage));
}

/** Somebody who keeps work away from a node at night does not wait for his name. */
async function askCaller(): Promise<string | undefined> {
  const [{ readOwnArn }, { dynamoDbClient }] = await Promise.all([
    import('../aws/sts/own-identity.js'),
    import('../aws/clients.js'),
  ]);
  try {
    const { config } = await dynamoDbClient();
    const endpoint = process.env['AWS_ENDPOINT_URL_STS'] || process.env['AWS_ENDPOINT_URL'] || undefined;
    return await readOwnArn({ region: await config.region(), credentials: config.credentials, endpoint });
  } catch {
    return undefined;
  }
}

async function openRollouts(stage: string, signal = new AbortController().signal): Promise<RolloutRecords> {
  const [{ createRolloutRecords }, { dynamoDbClient }, { abortable }] = await Promise.all([
    import('../aws/dynamodb/rollout-records.js'),
    import('../aws/clients.js'),
    import('../aws/abortable.js'),
  ]);
  return createRolloutRecords(abortable(await dynamoDbClient(), signal), rolloutsTable(stage), clock);
}

async function openSecrets(): Promise<SecretDirectory> {
  const [{ createSecretDirectory }, { secretsManagerClient }] = await Promise.all([
    import('../aws/secrets-manager/secret-directory.js'),
    import('../aws/clients.js'),
  ]);
  return createSecretDirectory(await secretsManagerClient());
}

async function openQueues(stage: string): Promise<Pick<PublishQueues, 'read'>> {
  const [{ createPublishQueues }, { dynamoDbClient }] = await Promise.all([
    import('../aws/dynamodb/publish-queues.js'),
    import('../aws/clients.js'),
  ]);
  return createPublishQueues(await dynamoDbClient(), queuesTable(stage));
}

async function openPublishFunction(stage: string, cluster: ClusterAddress) {
  const [{ createPublishFunction }, { lambdaClient }] = await Promise.all([
    import('../aws/publish-function.js'),
    import('../aws/clients.js'),
  ]);
  return createPublishFunction(await lambdaClient(), { stage, cluster });
}

async function* openChanges(stage: string, reading: ChangesQuestion): AsyncGenerator<ToldChange> {
  const [{ readChangeLog }, { kinesisClient }] = await Promise.all([
    import('../aws/kinesis/change-log.js'),
    import('../aws/clients.js'),
  ]);
  yield* readChangeLog({ client: await kinesisClient(), stream: changesStream(stage), wait }, reading);
}

/** Resolves when the time is over, or at once when the signal aborts. */
async function wait(durationMs: number, signal?: AbortSignal): Promise<void> {
  await delay(durationMs, undefined, { ...(signal && { signal }) }).catch(() => undefined);
}

function oncePerCluster<T>(
  open: (cluster: ClusterAddress) => Promise<T>,
): (cluster: ClusterAddress) => Promise<T> {
  const answers = new Map<string, () => Promise<T>>();
  return (cluster) => {
    const key = `${cluster.application}/${cluster.environment}`;
    const answer = answers.get(key) ?? once(() => open(cluster));
    answers.set(key, answer);
    return answer();
  };
}
