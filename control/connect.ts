/** Opens a stage in AWS: the real `Cloud`. Clients are imported when a question first needs them. */

import { setTimeout as delay } from 'node:timers/promises';
import type { Directory, Ids } from '../aws/directory.js';
import type { ClusterAddress } from '../core/addresses.js';
import type { ChangeEvent } from '../core/delivery/change-events.js';
import { UsageError } from '../core/errors.js';
import type { NodeRecords } from '../core/fleet/node-records.js';
import { changesStream, nodesTable } from '../core/names.js';
import { type Clock, epochMs } from '../core/time.js';
import type { Cloud, OpenEnvironment } from './cloud.js';
import { suggestNames } from './files/nearest.js';

export interface Connection {
  readonly stage: string;
  /** For people: `local AWS at http://127.0.0.1:4600`. */
  readonly target: string;
}

const clock: Clock = () => epochMs(Date.now());

/** Nothing is asked of AWS before the first question. */
export function connect({ stage, target }: Connection): Cloud {
  const directory = once(openDirectory);
  const records = once(() => openRecords(stage));
  return {
    target,
    applications: async () => [...(await (await directory()).applications()).keys()].sort(),
    environments: async (name) => [...(await environmentsOf(await directory(), name)).ids.keys()].sort(),
    environment: oncePerCluster(async (cluster) => openEnvironment(await directory(), cluster)),
    records: { list: async (cluster) => (await records()).list(cluster) },
    publish: async (cluster, request) => (await openPublishFunction(stage, cluster)).publish(request),
    changes: (options) => openChanges(stage, options),
    clock,
    wait,
  };
}

async function openDirectory(): Promise<Directory> {
  const [{ createDirectory }, { appConfigClient }] = await Promise.all([
    import('../aws/directory.js'),
    import('../aws/clients.js'),
  ]);
  const directory = createDirectory(await appConfigClient());
  return { ...directory, applications: once(directory.applications) };
}

async function openEnvironment(directory: Directory, cluster: ClusterAddress): Promise<OpenEnvironment> {
  const { applicationId, ids } = await environmentsOf(directory, cluster.application);
  const environmentId = demandId(ids, cluster.environment, `environment of ${cluster.application}`);
  const [profiles, { createEnvironmentStore }, { appConfigClient }] = await Promise.all([
    directory.profiles(applicationId),
    import('../aws/environment-store.js'),
    import('../aws/clients.js'),
  ]);
  const profileIds = Object.fromEntries(profiles);
  // Commands read; only the publish function starts deployments, and it alone needs strategies.
  const where = { applicationId, environmentId, profileIds, strategyIds: {} };
  return {
    store: createEnvironmentStore(await appConfigClient(), where),
    profiles: [...profiles.keys()].sort(),
    hasProfile: (name) => profiles.get(name) !== undefined,
  };
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
    import('../aws/node-records.js'),
    import('../aws/clients.js'),
  ]);
  return createNodeRecords(await dynamoDbClient(), nodesTable(stage), clock);
}

async function openPublishFunction(stage: string, cluster: ClusterAddress) {
  const [{ createPublishFunction }, { lambdaClient }] = await Promise.all([
    import('../aws/publish-function.js'),
    import('../aws/clients.js'),
  ]);
  return createPublishFunction(await lambdaClient(), { stage, cluster });
}

async function* openChanges(
  stage: string,
  reading: { readonly follow: boolean; readonly signal?: AbortSignal },
): AsyncGenerator<ChangeEvent> {
  const [{ readChangeLog }, { kinesisClient }] = await Promise.all([
    import('../aws/change-log.js'),
    import('../aws/clients.js'),
  ]);
  yield* readChangeLog({ client: await kinesisClient(), stream: changesStream(stage), wait }, reading);
}

/** Resolves when the time is over, or at once when the signal aborts. */
async function wait(durationMs: number, signal?: AbortSignal): Promise<void> {
  await delay(durationMs, undefined, { ...(signal && { signal }) }).catch(() => undefined);
}

/** Asked again, it gives the first answer; a failure is not kept. */
function once<T>(open: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | undefined;
  return () => {
    answer ??= open().catch((error: unknown) => {
      answer = undefined;
      throw error;
    });
    return answer;
  };
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
