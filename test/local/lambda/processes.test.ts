import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { useEnvironment } from '../../system/aws-environment.js';
import { role, startWorld, type World } from './world.js';

let world: World;
beforeAll(async () => {
  world = await startWorld({ idleMs: 300 });
});
afterAll(() => world.close());

const pidSource = 'export const handler = async () => process.pid;';
const isAlive = (pid: unknown): boolean => existsSync(`/proc/${pid}`) || canSignal(Number(pid));
function canSignal(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe('a process', () => {
  it.each([
    ['CommonJS in index.js', { 'index.js': 'exports.handler = async () => typeof require;' }, 'function'],
    [
      'CommonJS in index.cjs',
      { 'index.cjs': 'module.exports = { handler: async () => typeof require };' },
      'function',
    ],
    [
      'ESM in index.mjs',
      { 'index.mjs': 'export const handler = async () => import.meta.url.slice(0, 7);' },
      'file://',
    ],
    [
      'ESM in index.js beside a package.json that says so',
      { 'index.js': 'export const handler = async () => "esm";', 'package.json': '{"type":"module"}' },
      'esm',
    ],
    [
      'a handler that calls back',
      {
        'index.js':
          'exports.handler = (event, context, callback) => setImmediate(() => callback(null, "back"));',
      },
      'back',
    ],
    ['a synchronous handler, whose answer is ignored', { 'index.js': 'exports.handler = () => 42;' }, null],
  ])('runs %s', async (_, files, expected) => {
    const name = randomUUID();
    await world.create(name, files);
    expect(await world.invoke(name)).toEqual({ error: undefined, answer: expected });
  });

  it('has the environment of its function and nothing else of this machine but PATH', async () => {
    const source = 'export const handler = async () => ({ ...process.env, cwd: process.cwd() });';
    onTestFinished(useEnvironment({ SECRET_OF_THE_HOST: 'x' }));
    await world.create('first', source, { Environment: { Variables: { OWN: 'one' } } });
    await world.create('second', source, { Environment: { Variables: { OTHER: 'two' } } });
    const { answer } = await world.invoke('first');
    expect(answer).toEqual({
      PATH: process.env['PATH'],
      HOME: expect.any(String),
      LANG: 'en_US.UTF-8',
      TZ: ':UTC',
      OWN: 'one',
      AWS_ENDPOINT_URL: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
      AWS_REGION: 'us-east-1',
      AWS_DEFAULT_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      AWS_SESSION_TOKEN: 'local-function',
      AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs20.x',
      AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
      AWS_LAMBDA_FUNCTION_NAME: 'first',
      AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '128',
      AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/first',
      AWS_LAMBDA_LOG_STREAM_NAME: expect.stringMatching(/^2026\/01\/01\/\[\$LATEST\][0-9a-f]{32}$/),
      AWS_LAMBDA_LOG_FORMAT: 'Text',
      AWS_LAMBDA_RUNTIME_API: expect.stringMatching(/^127\.0\.0\.1:\d+\//),
      _HANDLER: 'index.handler',
      _X_AMZN_TRACE_ID: expect.stringMatching(/^Root=1-/),
      LAMBDA_TASK_ROOT: expect.any(String),
      cwd: (answer as { LAMBDA_TASK_ROOT: string }).LAMBDA_TASK_ROOT,
    });
    expect((await world.invoke('second')).answer).not.toHaveProperty('OWN');
  });

  it('keeps its state between invocations and starts another one beside it only while it is busy', async () => {
    await world.create(
      'slow',
      `let calls = 0;
       export const handler = async ({ ms }) => {
         calls += 1;
         await new Promise((resolve) => setTimeout(resolve, ms));
         return { pid: process.pid, calls };
       };`,
    );
    const [a, b] = await Promise.all([world.invoke('slow', { ms: 300 }), world.invoke('slow', { ms: 300 })]);
    const pidOf = (result: { answer: unknown }) => (result.answer as { pid: number }).pid;
    expect(pidOf(a)).not.toBe(pidOf(b));
    const again = await world.invoke('slow', { ms: 0 });
    expect([pidOf(a), pidOf(b)]).toContain(pidOf(again));
    expect(again.answer).toMatchObject({ calls: 2 });
  });

  it('refuses what goes beyond the reserved concurrency, with AWS’s error', async () => {
    await world.create(
      'narrow',
      'export const handler = () => new Promise((resolve) => setTimeout(resolve, 500));',
    );
    const input = { FunctionName: 'narrow', ReservedConcurrentExecutions: 1 };
    await world.aws.call('lambda', 'PutFunctionConcurrency', input);
    const first = world.invoke('narrow');
    await expect(world.invoke('narrow')).rejects.toMatchObject({
      name: 'TooManyRequestsException',
      status: 429,
      members: { Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded' },
    });
    expect((await first).error).toBeUndefined();
    expect(world.lambda.metrics()).toContain('aws_lambda_throttles_total{function_name="narrow"} 1');
  });

  it('ends when the code changes, and the next invocation runs the new code', async () => {
    const lasting = await startWorld();
    await lasting.create('changing', pidSource);
    const { answer: pid } = await lasting.invoke('changing');
    const LocalDirectory = await lasting.code('export const handler = async () => "changed";');
    await lasting.aws.call('lambda', 'UpdateFunctionCode', { FunctionName: 'changing', LocalDirectory });
    expect(await lasting.invoke('changing')).toEqual({ error: undefined, answer: 'changed' });
    await expect.poll(() => isAlive(pid), { timeout: 5_000 }).toBe(false);
    await lasting.close();
  });

  it('is not disturbed when the folder it was deployed from changes', async () => {
    const LocalDirectory = await world.code('export const handler = async () => "deployed";');
    const base = { FunctionName: 'steady', Runtime: 'nodejs20.x', Role: role, Handler: 'index.handler' };
    await world.aws.call('lambda', 'CreateFunction', { ...base, Code: { LocalDirectory } });
    await writeFile(join(LocalDirectory, 'index.mjs'), 'export const handler = async () => "edited";');
    expect((await world.invoke('steady')).answer).toBe('deployed');
  });

  it('finishes what it does when its function changes meanwhile', async () => {
    await world.create(
      'busy',
      'export const handler = () => new Promise((resolve) => setTimeout(resolve, 300, "done"));',
    );
    const running = world.invoke('busy');
    await world.aws.call('lambda', 'UpdateFunctionConfiguration', { FunctionName: 'busy', Timeout: 5 });
    expect(await running).toEqual({ error: undefined, answer: 'done' });
  });

  it('ends when it was idle for long enough', async () => {
    await world.create('lazy', pidSource);
    const { answer: pid } = await world.invoke('lazy');
    expect(isAlive(pid)).toBe(true);
    await expect.poll(() => isAlive(pid), { timeout: 5_000 }).toBe(false);
    expect((await world.invoke('lazy')).answer).not.toBe(pid);
  });
});

describe('a failing process', () => {
  it('is killed when the time is over', async () => {
    await world.create('endless', `export const handler = async () => { for (;;); };`, { Timeout: 1 });
    const { error, answer } = await world.invoke('endless');
    expect({ error, answer }).toEqual({
      error: 'Unhandled',
      answer: {
        errorType: 'Sandbox.Timedout',
        errorMessage: expect.stringMatching(/^RequestId: \S+ Error: Task timed out after 1\.00 seconds$/),
      },
    });
    expect(world.lines.some((line) => /^\S+ Task timed out after 1\.00 seconds$/.test(line))).toBe(true);
  });

  it.each([
    ['process.exit(3)', 'Runtime.ExitError', /Runtime exited with error: exit status 3$/],
    ['process.exit(0)', 'Runtime.ExitError', /Runtime exited without providing a reason$/],
    [
      "process.kill(process.pid, 'SIGKILL')",
      'Runtime.ExitError',
      /Runtime exited with error: signal: killed$/,
    ],
  ])('that does %s is an exit error', async (statement, errorType, errorMessage) => {
    const name = randomUUID();
    await world.create(name, `export const handler = () => { ${statement}; return new Promise(() => {}); };`);
    expect(await world.invoke(name)).toEqual({
      error: 'Unhandled',
      answer: { errorType, errorMessage: expect.stringMatching(errorMessage) },
    });
  });

  it.each([
    [
      'an import that is not there',
      "import 'not-installed'; export const handler = async () => 1;",
      { errorType: 'Runtime.ImportModuleError', errorMessage: expect.stringContaining("'not-installed'") },
    ],
    [
      'a syntax error',
      'export const handler = async () => {',
      { errorType: 'Runtime.UserCodeSyntaxError', errorMessage: expect.stringContaining('SyntaxError') },
    ],
    [
      'an error while it is loaded',
      "throw new TypeError('no settings'); export const handler = async () => 1;",
      { errorType: 'TypeError', errorMessage: 'no settings' },
    ],
    [
      'no such export',
      'export const other = async () => 1;',
      { errorType: 'Runtime.HandlerNotFound', errorMessage: 'index.handler is undefined or not exported' },
    ],
  ])('with %s says so', async (_, source, expected) => {
    const name = randomUUID();
    await world.create(name, source);
    const { error, answer } = await world.invoke(name);
    expect(error).toBe('Unhandled');
    expect(answer).toMatchObject(expected);
    // The next invocation tries again and fails alike.
    expect((await world.invoke(name)).answer).toMatchObject(expected);
  });

  it('reports a promise that nobody caught, and a fresh process takes over', async () => {
    await world.create(
      'careless',
      `export const handler = async ({ fail }) => {
         if (!fail) return process.pid;
         Promise.reject(new Error('nobody caught me'));
         return new Promise(() => {});
       };`,
    );
    const { answer: before } = await world.invoke('careless', { fail: false });
    const { error, answer } = await world.invoke('careless', { fail: true });
    expect(error).toBe('Unhandled');
    expect(answer).toMatchObject({
      errorType: 'Runtime.UnhandledPromiseRejection',
      errorMessage: 'Error: nobody caught me',
    });
    expect((await world.invoke('careless', { fail: false })).answer).not.toBe(before);
  });

  it('that outgrows its memory is an exit error and takes nobody along', async () => {
    await world.create(
      'greedy',
      'export const handler = async () => { const all = []; for (;;) all.push(new Array(100_000).fill(Math.random())); };',
      { MemorySize: 128, Timeout: 60 },
    );
    const { error, answer } = await world.invoke('greedy');
    expect(error).toBe('Unhandled');
    expect(answer).toMatchObject({ errorType: 'Runtime.ExitError' });
  });

  it('maps its stack to the source when NODE_OPTIONS says so', async () => {
    await world.create(
      'mapped',
      'export const handler = async () => ({ options: process.execArgv, flag: process.env.NODE_OPTIONS, maps: process.sourceMapsEnabled ?? null });',
      { Environment: { Variables: { NODE_OPTIONS: '--enable-source-maps' } } },
    );
    expect((await world.invoke('mapped')).answer).toMatchObject({ flag: '--enable-source-maps' });
  });
});

describe('a function without its code', () => {
  it('says where the code was', async () => {
    const other = await startWorld();
    const state = other.lambda.snapshot?.() ?? {};
    await world.create('left-behind', pidSource);
    const saved = world.lambda.snapshot?.() ?? {};
    const functions = structuredClone(saved['functions']) as Record<
      string,
      { latest: { directory: string } }
    >;
    const record = functions['left-behind'];
    if (record) record.latest.directory = '/gone';
    other.lambda.restore?.({ ...state, functions });
    await expect(other.invoke('left-behind')).rejects.toMatchObject({
      name: 'ResourceNotReadyException',
      message: 'The code of this function is no longer at /gone: deploy it again',
    });
    await other.close();
  });
});
