/** A stage in memory: AppConfig moves when a test says so, and publishing goes through the real gate. */

import { createHash } from 'node:crypto';
import type { Cloud } from '../../control/cloud.js';
import { type ClusterAddress, formatCluster } from '../../core/addresses.js';
import type { GrantTable } from '../../core/assignment/table/table.js';
import type { ChangeEvent } from '../../core/delivery/change-events.js';
import type { PublishQueues, QueueEntry } from '../../core/delivery/publish-queue.js';
import type { PublishResult } from '../../core/delivery/publishing.js';
import type { ApplicationProfile, ProfileRemoval } from '../../core/delivery/retirement.js';
import type { Publication, Retired, RolloutRecord, Undone } from '../../core/delivery/rollout-records.js';
import { ServiceUnavailable, UsageError } from '../../core/errors.js';
import type { Drain, Drains } from '../../core/fleet/drains.js';
import type { NodeRecord } from '../../core/fleet/node-records.js';
import type { ProfileReport } from '../../core/fleet/node-reports.js';
import type { Roster } from '../../core/fleet/roster.js';
import type { Application } from '../../core/profiles.js';
import type { SecretDirectory, SecretStanding } from '../../core/secrets/secret-values.js';
import { type EpochMs, type EpochSeconds, epochMs } from '../../core/time.js';
import type { DeployedFunction, EventSource, Upkeep } from '../../core/upkeep.js';
import { createHandler } from '../../functions/publish-config/handler.js';
import { InMemoryAppConfig } from '../aws/appconfig/in-memory-appconfig.js';

/** When the world begins, and when records arrive unless a test says otherwise. */
export const startMs = Date.UTC(2026, 0, 1);

const resourceOf = (environment: string): string => `application/app1234/environment/${environment}`;

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

export class InMemoryCloud implements Cloud {
  readonly stage = 'main';
  readonly target = 'memory';
  readonly appConfig: InMemoryAppConfig;
  readonly nodes: NodeRecord[] = [];
  readonly events: ChangeEvent[] = [];
  /** Records of rollouts, by cluster and number: `quest/staging 3`. */
  readonly rolloutRecords = new Map<string, RolloutRecord>();
  /** What waits in each environment, by cluster. */
  readonly queues = new Map<string, readonly QueueEntry[]>();
  /** What is assigned in each cluster, and who is there. */
  readonly tables = new Map<string, GrantTable>();
  readonly rosters = new Map<string, Roster>();
  /** Drains of each cluster, the newest first. */
  readonly drained = new Map<string, readonly Drain[]>();
  /** So many writes of drains are lost to somebody else. */
  lostWrites = 0;
  /** Who asks, as AWS says. */
  arn: string | undefined = 'arn:aws:iam::000000000000:user/anna';
  /** True: who takes something back cannot be kept. */
  keepingFails = false;
  /** Called whenever somebody waits: where a test lets the world go on. */
  onWait: () => void = () => undefined;
  /** In place of the gate, for answers it gives only in a race. */
  gate: Cloud['publish'] | undefined;
  private readonly application: Application;

  constructor(application: Application) {
    this.application = application;
    this.guarded = application.environments;
    this.appConfig = new InMemoryAppConfig({ profiles: application.profiles.map(({ name }) => name) });
  }

  readonly clock = (): EpochMs => epochMs(this.appConfig.nowMs);
  readonly records = {
    list: async (cluster: string) => this.nodes.filter((node) => node.cluster === cluster),
  };

  readonly rollouts = {
    read: async (cluster: string, deployments: readonly number[]) => {
      const found = deployments.map(
        (number) => [number, this.rolloutRecords.get(`${cluster} ${number}`)] as const,
      );
      return new Map(found.filter((entry): entry is [number, RolloutRecord] => entry[1] !== undefined));
    },
    savePublication: async (
      cluster: string,
      deployment: number,
      publication: Publication,
    ): Promise<'saved' | 'kept'> => {
      const key = `${cluster} ${deployment}`;
      if (this.rolloutRecords.get(key)?.publication) return 'kept';
      this.rolloutRecords.set(key, { ...this.rolloutRecords.get(key), publication });
      return 'saved';
    },
    saveUndone: (cluster: string, deployment: number, undone: Undone) =>
      this.keep(`${cluster} ${deployment}`, { undone }),
    saveRetired: (cluster: string, deployment: number, retired: Retired) =>
      this.keep(`${cluster} ${deployment}`, { retired }),
  };

