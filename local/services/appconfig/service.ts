/** AppConfig of the local AWS: control plane and data plane over one state. What it does and does not: behaviour.md. */
import { randomUUID } from 'node:crypto';
import type { Aws, Identity, Service } from '../../kernel/aws.js';
import type { Clock } from '../../kernel/clock.js';
import { createCall } from '../../kernel/operations.js';
import { handleRest } from '../../kernel/rest-protocol.js';
import type { AppConfig, Surroundings } from './context.js';
import { getLatestConfiguration } from './data/get-latest.js';
import { startConfigurationSession } from './data/start-session.js';
import { createControlLoop } from './deployments/control-loop.js';
import type { ScheduleName } from './deployments/schedule.js';
import { badRequest } from './errors.js';
import { hostedStoreBytes, suggestedPollIntervalSeconds } from './limits.js';
import { controlOperations } from './operations/register.js';
import { readSnapshot, takeSnapshot } from './state/snapshot.js';
import { emptyState } from './state/state.js';
import { controlRoutes } from './wire/control-routes.js';
import { dataRoutes } from './wire/data-routes.js';

export interface AppConfigOptions {
  readonly aws: Aws;
  readonly clock: Clock;
  readonly identity: Identity;
  /** Divides the durations of rollouts and bakes and the period of ticks; greater than 0. Default: 1. */
  readonly speed?: number;
  /** When a rollout's steps come. Default: `traced`, as AWS was seen to do it. */
  readonly schedule?: ScheduleName;
  /** Source of ids, tokens and buckets: the same seed and calls give the same run. Default: a random one. */
  readonly seed?: string;
  /** What a poll's answer suggests as the next interval. Default: 60. */
  readonly pollIntervalSeconds?: number;
  /** What all hosted versions together may hold. Default: 1 GB. */
  readonly hostedStoreBytes?: number;
  /** Told, in a sentence, what is accepted but has no effect here. Default: nobody. */
  readonly onNotice?: (text: string) => void;
}

/** The two services share one state; `control` snapshots, restores and closes for both. */
export interface AppConfigServices {
  readonly control: Service;
  readonly data: Service;
}

export function createAppConfig(options: AppConfigOptions): AppConfigServices {
  const around = surroundings(options);
  const app: AppConfig = Object.assign(around, { loop: createControlLoop(around) });
  return { control: controlPlane(app), data: dataPlane(app) };
}

function surroundings(options: AppConfigOptions): Surroundings {
  const { aws, clock, identity, speed = 1 } = options;
  if (!(speed > 0 && Number.isFinite(speed)))
    throw new RangeError(`speed: expected a number above 0, got ${speed}`);
  return {
    state: emptyState(options.seed ?? randomUUID()),
    aws,
    clock,
    identity,
    speed,
    schedule: options.schedule ?? 'traced',
    suggestedPollIntervalSeconds: options.pollIntervalSeconds ?? suggestedPollIntervalSeconds,
    hostedStoreBytes: options.hostedStoreBytes ?? hostedStoreBytes,
    onNotice: options.onNotice ?? (() => {}),
  };
}

function controlPlane(app: AppConfig): Service {
  const call = createCall({
    service: 'appconfig',
    operations: controlOperations,
    context: app,
    invalid: badRequest,
  });
  return {
    name: 'appconfig',
    call,
    handle: handleRest({ routes: controlRoutes, timestampFormat: 'date-time' }, call),
    snapshot: () => takeSnapshot(app.state),
    restore(json) {
      app.state = readSnapshot(json);
      app.loop.wake();
    },
    close: async () => app.loop.close(),
  };
}

function dataPlane(app: AppConfig): Service {
  const operations = {
    StartConfigurationSession: startConfigurationSession,
    GetLatestConfiguration: getLatestConfiguration,
  };
  const call = createCall({ service: 'appconfigdata', operations, context: app, invalid: badRequest });
  return {
    name: 'appconfigdata',
    call,
    handle: handleRest({ routes: dataRoutes }, call),
    close: async () => {},
  };
}
