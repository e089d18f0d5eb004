/** One process of a function: it loads the handler, runs one invocation at a time, and can be killed. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { initTimeoutMs, outputGraceMs, syncPayloadBytes } from '../limits.js';
import type { NextEvent, Posted, RuntimeApi, RuntimeClient } from './api-server.js';
import { bootstrapSource, exitHeader, instantHeader, memoryHeader } from './bootstrap.js';
import { createLineReader, type LineReader } from './lines.js';

export interface WorkerSpec {
  readonly environment: Readonly<Record<string, string>>;
  readonly taskRoot: string;
  readonly memoryMiB: number;
  /** The instant the clock shows, when it is not the machine's. */
  readonly instant: () => number | undefined;
  readonly onLine: (line: string, requestId: string | undefined) => void;
}

export interface Invocation {
  readonly requestId: string;
  /** JSON text. */
  readonly payload: string;
  readonly functionArn: string;
  readonly timeoutMs: number;
  /** Now, on the function's clock: ms since the epoch. */
  readonly now: () => number;
  /** Base64 of JSON, as the Invoke operation takes it. */
  readonly clientContext: string | undefined;
  /** Called when the event is given to the process, its handler loaded. */
  readonly onStart: (() => void) | undefined;
}

export interface Outcome {
  /** JSON text: the handler's answer, or `{errorType, errorMessage, trace}`. */
  readonly payload: string;
  readonly functionError: 'Unhandled' | undefined;
  /** `Task timed out …`, for the log. */
  readonly note: string | undefined;
  readonly durationMs: number;
  /** Only for the first invocation of a process. */
  readonly initMs: number | undefined;
  readonly maxMemoryMiB: number | undefined;
}

export interface Worker {
  readonly state: 'busy' | 'dead' | 'idle';
  /** Runs one invocation. Never rejects: whatever goes wrong is an outcome, as it is on AWS. */
  run(invocation: Invocation): Promise<Outcome>;
  kill(): void;
  /** Resolves when the process is gone. */
  readonly exited: Promise<void>;
}

/** Starts a process. It is idle at once: the first invocation waits for the handler to be loaded. */
export const startWorker = (api: RuntimeApi, spec: WorkerSpec): Worker => new WorkerProcess(api, spec);

interface Running {
  readonly invocation: Invocation;
  readonly resolve: (outcome: Outcome) => void;
  /** When the event was given to the process; undefined while the handler is loaded. */
  startedMs: number | undefined;
  cancelTimeout: () => void;
  answered: boolean;
}

interface Ending {
  readonly payload: string;
  readonly failed: boolean;
  readonly note?: string | undefined;
  readonly maxMemoryMiB?: number | undefined;
}

class WorkerProcess implements Worker, RuntimeClient {
  readonly exited: Promise<void>;
  private readonly id = randomUUID();
  private readonly api: RuntimeApi;
  private readonly spec: WorkerSpec;
  private readonly bornMs = performance.now();
  private readonly out: LineReader;
  private readonly err: LineReader;
  private child: ChildProcess | undefined;
  private dead = false;
  private running: Running | undefined;
  private give: ((event: NextEvent) => void) | undefined;
  private initMs: number | undefined;
  private initFailure: string | undefined;
  private isFirst = true;
  private markExited: () => void = () => {};

  constructor(api: RuntimeApi, spec: WorkerSpec) {
    this.api = api;
    this.spec = spec;
    const onLine = (line: string) => spec.onLine(line, this.running?.invocation.requestId);
    this.out = createLineReader(onLine);
    this.err = createLineReader(onLine);
    this.exited = new Promise((resolve) => {
      this.markExited = resolve;
    });
    void this.start();
  }

  get state(): 'busy' | 'dead' | 'idle' {
    if (this.dead) return 'dead';
    return this.running ? 'busy' : 'idle';
  }

  run(invocation: Invocation): Promise<Outcome> {
    return new Promise((resolve) => {
      const cancelTimeout = startTimer(initTimeoutMs, () => this.timeOut(initTimeoutMs));
      this.running = { invocation, resolve, startedMs: undefined, cancelTimeout, answered: false };
      this.deliver();
    });
  }

  kill(): void {
    this.die();
    this.child?.kill('SIGKILL');
    if (!this.child) this.markExited();
  }

  onNext(give: (event: NextEvent) => void): void {
    this.initMs ??= performance.now() - this.bornMs;
    this.give = give;
    this.deliver();
  }

  onAnswer(kind: 'error' | 'response', requestId: string, posted: Posted): void {
    if (posted.headers[exitHeader]) this.die();
    const current = this.running;
    if (current?.invocation.requestId !== requestId || current.answered) return;
    current.answered = true;
    current.cancelTimeout();
    void this.outputOf(requestId).then(() => this.finish(endingOf(kind, posted)));
  }

  onInitError(posted: Posted): void {
    this.initFailure = posted.body.toString('utf8');
  }

  private async start(): Promise<void> {
    const address = await this.api.register(this.id, this);
    if (this.dead) return;
    this.child = spawnProcess(this.spec, address);
    this.child.stdout?.on('data', this.out.push);
    this.child.stderr?.on('data', this.err.push);
    this.child.once('error', (error) => this.fail('Runtime.ExitError', error.message));
    this.child.once('close', (code, signal) => this.onExit(code, signal));
  }