  private async keep(key: string, said: Pick<RolloutRecord, 'undone' | 'retired'>): Promise<void> {
    if (this.keepingFails)
      throw new ServiceUnavailable('could not keep it', { hint: 'none', retryable: true });
    this.rolloutRecords.set(key, { ...this.rolloutRecords.get(key), ...said });
  }

  /** True: something that does not report reads profiles. */
  isRead = false;
  /** Called before each version of a profile that goes. */
  onRemoval: (version: number) => void = () => undefined;

  async retirement({ profile }: ApplicationProfile): Promise<ProfileRemoval> {
    const { versions } = this.appConfig;
    return {
      versions: () => this.appConfig.environment('staging').versions(profile),
      removeVersion: async (version) => {
        this.onRemoval(version);
        versions.set(
          profile,
          (versions.get(profile) ?? []).filter((each) => each.version !== version),
        );
      },
      remove: async () => {
        if (this.isRead) return 'read-lately';
        if (versions.get(profile)?.length) return 'has-versions';
        versions.delete(profile);
        return 'removed';
      },
    };
  }

  /** The gate's own door to `queues`; nobody writes at the same time. */
  private readonly storedQueues: PublishQueues = {
    read: async (cluster) => ({
      queue: { cluster, entries: [...(this.queues.get(cluster) ?? [])] },
      revision: 0,
    }),
    write: async ({ cluster, entries }) => {
      this.queues.set(cluster, entries);
      return 'saved';
    },
  };

  assignment(where: ClusterAddress) {
    const cluster = formatCluster(where);
    const roster = () => this.rosters.get(cluster) ?? { revision: 0, nodes: [] };
    return {
      head: async () => {
        const table = this.tables.get(cluster);
        if (!table && !this.rosters.has(cluster)) return undefined;
        const generation = table?.generation ?? 0;
        const [revision, rosterRevision] = [generation + roster().revision, roster().revision];
        return { revision, generation, rosterRevision, writtenAtMs: this.clock() };
      },
      table: async () => this.tables.get(cluster) ?? ('superseded' as const),
      roster: async () => roster(),
    };
  }

  readonly drains: Drains = {
    read: async (cluster) => {
      const drains = this.drained.get(cluster) ?? [];
      return { list: { cluster, drains }, revision: drains.length };
    },
    write: async ({ cluster, drains }) => {
      if (this.lostWrites-- > 0) return 'lost';
      this.drained.set(cluster, drains);
      return 'saved';
    },
  };

  /** Secrets that are not simply there. */
  readonly secretStandings = new Map<string, SecretStanding>();
  readonly secrets: { standing: SecretDirectory['standing'] } = {
    standing: async (name) => this.secretStandings.get(name) ?? 'there',
  };

  readonly caller = async () => this.arn;

  /** What the stage runs on. A function that is not here is there, with the schema's version of `rules`. */
  readonly functions = new Map<string, DeployedFunction | undefined>();
  sources: readonly EventSource[] = [{ stream: 'veltrix-main-load', isEnabled: true, lastResult: 'OK' }];
  shards: number | undefined = 1;
  letters: number | undefined = 0;
  /** Environments that the guard is attached to; another extension is attached to all. */
  guarded: readonly string[];
  readonly upkeep: Upkeep = {
    region: async () => 'eu-central-1',
    deployedFunction: async (name) =>
      this.functions.has(name) ? this.functions.get(name) : { variables: { VELTRIX_SCHEMA_VERSION: '2' } },
    eventSources: async () => this.sources,
    openShards: async () => this.shards,
    messages: async () => this.letters,
    extended: async (extension) =>
      (extension === 'veltrix-main-guard' ? this.guarded : this.application.environments).map(
        (name) => `arn:aws:appconfig:eu-central-1:000000000000:${resourceOf(name)}`,
      ),
  };

  async queue(where: ClusterAddress) {
    return (await this.storedQueues.read(formatCluster(where))).queue;
  }

  async applications() {
    return [this.application.name];
  }

  async environments(application: string) {
    if (application !== this.application.name) throw new UsageError(`"${application}"`, { hint: 'none' });
    return this.application.environments;
  }

