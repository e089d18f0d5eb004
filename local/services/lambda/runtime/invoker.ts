/** Invokes functions by name and qualifier, each function within its own concurrency. */
import { randomUUID } from 'node:crypto';
import type { Activity } from '../../../kernel/activity.js';
import type { Identity } from '../../../kernel/aws.js';
import type { ThrottleReason } from '../errors.js';
import { defaultConcurrency } from '../limits.js';
import { findFunction, findVersion } from '../names.js';
import type { Metrics } from '../output/metrics.js';
import type { LambdaState } from '../state.js';
import { createPool, type Pool } from './pool.js';
import { generationOf, type Runner, type RunResult } from './runner.js';

export interface InvokeRequest {
  readonly name: string;
  readonly qualifier: string | undefined;
  /** JSON text. */
  readonly payload: string;
  readonly requestId?: string;
  readonly clientContext?: string | undefined;
  /** Called when the handler gets the event; never, when its environment cannot be loaded. */
  readonly onStart?: (() => void) | undefined;
}

export interface Throttled {
  readonly throttled: ThrottleReason;
}

export interface Invoker {
  /**
   * Runs a function, or says that it has no place left. Throws ResourceNotFoundException for an unknown function or
   * qualifier, and ResourceNotReadyException when the code is gone.
   */
  invoke(request: InvokeRequest): Promise<RunResult | Throttled>;
  /** Resolves when the function may have a place again. */
  whenFree(name: string): Promise<void>;
  /** The function has changed: processes of other versions and revisions than its present ones end. */
  refresh(name: string): void;
  /** The function is gone. */
  forget(name: string): Promise<void>;
  close(): Promise<void>;
}

export interface InvokerOptions {
  readonly state: LambdaState;
  readonly identity: Identity;
  readonly run: Runner;
  readonly metrics: Metrics;
  readonly activity: Activity;
  readonly idleMs: number | undefined;
}

export function createInvoker(options: InvokerOptions): Invoker {
  const pools = new Map<string, Pool>();
  const poolOf = (name: string): Pool => {
    const known = pools.get(name);
    if (known) return known;
    const pool = createPool({
      limit: () => options.state.functions[name]?.reservedConcurrency ?? defaultConcurrency,
      ...(options.idleMs === undefined ? {} : { idleMs: options.idleMs }),
    });
    pools.set(name, pool);
    return pool;
  };
  const invoke = async (request: InvokeRequest): Promise<RunResult | Throttled> => {
    const record = findFunction(options.state, options.identity, request.name);
    const deployed = findVersion(record, request.qualifier);
    const place = poolOf(request.name).reserve();
    if (!place) return throttle(options, request.name, record.reservedConcurrency !== undefined);
    const { FunctionArn } = record.latest.configuration;
    const suffix = request.qualifier === undefined ? '' : `:${request.qualifier}`;
    const requestId = request.requestId ?? randomUUID();
    return await options.run(place, { ...request, deployed, requestId, functionArn: FunctionArn + suffix });
  };
  return {
    invoke: (request) => options.activity.track(invoke(request)),
    whenFree: (name) => poolOf(name).whenFree(),
    refresh(name) {
      const record = options.state.functions[name];
      if (!record) return;
      const all = [record.latest, ...Object.values(record.versions)];
      pools.get(name)?.retire(new Set(all.map((one) => generationOf(one.configuration))));
    },
    async forget(name) {
      const pool = pools.get(name);
      pools.delete(name);
      await pool?.close();
    },
    close: async () => {
      await Promise.all([...pools.values()].map((pool) => pool.close()));
    },
  };
}

function throttle(options: InvokerOptions, FunctionName: string, reserved: boolean): Throttled {
  const dimensions = { FunctionName };
  options.metrics.add({ namespace: 'AWS/Lambda', name: 'Throttles', unit: 'Count', dimensions, values: [1] });
  return {
    throttled: reserved
      ? 'ReservedFunctionConcurrentInvocationLimitExceeded'
      : 'ConcurrentInvocationLimitExceeded',
  };
}
