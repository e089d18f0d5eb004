/** AppConfig as the functions see it, in memory: one application whose deployments move only when a test says so. */

import type {
  Deployment,
  DeploymentState,
  EnvironmentStore,
  LogEntry,
  LogEntryType,
  NewDeployment,
  NewVersion,
  VersionSummary,
} from '../../../core/delivery/deployments.js';
import { isRunning, revertWindowMs } from '../../../core/delivery/deployments.js';
import { strategies } from '../../../core/delivery/strategies.js';
import { ContentRefused, ServiceUnavailable } from '../../../core/errors.js';
import { type EpochMs, epochMs } from '../../../core/time.js';

interface Version extends VersionSummary {
  readonly bytes: Uint8Array;
}

export interface InMemoryAppConfigOptions {
  readonly profiles: readonly string[];
  /** Throws to refuse content, as a validator does. */
  readonly validate?: (bytes: Uint8Array) => void;
}

const startMs = Date.UTC(2026, 0, 1);

export class InMemoryAppConfig {
  /** Each profile's versions, oldest first: they belong to the application. */
  readonly versions = new Map<string, Version[]>();
  /** Each environment's deployments, oldest first. */
  readonly deployments = new Map<string, Deployment[]>();
  nowMs = startMs;
  private readonly validate: (bytes: Uint8Array) => void;

  constructor({ profiles, validate = () => undefined }: InMemoryAppConfigOptions) {
    this.validate = validate;
    for (const profile of profiles) this.versions.set(profile, []);
  }

  now(): EpochMs {
    return epochMs(this.nowMs);
  }

  /** Deployments of an environment, oldest first. */
  history(environment: string): Deployment[] {
    const history = this.deployments.get(environment) ?? [];
    this.deployments.set(environment, history);
    return history;
  }

  /** Bytes of a version that exists. */
  bytes(profile: string, version: number): Uint8Array {
    const found = this.versionsOf(profile).find((item) => item.version === version);
    if (!found) throw new Error(`no version ${version} of ${profile}`);
    return found.bytes;
  }

  environment(environment: string): EnvironmentStore {
    const world = this;
    return {
      async *deployments() {
        yield* [...world.history(environment)].reverse().map(({ log, description, ...summary }) => summary);
      },
      async deployment(number) {
        const found = world.history(environment).find((item) => item.number === number);
        if (!found) throw new ServiceUnavailable(`no deployment ${number}`, { hint: 'none' });
        return found;
      },
      async *versions(profile) {
        yield* [...world.versionsOf(profile)].reverse().map(({ bytes, ...summary }) => summary);
      },
      content: async (profile, version) =>
        world.versionsOf(profile).find((item) => item.version === version)?.bytes,
      createVersion: async (request) => world.create(request),
      startDeployment: async (request) => world.start(environment, request),
      stopDeployment: async (number, { allowRevert }) => world.stop(environment, number, allowRevert),
    };
  }

  /** Lets the running deployment take one step: to 50 %, to the bake, to its completion. */
  step(environment: string): void {
    const running = this.running(environment);
    if (!running) return;
    if (running.state === 'DEPLOYING' && running.percentage < 50) {
      this.log(environment, running, {
        percentage: 50,
        entry: ['PERCENTAGE_UPDATED', 'Configuration available to 50.00% of clients'],
      });
    } else if (running.state === 'DEPLOYING') {
      const entry = ['BAKE_TIME_STARTED', 'Deployment bake time started'] as const;
      this.log(environment, running, { state: 'BAKING', percentage: 100, entry });
    } else {
      const entry = ['DEPLOYMENT_COMPLETED', 'Deployment completed'] as const;
      this.log(environment, running, { state: 'COMPLETE', completes: true, entry });
    }
  }

  finish(environment: string): void {
    while (this.running(environment)) this.step(environment);
  }

  rollBack(environment: string, triggeredBy = 'APPCONFIG', why = 'Rollback initiated by a test'): void {
    const running = this.running(environment);
    if (!running) return;
    const started = ['ROLLBACK_STARTED', why] as const;
    const rolling = this.log(environment, running, { state: 'ROLLING_BACK', entry: started, triggeredBy });
    const ended = ['ROLLBACK_COMPLETED', 'Rollback completed'] as const;
    this.log(environment, rolling, { state: 'ROLLED_BACK', completes: true, entry: ended });
  }

