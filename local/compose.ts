/** Which services this local AWS has, and how they reach each other. */
import { join } from 'node:path';
import { Faults } from './faults/faults.js';
import { type Activity, createActivity } from './kernel/activity.js';
import { type Aws, AwsError, type Identity, type Json, type Service } from './kernel/aws.js';
import type { Clock } from './kernel/clock.js';
import { createAppConfig } from './services/appconfig/service.js';
import { createDynamodb } from './services/dynamodb/service.js';
import { createEvents } from './services/events/service.js';
import { createIam } from './services/iam/service.js';
import { createKinesis } from './services/kinesis/service.js';
import { createLambda, type MetricSample } from './services/lambda/service.js';
import { createLogs } from './services/logs/service.js';
import { createSecretsManager } from './services/secretsmanager/service.js';
import { createSqs } from './services/sqs/service.js';
import { createSts } from './services/sts/service.js';

export interface ComposeOptions {
  readonly clock: Clock;
  readonly identity: Identity;
  /** Hastens AppConfig's rollouts, bakes and ticks. */
  readonly speed: number;
  /** Of AppConfig's ids, tokens and buckets. Default: a random one. */
  readonly seed: string | undefined;
  readonly onLog: (line: { source: string; text: string; atMs: number }) => void;
  readonly onMetric: ((sample: MetricSample) => void) | undefined;
  /** Where the gateway listens; asked only once it does. */
  readonly endpoint: () => string;
  /** Directory of services that keep their own files. Default: memory only. */
  readonly keep: string | undefined;
}

export interface Composition {
  readonly aws: Aws;
  /** By name; the gateway and `aws` read the same map. */
  readonly services: ReadonlyMap<string, Service>;
  /** Prometheus text. */
  readonly metrics: () => string;
  /** Services that are sick on purpose. */
  readonly faults: Faults;
  /** What is under way in all services. */
  readonly activity: Activity;
  /** Resolves when nothing is under way. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

/** Makes every service. Throws when a service cannot open what it kept. */
export async function compose(options: ComposeOptions): Promise<Composition> {
  const services = new Map<string, Service>();
  const faults = new Faults(options.clock);
  const aws = inProcess(services, faults);
  const activity = createActivity();
  const { clock, identity, endpoint, onLog, onMetric } = options;
  const dynamodb = await createDynamodb({
    clock,
    identity,
    activity,
    path: options.keep && join(options.keep, 'dynamodb'),
    onLog,
  });
  const lambda = createLambda({ aws, clock, identity, activity, endpoint, onLog, onMetric });
  for (const service of [dynamodb, lambda, ...others({ ...options, aws, activity })])
    services.set(service.name, service);
  return {
    aws,
    services,
    faults,
    activity,
    metrics: () => lambda.metrics(),
    settled: () => lambda.settled(),
    close: () => closeAll([...services.values()]),
  };
}

/** Services that keep nothing in files of their own and start at once. */
function others(options: ComposeOptions & { aws: Aws; activity: Activity }): Service[] {
  const { aws, activity, clock, identity, endpoint, onLog, speed, seed } = options;
  const onNotice = (text: string) => onLog({ source: 'appconfig', text, atMs: clock.now() });
  const { control, data } = createAppConfig({
    aws,
    clock,
    identity,
    speed,
    ...(seed !== undefined && { seed }),
    onNotice,
  });
  return [
    control,
    data,
    createEvents({ aws, clock, identity, onLog }),
    createIam({ clock, identity }),
    createKinesis({ clock, identity }),
    createLogs({ clock, identity }),
    createSecretsManager({ clock, identity }),
    createSqs({ clock, identity, activity, endpoint }),
    createSts({ identity }),
  ];
}

/** Closes them all at once, even when one fails; then throws the first failure. */
async function closeAll(services: readonly Service[]): Promise<void> {
  const outcomes = await Promise.allSettled(services.map((service) => service.close()));
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed) throw failed.reason;
}

/** `Aws` over a map of services; one that is not there is UnknownServiceException (501). */
function inProcess(services: ReadonlyMap<string, Service>, faults: Faults): Aws {
  return {
    async call<T = Json>(name: string, operation: string, input: Json): Promise<T> {
      const service = services.get(name);
      if (!service)
        throw new AwsError({
          name: 'UnknownServiceException',
          status: 501,
          message: `The local AWS has no service '${name}'; it has ${[...services.keys()].join(', ')}`,
        });
      await faults.strike(service.name, { isOutside: false });
      return (await service.call(operation, input)) as T;
    },
  };
}
