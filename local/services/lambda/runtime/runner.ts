/** Runs one invocation of one version: finds or starts a process, writes the log's frame, counts. */
import { randomBytes } from 'node:crypto';
import type { Identity } from '../../../kernel/aws.js';
import { type Clock, realClock } from '../../../kernel/clock.js';
import { logTailBytes } from '../limits.js';
import type { LogSink, LogTarget } from '../output/logs.js';
import type { Metrics } from '../output/metrics.js';
import type { Configuration, Deployed } from '../state.js';
import type { RuntimeApi } from './api-server.js';
import type { CodeStore } from './code.js';
import { environmentOf } from './environment.js';
import { endLines, logStreamName, startLine } from './log-frame.js';
import type { Place } from './pool.js';
import { type Outcome, startWorker, type Worker } from './worker.js';

export interface RunRequest {
  readonly deployed: Deployed;
  readonly requestId: string;
  /** JSON text. */
  readonly payload: string;
  /** The ARN that was called, qualifier included. */
  readonly functionArn: string;
  readonly clientContext?: string | undefined;
}

export interface RunResult extends Outcome {
  readonly executedVersion: string;
  /** The last 4 KiB of this invocation's log. */
  readonly logTail: string;
}

/** Runs on a place that the function's pool gave. Throws only when the function's code is gone. */
export type Runner = (place: Place, request: RunRequest) => Promise<RunResult>;

export interface RunnerOptions {
  readonly api: RuntimeApi;
  readonly code: CodeStore;
  readonly clock: Clock;
  readonly identity: Identity;
  readonly endpoint: () => string;
  readonly logs: LogSink;
  readonly metrics: Metrics;
}

export function createRunner(options: RunnerOptions): Runner {
  const transcripts = new Map<string, string[]>();
  const targets = new WeakMap<Worker, LogTarget>();
  const write = (target: LogTarget, line: string, requestId: string | undefined) => {
    options.logs.write(target, line);
    options.metrics.absorb(line);
    if (requestId !== undefined) transcripts.get(requestId)?.push(line);
  };
  const start = (configuration: Configuration, taskRoot: string, home: string): Worker => {
    const target = targetOf(configuration, options.clock);
    const place = { taskRoot, home, logStream: target.stream, ...machineOf(options) };
    const worker = startWorker(options.api, {
      environment: environmentOf(configuration, place),
      taskRoot,
      memoryMiB: configuration.MemorySize,
      instant: () => (options.clock === realClock ? undefined : options.clock.now()),
      onLine: (line, requestId) => write(target, line, requestId),
    });
    targets.set(worker, target);
    return worker;
  };

  return async (place, request) => {
    const { configuration, directory } = request.deployed;
    const [taskRoot, home] = await Promise.all([
      options.code.locate(directory, configuration.CodeSha256),
      options.code.home(),
    ]).catch((error: unknown) => {
      place.release();
      throw error;
    });
    transcripts.set(request.requestId, []);
    let used: LogTarget | undefined;
    const begin = (worker: Worker) => {
      used = targets.get(worker);
      if (used) write(used, startLine(configuration, request.requestId), request.requestId);
    };
    const startOne = () => start(configuration, taskRoot, home);
    const invocation = invocationOf(options, request);
    const outcome = await place.run(generationOf(configuration), { start: startOne, begin, invocation });
    for (const line of endLines(configuration, request.requestId, outcome))
      if (used) write(used, line, request.requestId);
    count(options.metrics, configuration.FunctionName, outcome);
    const logTail = tailOf(transcripts.get(request.requestId) ?? []);
    transcripts.delete(request.requestId);
    return { ...outcome, executedVersion: configuration.Version, logTail };
  };
}

/** Processes of one generation are alike. */
export const generationOf = (configuration: Configuration): string =>
  `${configuration.Version} ${configuration.RevisionId}`;

function machineOf(options: RunnerOptions) {
  return {
    region: options.identity.region,
    endpoint: options.endpoint(),
    path: process.env['PATH'] ?? '',
  };
}

function targetOf(configuration: Configuration, clock: Clock): LogTarget {
  return {
    functionName: configuration.FunctionName,
    group: configuration.LoggingConfig.LogGroup,
    stream: logStreamName(clock.now(), configuration.Version, randomBytes(16).toString('hex')),
  };
}

function invocationOf(options: RunnerOptions, request: RunRequest) {
  return {
    requestId: request.requestId,
    payload: request.payload,
    functionArn: request.functionArn,
    timeoutMs: request.deployed.configuration.Timeout * 1000,
    now: () => options.clock.now(),
    clientContext: request.clientContext,
  };
}

function count(metrics: Metrics, FunctionName: string, outcome: Outcome): void {
  const common = { namespace: 'AWS/Lambda', dimensions: { FunctionName } };
  metrics.add({ ...common, name: 'Invocations', unit: 'Count', values: [1] });
  metrics.add({ ...common, name: 'Errors', unit: 'Count', values: [outcome.functionError ? 1 : 0] });
  metrics.add({ ...common, name: 'Duration', unit: 'Milliseconds', values: [round(outcome.durationMs)] });
}

const round = (value: number): number => Math.round(value * 100) / 100;

function tailOf(lines: readonly string[]): string {
  const text = Buffer.from(lines.map((line) => `${line.replaceAll('\r', '\n')}\n`).join(''), 'utf8');
  return text.subarray(Math.max(0, text.length - logTailBytes)).toString('utf8');
}
