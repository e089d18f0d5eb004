/** A small AWS around Lambda for tests: real Kinesis, SQS and Logs, one port, functions from source text. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type InvokeCommandOutput, LambdaClient } from '@aws-sdk/client-lambda';
import { startGateway } from '../../../local/gateway/gateway.js';
import { type Aws, type Json, localIdentity, type Service } from '../../../local/kernel/aws.js';
import { type Clock, ManualClock } from '../../../local/kernel/clock.js';
import { createKinesis } from '../../../local/services/kinesis/service.js';
import { createLambda, type Lambda } from '../../../local/services/lambda/service.js';
import { createLogs } from '../../../local/services/logs/service.js';
import { createSqs } from '../../../local/services/sqs/service.js';

export const startMs = Date.UTC(2026, 0, 1);

export interface World {
  readonly clock: ManualClock;
  readonly aws: Aws;
  readonly lambda: Lambda;
  readonly client: LambdaClient;
  /** Lines of functions' logs, in order. */
  readonly lines: string[];
  /** Puts files into a folder and makes a function of it. */
  create(name: string, files: Files, settings?: Json): Promise<void>;
  /** Writes a folder of code and says where. */
  code(files: Files): Promise<string>;
  /** Invokes in process and parses the answer. */
  invoke(name: string, event?: unknown): Promise<{ error: string | undefined; answer: unknown }>;
  /** Messages of a queue, parsed, oldest first. */
  messages(queue: string): Promise<Json[]>;
  /** Moves time on in steps, and lets functions finish after each. */
  pass(durationMs: number, stepMs?: number): Promise<void>;
  close(): Promise<void>;
}

type Files = string | Readonly<Record<string, string>>;

export const role = 'arn:aws:iam::000000000000:role/any';

export interface WorldOptions {
  /** Default: a manual one. `pass` needs a manual one. */
  readonly clock?: Clock;
  readonly idleMs?: number;
  /** The AWS whose other services Lambda uses. Default: one of its own. */
  readonly aws?: Aws;
}

export async function startWorld(options: WorldOptions = {}): Promise<World> {
  const clock = options.clock ?? new ManualClock(startMs);
  const manual = clock instanceof ManualClock ? clock : new ManualClock();
  const services = new Map<string, Service>();
  const aws = inProcess(services);
  const lines: string[] = [];
  let endpoint = '';
  const common = { aws: options.aws ?? aws, clock, identity: localIdentity, endpoint: () => endpoint };
  const idle = options.idleMs === undefined ? {} : { idleMs: options.idleMs };
  const lambda = createLambda({ ...common, ...idle, onLog: (line) => lines.push(line.text) });
  for (const service of [lambda, createKinesis(common), createSqs(common), createLogs(common)])
    services.set(service.name, service);
  const gateway = await startGateway({ port: 0, services, control: {} });
  endpoint = gateway.endpoint;
  gateway.open();
  const client = new LambdaClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  });
  const folder = await mkdtemp(join(tmpdir(), 'lambda-test-'));
  let folders = 0;
  const code = async (files: Files) => {
    const directory = join(folder, String(folders++));
    await mkdir(directory, { recursive: true });
    const all = typeof files === 'string' ? { 'index.mjs': files } : files;
    for (const [name, text] of Object.entries(all)) await writeFile(join(directory, name), text);
    return directory;
  };
  return {
    clock: manual,
    aws,
    lambda,
    client,
    lines,
    code,
    async create(name, files, settings = {}) {
      const base = { FunctionName: name, Runtime: 'nodejs20.x', Role: role, Handler: 'index.handler' };
      const Code = { LocalDirectory: await code(files) };
      await aws.call('lambda', 'CreateFunction', { ...base, Code, ...settings });
    },
    async invoke(name, event = {}) {
      const input = { FunctionName: name, Payload: Buffer.from(JSON.stringify(event)) };
      const output = await aws.call<InvokeCommandOutput>('lambda', 'Invoke', input);
      const answer: unknown = JSON.parse(Buffer.from(output.Payload ?? '').toString());
      return { error: output.FunctionError, answer };
    },
    async messages(queue) {
      const QueueUrl = (await aws.call<{ QueueUrl: string }>('sqs', 'GetQueueUrl', { QueueName: queue }))
        .QueueUrl;
      const input = { QueueUrl, MaxNumberOfMessages: 10, MessageAttributeNames: ['All'] };
      const output = await aws.call<{ Messages?: Json[] }>('sqs', 'ReceiveMessage', input);
      return output.Messages ?? [];
    },
    async pass(durationMs, stepMs = 200) {
      for (let passedMs = 0; passedMs < durationMs; passedMs += stepMs) {
        await manual.advance(Math.min(stepMs, durationMs - passedMs));
        await lambda.settled();
      }
    },
    async close() {
      client.destroy();
      await lambda.close();
      await gateway.close();
      for (const service of services.values()) if (service !== lambda) await service.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Several small AWS in one process need no more than this to reach themselves. */
export function inProcess(services: ReadonlyMap<string, Service>): Aws {
  return {
    async call<T = Json>(name: string, operation: string, input: Json): Promise<T> {
      const service = services.get(name);
      if (!service) throw new Error(`This test has no ${name}`);
      return (await service.call(operation, input)) as T;
    },
  };
}
