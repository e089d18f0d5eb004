/**
 * The door of the local AWS: every service on one port of this machine. Any AWS SDK, in any language, reaches it with
 * `environment` set and nothing else.
 */
import { resolve } from 'node:path';
import { Closing } from './closing.js';
import { type Composition, compose } from './compose.js';
import { controlRoutes } from './control-routes.js';
import type { DeployOptions, DeployResult } from './deploy/progress.js';
import { Deployments } from './deployments.js';
import type { Fault, FaultRequest, Faults } from './faults/faults.js';
import { type Gateway, startGateway } from './gateway/gateway.js';
import { startKeeping } from './keep.js';
import { type Aws, type HttpRequest, type Identity, localIdentity } from './kernel/aws.js';
import { type Clock, realClock } from './kernel/clock.js';
import { LogLines } from './log-lines.js';
import { RequestMetrics } from './request-metrics.js';
import { functionSessionToken } from './services/lambda/runtime/environment.js';
import type { MetricSample } from './services/lambda/service.js';

export type { DeployProgress, DeployResult } from './deploy/progress.js';
export type { Fault, FaultRequest, MetricSample };

/** The port unless told otherwise. */
const defaultPort = 4600;

export interface LocalAwsOptions {
  /** Default 4600; 0 takes any free port. */
  readonly port?: number;
  /** The account and region that it is: a stack that is bound to another is refused. Default: 000000000000, us-east-1. */
  readonly identity?: Partial<Pick<Identity, 'accountId' | 'region'>>;
  /** Hastens AppConfig's rollouts, bakes and ticks only. Default 1. */
  readonly speed?: number;
  /** Directory where state is kept between runs. Default: memory only. */
  readonly keep?: string;
  /**
   * Default: the machine's. With a manual one everything waits on it: rollouts, schedules, polling, retries, expiry. Functions
   * see its time in their `Date`. Their own time-outs stay the machine's; to who waits for them they take no time at all.
   */
  readonly clock?: Clock;
  /** The same seed, and the same calls in the same order, give the same AppConfig ids and the same nodes first. Default: random. */
  readonly seed?: string;
  /** Told of every line that a function, or this local AWS, logs. */
  readonly onLog?: (line: { source: string; text: string; atMs: number }) => void;
  /** Told of every metric that functions and Lambda itself record, as CloudWatch would be. */
  readonly onMetric?: (sample: MetricSample) => void;
}

export interface LocalAws {
  /** `http://127.0.0.1:4600` */
  readonly endpoint: string;
  /** What a process needs in its environment to reach this local AWS, and nothing else. */
  readonly environment: Readonly<Record<string, string>>;
  /** Any operation, in process, in the SDK's shapes. */
  readonly call: Aws['call'];
  /**
   * Creates, updates or removes what the synthesized cloud assembly in a directory names. Throws DeployError: for what it
   * does not understand, before anything is touched; for a resource that fails, after its stack was rolled back.
   */
  deploy(assemblyDirectory: string, options?: DeployOptions): Promise<DeployResult>;
  /** Makes services fail, throttle, delay or drop what they are asked. */
  readonly faults: Pick<Faults, 'begin' | 'end' | 'list'>;
  /**
   * Resolves when nothing is under way: no request being answered, no invocation, no batch, nothing that is due now. For a
   * manual clock: `clock.advance(durationMs, aws.settled)`.
   */
  settled(): Promise<void>;
  /** Saves kept state and stops everything. Never hangs; may be called twice. */
  close(): Promise<void>;
  /** Resolves when it has closed, whoever asked for it. */
  readonly closed: Promise<void>;
}

/**
 * Starts every service and listens. Throws, with nothing left running, when the port is in use or kept state cannot be
 * read; the message names the port or the file and what to do.
 */
export async function startLocalAws(options: LocalAwsOptions = {}): Promise<LocalAws> {
  const closing = new Closing();
  try {
    return await start(options, closing);
  } catch (error) {
    await closing.close().catch(() => undefined);
    throw error;
  }
}

async function start(options: LocalAwsOptions, closing: Closing): Promise<LocalAws> {
  const { clock = realClock, speed = 1, seed, keep } = options;
  const identity = { ...localIdentity, ...options.identity };
  const logs = new LogLines({ clock, onLine: options.onLog });
  let endpoint = '';
  const composition = closing.add(
    await compose({
      clock,
      identity,
      keep: keep && resolve(keep),
      speed,
      seed,
      endpoint: () => endpoint,
      onLog: (line) => logs.add(line),
      onMetric: options.onMetric,
    }),
  );
  const deployments = new Deployments({ aws: composition.aws, identity });
  const shutdown = () => void closing.close();
  const port = options.port ?? defaultPort;
  const gateway = closing.add(await listen({ port, composition, logs, deployments, shutdown }));
  endpoint = gateway.endpoint;
  if (keep !== undefined) {
    const parts = [...composition.services.values(), deployments];
    const keeper = await startKeeping({ directory: resolve(keep), parts, clock, logs });
    // What the last requests changed is saved too.
    closing.add({ close: () => gateway.close().then(() => keeper.close()) });
  }
  gateway.open();
  return {
    endpoint,
    environment: environment(endpoint, identity),
    call: (...asked) => composition.activity.track(composition.aws.call(...asked)),
    deploy: (assemblyDirectory, options) => deployments.deploy(resolve(assemblyDirectory), options),
    faults: composition.faults,
    settled: composition.settled,
    close: () => closing.close(),
    closed: closing.closed,
  };
}

interface Listening {
  readonly port: number;
  readonly composition: Composition;
  readonly logs: LogLines;
  readonly deployments: Deployments;
  readonly shutdown: () => void;
}

function listen({ port, composition, logs, deployments, shutdown }: Listening): Promise<Gateway> {
  const { services, faults, metrics, activity } = composition;
  const requests = new RequestMetrics();
  const control = controlRoutes({
    services: () => [...services.keys()],
    logs,
    deployments,
    faults,
    metrics: () => `${requests.text()}${metrics()}`,
    shutdown,
  });
  return startGateway({
    port,
    services,
    control,
    activity,
    admit: (service, request) => faults.strike(service, { isOutside: !isFromFunction(request) }),
    onAnswered: (answered) => requests.add(answered),
  });
}

/** Functions sign with a session, as they do in AWS; who comes with this local AWS's `environment` does not. */
const isFromFunction = ({ headers, query }: HttpRequest): boolean =>
  (headers['x-amz-security-token'] ?? query.get('X-Amz-Security-Token')) === functionSessionToken;

/** Everything an AWS SDK asks its environment for. The keys are not secret: nothing checks them. */
function environment(endpoint: string, { region }: Identity): Readonly<Record<string, string>> {
  return Object.freeze({
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
  });
}
