/** Lambda: functions that run as processes of their own, with their queues and event sources. See behaviour.md. */

import { type Activity, createActivity } from '../../kernel/activity.js';
import type { Aws, Identity, Json, Service } from '../../kernel/aws.js';
import type { Clock } from '../../kernel/clock.js';
import { createCall } from '../../kernel/operations.js';
import { handleRest } from '../../kernel/rest-protocol.js';
import { createDeliveries } from './asynchronous/destinations.js';
import { createEventQueue } from './asynchronous/queue.js';
import type { LambdaContext } from './context.js';
import { invalidParameter } from './errors.js';
import { parseReference } from './names.js';
import { operations } from './operations/register.js';
import { createLogSink, type LogLine, type LogSink } from './output/logs.js';
import { createMetrics, type Sample } from './output/metrics.js';
import { routes } from './routes.js';
import { createRuntimeApi } from './runtime/api-server.js';
import { createCodeStore } from './runtime/code.js';
import { createInvoker } from './runtime/invoker.js';
import { createRunner } from './runtime/runner.js';
import { emptyState, type LambdaState } from './state.js';
import { createMappings } from './streams/mappings.js';

export interface LambdaOptions {
  readonly aws: Aws;
  readonly clock: Clock;
  readonly identity: Identity;
  /** Counts invocations and batches under way. Default: one of its own. */
  readonly activity?: Activity;
  /** Where functions find this AWS: their AWS_ENDPOINT_URL. Asked when a process starts. */
  readonly endpoint: () => string;
  /** Told every line of every function's log. */
  readonly onLog?: (line: LogLine) => void;
  /** Told every metric of every function, as it is recorded. */
  readonly onMetric?: ((sample: MetricSample) => void) | undefined;
  /** How long an idle process lives, on the machine's clock. Default: 5 minutes. */
  readonly idleMs?: number;
}

export interface MetricSample extends Sample {
  readonly atMs: number;
}

export interface Lambda extends Service {
  /** Prometheus text: Lambda's own metrics, and those functions print in the embedded metric format. */
  metrics(): string;
  /** Resolves when nothing of its activity is under way, and logs are written. For tests on a manual clock. */
  settled(): Promise<void>;
}

export function createLambda(options: LambdaOptions): Lambda {
  const state = emptyState();
  const api = createRuntimeApi();
  const { activity = createActivity() } = options;
  const logs = createLogSink({ aws: options.aws, clock: options.clock, onLog: options.onLog });
  const context = createContext(options, { state, activity, logs, api });
  const call = createCall({ service: 'lambda', operations, context, invalid: invalidParameter });
  return {
    name: 'lambda',
    call,
    handle: handleRest({ routes, timestamps: ['StartingPositionTimestamp'] }, call),
    metrics: () => context.metrics.render(),
    settled: async () => {
      await activity.settled();
      await logs.flush();
    },
    snapshot: () => structuredClone(state) as unknown as Json,
    restore: (saved) => restore(context, saved),
    async close() {
      context.mappings.close();
      context.queue.close();
      await context.invoker.close();
      await logs.flush();
      await api.close();
      await context.code.close();
    },
  };
}

interface Parts {
  readonly state: LambdaState;
  readonly activity: Activity;
  readonly logs: LogSink;
  readonly api: ReturnType<typeof createRuntimeApi>;
}

function createContext(options: LambdaOptions, { state, activity, logs, api }: Parts): LambdaContext {
  const { aws, clock, identity, onMetric } = options;
  const metrics = createMetrics((sample) => onMetric?.({ ...sample, atMs: clock.now() }));
  const code = createCodeStore();
  const run = createRunner({ ...options, api, code, logs, metrics });
  const invoker = createInvoker({ state, identity, run, metrics, activity, idleMs: options.idleMs });
  const tell = (name: string, text: string) => options.onLog?.({ source: name, text, atMs: clock.now() });
  const deliveries = createDeliveries({ aws, clock, state, metrics, onTrouble: tell });
  const queue = createEventQueue({ state, clock, invoker, deliveries, activity });
  const onTrouble = (arn: string, text: string) => tell(parseReference(arn).name, text);
  const mappings = createMappings({ aws, clock, identity, invoker, metrics, activity, state, onTrouble });
  return { aws, clock, identity, state, code, invoker, queue, mappings, metrics };
}

/** Takes a snapshot back. What was under way begins again once the other services had a turn to restore theirs. */
function restore(context: LambdaContext, saved: Json): void {
  Object.assign(context.state, structuredClone(saved));
  setImmediate(() => {
    context.queue.resume();
    for (const mapping of Object.values(context.state.mappings))
      if (mapping.enabled) context.mappings.resume(mapping);
  });
}
