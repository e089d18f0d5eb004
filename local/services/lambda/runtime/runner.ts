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
  readonly onStart?: (() => void) | undefined;
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
  const frame = new ProcessRunner(options);
  return (place, request) => frame.run(place, request);
}

class ProcessRunner {
  private readonly options: RunnerOptions;
  /** Lines of invocations under way, by request id. */
  private readonly transcripts = new Map<string, string[]>();
  private readonly targets = new WeakMap<Worker, LogTarget>();

  constructor(options: RunnerOptions) {
    this.options = options;
  }

  async run(place: Place, request: RunRequest): Promise<RunResult> {
    const { configuration } = request.deployed;
    const { requestId } = request;
    const folders = await this.findFolders(place, request.deployed);
    this.transcripts.set(requestId, []);
    let target: LogTarget | undefined;
    const outcome = await place.run(generationOf(configuration), {
      start: () => this.start(configuration, folders),
      begin: (worker) => {
        target = this.targets.get(worker);
        this.write(target, startLine(configuration, requestId), requestId);
      },
      invocation: invocationOf(this.options, request),
    });
    for (const line of endLines(configuration, requestId, outcome)) this.write(target, line, requestId);
    count(this.options.metrics, configuration.FunctionName, outcome);
    const logTail = tailOf(this.transcripts.get(requestId) ?? []);
    this.transcripts.delete(requestId);
    return { ...outcome, executedVersion: configuration.Version, logTail };
  }

  private async findFolders(place: Place, { configuration, directory }: Deployed): Promise<Folders> {
    try {
      const taskRoot = await this.options.code.locate(directory, configuration.CodeSha256);
      return { taskRoot, home: await this.options.code.home() };
    } catch (error) {
      place.release();
      throw error;
    }
  }

  private start(configuration: Configuration, folders: Folders): Worker {
    const { api, clock } = this.options;
    const target = targetOf(configuration, clock);
    const place = { ...folders, logStream: target.stream, ...machineOf(this.options) };
    const worker = startWorker(api, {
      environment: environmentOf(configuration, place),
      taskRoot: folders.taskRoot,
      memoryMiB: configuration.MemorySize,
      instant: () => (clock === realClock ? undefined : clock.now()),
      onLine: (line, requestId) => this.write(target, line, requestId),
    });
    this.targets.set(worker, target);
    return worker;
  }

  private write(target: LogTarget | undefined, line: string, requestId: string | undefined): void {
    if (target) this.options.logs.write(target, line);
    this.options.metrics.absorb(line);
    const transcript = this.transcripts.get(requestId ?? '');
    transcript?.push(line);
    // The tail needs no more lines than it has bytes.
    if (transcript && transcript.length > 2 * logTailBytes) transcript.splice(0, logTailBytes);
  }
}

interface Folders {
  readonly taskRoot: string;
  readonly home: string;
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
    onStart: request.onStart,
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