  private die(): void {
    this.dead = true;
    this.api.unregister(this.id);
  }

  private deliver(): void {
    const { running, give } = this;
    // A process may ask for more while the output of what it just did is still read.
    if (!running || running.startedMs !== undefined || !give) return;
    this.give = undefined;
    const { timeoutMs, onStart } = running.invocation;
    running.startedMs = performance.now();
    running.cancelTimeout();
    running.cancelTimeout = startTimer(timeoutMs, () => this.timeOut(timeoutMs));
    onStart?.();
    give(eventOf(running.invocation, this.spec.instant()));
  }

  private timeOut(limitMs: number): void {
    const note = `Task timed out after ${(limitMs / 1000).toFixed(2)} seconds`;
    this.fail('Sandbox.Timedout', note, note);
    this.kill();
  }

  private fail(errorType: string, reason: string, note?: string): void {
    const errorMessage = `RequestId: ${this.running?.invocation.requestId} Error: ${reason}`;
    this.finish({ payload: JSON.stringify({ errorType, errorMessage }), failed: true, note });
  }

  private finish(ending: Ending): void {
    const { running } = this;
    if (!running) return;
    running.cancelTimeout();
    this.running = undefined;
    running.resolve({
      payload: ending.payload,
      functionError: ending.failed ? 'Unhandled' : undefined,
      note: ending.note,
      durationMs: running.startedMs === undefined ? 0 : performance.now() - running.startedMs,
      initMs: this.isFirst ? this.initMs : undefined,
      maxMemoryMiB: ending.maxMemoryMiB,
    });
    this.isFirst = false;
  }

  /** Waits until all that was written before the answer was read; gives up when nothing more comes. */
  private async outputOf(requestId: string): Promise<void> {
    let isComplete = false;
    const complete = Promise.all([this.out.ended(requestId), this.err.ended(requestId)]).then(() => {
      isComplete = true;
    });
    const readBytes = () => this.out.readBytes() + this.err.readBytes();
    for (let before = -1; !isComplete && before !== readBytes(); ) {
      before = readBytes();
      const late = new Promise<void>((resolve) => void startTimer(outputGraceMs, resolve));
      await Promise.race([complete, late]);
    }
  }

  private onExit(code: number | null, signal: NodeJS.Signals | null): void {
    this.die();
    if (this.initFailure !== undefined) this.finish({ payload: this.initFailure, failed: true });
    else if (!this.running?.answered) this.fail('Runtime.ExitError', exitReason(code, signal));
    this.markExited();
  }
}

function spawnProcess(spec: WorkerSpec, address: string): ChildProcess {
  const heap = `--max-old-space-size=${spec.memoryMiB}`;
  const instant = String(spec.instant() ?? 'machine');
  return spawn(process.execPath, [heap, '--input-type=module', '-e', bootstrapSource, instant], {
    cwd: spec.taskRoot,
    env: { ...spec.environment, AWS_LAMBDA_RUNTIME_API: address },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

function eventOf(invocation: Invocation, instantMs: number | undefined): NextEvent {
  return {
    body: invocation.payload,
    headers: {
      'content-type': 'application/json',
      'lambda-runtime-aws-request-id': invocation.requestId,
      'lambda-runtime-deadline-ms': String(Math.round(invocation.now() + invocation.timeoutMs)),
      'lambda-runtime-invoked-function-arn': invocation.functionArn,
      'lambda-runtime-trace-id': traceOf(invocation.requestId),
      ...(instantMs === undefined ? {} : { [instantHeader]: String(instantMs) }),
      ...(invocation.clientContext
        ? { 'lambda-runtime-client-context': decode(invocation.clientContext) }
        : {}),
    },
  };
}

const decode = (base64: string): string => Buffer.from(base64, 'base64').toString('utf8');

function traceOf(requestId: string): string {
  const hex = requestId.replaceAll('-', '');
  return `Root=1-${hex.slice(0, 8)}-${hex.slice(8, 32)};Parent=${hex.slice(0, 16)};Sampled=0`;
}

function endingOf(kind: 'error' | 'response', posted: Posted): Ending {
  const kib = Number(posted.headers[memoryHeader]);
  const maxMemoryMiB = Number.isFinite(kib) ? Math.ceil(kib / 1024) : undefined;
  const limit = syncPayloadBytes;
  if (posted.body.length <= limit)
    return { payload: posted.body.toString('utf8'), failed: kind === 'error', maxMemoryMiB };
  const errorMessage = `Response payload size exceeded maximum allowed payload size (${limit} bytes).`;
  const payload = JSON.stringify({ errorType: 'Function.ResponseSizeTooLarge', errorMessage });
  return { payload, failed: true, maxMemoryMiB };
}

function startTimer(delayMs: number, run: () => void): () => void {
  const timer = setTimeout(run, delayMs);
  timer.unref();
  return () => clearTimeout(timer);
}

const signalWords: Readonly<Record<string, string>> = {
  SIGABRT: 'aborted',
  SIGKILL: 'killed',
  SIGSEGV: 'segmentation fault',
  SIGTERM: 'terminated',
};

function exitReason(code: number | null, signal: NodeJS.Signals | null): string {
  if (signal) return `Runtime exited with error: signal: ${signalWords[signal] ?? signal}`;
  if (code === 0) return 'Runtime exited without providing a reason';
  return `Runtime exited with error: exit status ${code}`;
}