  /** Reverts the newest completed deployment of a profile; nothing while the environment is busy. */
  revert(environment: string, profile: string): void {
    if (this.running(environment)) return;
    const newest = this.history(environment).findLast(
      (item) => item.profile === profile && item.state === 'COMPLETE',
    );
    if (newest) this.markReverted(environment, newest);
  }

  running(environment: string): Deployment | undefined {
    return this.history(environment).find(isRunning);
  }

  private markReverted(environment: string, deployment: Deployment): void {
    const entry = ['REVERT_COMPLETED', 'Deployment reverted'] as const;
    this.log(environment, deployment, { state: 'REVERTED', entry, triggeredBy: 'USER' });
  }

  private versionsOf(profile: string): Version[] {
    const versions = this.versions.get(profile);
    if (!versions) throw new ServiceUnavailable(`profile "${profile}" is not deployed`, { hint: 'none' });
    return versions;
  }

  private create({ profile, bytes, label, description, after }: NewVersion): 'created' | 'taken' {
    const versions = this.versionsOf(profile);
    if ((versions.at(-1)?.version ?? 0) !== after) return 'taken';
    versions.push({ version: after + 1, label, description, bytes });
    return 'created';
  }

  private stop(environment: string, number: number, allowRevert: boolean): 'stopped' | 'refused' {
    const found = this.history(environment).find((item) => item.number === number);
    if (found && ['VALIDATING', 'DEPLOYING', 'BAKING'].includes(found.state)) {
      this.rollBack(environment, 'USER');
      return 'stopped';
    }
    const newest = this.history(environment).findLast(
      (item) => item.profile === found?.profile && item.state === 'COMPLETE',
    );
    const isRevertable = newest !== undefined && newest === found && allowRevert;
    if (!isRevertable || this.nowMs - (newest.completedAtMs ?? 0) >= revertWindowMs) return 'refused';
    this.markReverted(environment, newest);
    return 'stopped';
  }

  private start(environment: string, request: NewDeployment): { readonly number: number } | 'outdated' {
    const history = this.history(environment);
    if (this.running(environment)) return 'outdated';
    if ((history.at(-1)?.number ?? 0) !== request.latestDeployment) return 'outdated';
    const version = this.versionsOf(request.profile).find((item) => item.version === request.version);
    if (!version) throw new ServiceUnavailable(`no version ${request.version}`, { hint: 'none' });
    this.check(version, request);
    const started = this.begin(history.length + 1, version, request);
    history.push(started);
    return { number: started.number };
  }

  private check(version: Version, { profile }: NewDeployment): void {
    try {
      this.validate(version.bytes);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      throw new ContentRefused(`version ${version.version} of ${profile}`, [{ path: '', message }]);
    }
  }

  private begin(number: number, version: Version, request: NewDeployment): Deployment {
    const strategy = strategies[request.strategy as keyof typeof strategies];
    return {
      number,
      profile: request.profile,
      version: request.version,
      ...(version.label !== undefined && { label: version.label }),
      state: 'DEPLOYING',
      percentage: 1,
      startedAt: this.tick(),
      description: request.description,
      log: [this.entry('DEPLOYMENT_STARTED', 'Deployment started', 'USER')],
      durationMinutes: strategy.durationMinutes,
      bakeMinutes: strategy.bakeMinutes,
    };
  }

  private log(
    environment: string,
    deployment: Deployment,
    change: {
      readonly state?: DeploymentState;
      readonly percentage?: number;
      readonly completes?: boolean;
      readonly entry: readonly [LogEntryType, string];
      readonly triggeredBy?: string;
    },
  ): Deployment {
    const entry = this.entry(change.entry[0], change.entry[1], change.triggeredBy);
    const next = {
      ...deployment,
      state: change.state ?? deployment.state,
      percentage: change.percentage ?? deployment.percentage,
      ...(change.completes && { completedAtMs: this.now() }),
      log: [...deployment.log, entry],
    };
    this.history(environment)[deployment.number - 1] = next;
    return next;
  }

  private entry(type: LogEntryType, description: string, triggeredBy = 'APPCONFIG'): LogEntry {
    return { type, triggeredBy, description, occurredAt: this.tick() };
  }

  /** Every entry has an instant of its own. */
  private tick(): string {
    this.nowMs += 1000;
    return new Date(this.nowMs).toISOString();
  }
}