  async environment({ environment }: { application: string; environment: string }) {
    const profiles = this.application.profiles.map(({ name }) => name);
    const hasProfile = (name: string) => profiles.includes(name);
    const store = this.appConfig.environment(environment);
    return { store, resource: resourceOf(environment), profiles, hasProfile };
  }

  async publish(...[cluster, request]: Parameters<Cloud['publish']>) {
    if (this.gate) return this.gate(cluster, request);
    const handle = createHandler({
      application: this.application,
      environment: cluster.environment,
      defaultStrategy: 'linear-50',
      store: this.appConfig.environment(cluster.environment),
      queues: this.storedQueues,
      records: this.rollouts,
      caller: { arnOf: async () => 'arn:aws:iam::000000000000:user/anna' },
      sha256Hex: (bytes) => createHash('sha256').update(bytes).digest('hex'),
      clock: this.clock,
      pause: async () => undefined,
      log: silent,
      measures: { count: () => undefined, flush: () => undefined },
    });
    // A turn of the queue is nobody's: it carries no proof.
    const event = 'advance' in request ? request : { ...request, identity: 'a proof' };
    return (await handle(event)) as PublishResult;
  }

  /** Each event stands on the stream a second and a half after it happened. */
  async *changes() {
    for (const event of this.events) yield { event, arrivedAtMs: epochMs(Date.parse(event.time) + 1_500) };
  }

  async wait(durationMs: number) {
    // Everything that is ready by now comes first, as it would while time passes.
    await new Promise((resolve) => setImmediate(resolve));
    this.appConfig.nowMs += durationMs;
    this.onWait();
  }
}

export interface NodeFacts {
  readonly node: string;
  readonly cluster?: string;
  readonly arrivedAtMs?: number;
  readonly reportIntervalMs?: number;
  readonly health?: NodeRecord['health'];
  readonly endpoint?: string;
  readonly label?: string;
  /** Since when it holds the label; absent where nobody kept it. */
  readonly heldSinceMs?: number;
  readonly lastError?: string;
  readonly counters?: ProfileReport['counters'];
  readonly refused?: ProfileReport['refused'];
  readonly override?: ProfileReport['override'];
  readonly secretsError?: string;
  readonly schemaVersion?: number;
  readonly twin?: NodeRecord['twin'];
  /** What it says of its work. */
  readonly load?: Partial<
    Pick<
      NodeRecord,
      | 'load'
      | 'capacity'
      | 'unitsPerSecond'
      | 'queueDepth'
      | 'shed'
      | 'misdirected'
      | 'work'
      | 'hotKeys'
      | 'labels'
    >
  >;
}

/** The record of a node that holds one profile, `rules`. */
export function record(facts: NodeFacts): NodeRecord {
  const { node, label, refused, endpoint, twin } = facts;
  const { arrivedAtMs = startMs, reportIntervalMs } = facts;
  return {
    cluster: facts.cluster ?? 'quest/staging',
    node,
    incarnation: `${node}-life`,
    sequence: 1,
    labels: {},
    capacity: 10,
    load: 0.5,
    queueDepth: 0,
    inFlight: 1,
    health: facts.health ?? 'ready',
    ...(endpoint !== undefined && { endpoint }),
    ...(reportIntervalMs !== undefined && { reportIntervalMs }),
    profiles: {
      rules: {
        ...(label !== undefined && { label }),
        source: label === undefined ? 'default' : 'cloud',
        ...(refused && { refused }),
        ...(facts.lastError !== undefined && { lastError: facts.lastError }),
        ...(facts.override && { override: facts.override }),
        ...(facts.secretsError !== undefined && { secretsError: facts.secretsError }),
        ...(label !== undefined &&
          facts.heldSinceMs !== undefined && { held: { label, sinceMs: epochMs(facts.heldSinceMs) } }),
        schemaVersion: facts.schemaVersion ?? 2,
        counters: facts.counters ?? {},
      },
    },
    droppedReports: 0,
    arrivedAtMs: epochMs(arrivedAtMs),
    since: epochMs(arrivedAtMs - 100_000),
    expiresAtSeconds: 9_999 as EpochSeconds,
    retired: [],
    ...(twin && { twin }),
    ...facts.load,
  };
}
