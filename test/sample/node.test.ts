/** The process as it is deployed: one bundled file, started with variables, against a local AWS over the wire. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type LocalAws, startLocalAws } from '../../local/index.js';

type Line = Readonly<Record<string, unknown>>;

let aws: LocalAws;
let directory: string;
let bundle: string;
const children: ChildProcess[] = [];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'veltrix-sample-'));
  bundle = join(directory, 'node.mjs');
  const require = `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);`;
  await build({
    entryPoints: ['sample/node.ts'],
    outfile: bundle,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    banner: { js: require },
    logLevel: 'error',
  });
  aws = await startLocalAws({ port: 0 });
});

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

afterAll(async () => {
  await aws?.close();
  await rm(directory, { recursive: true, force: true });
});

/** Starts a node and collects what it says. */
function start(environment: Readonly<Record<string, string>>) {
  const env = {
    PATH: process.env.PATH,
    DATA_DIRECTORY: join(directory, 'data'),
    ...aws.environment,
    ...environment,
  };
  const child = spawn(process.execPath, [bundle], { env, stdio: ['pipe', 'pipe', 'pipe'] });
  children.push(child);
  const lines: Line[] = [];
  let rest = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const parts = (rest + text).split('\n');
    rest = parts.pop() ?? '';
    lines.push(...parts.map((part) => JSON.parse(part) as Line));
  });
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint += text;
  });
  const exit = once(child, 'exit').then(([code]) => code as unknown);
  const sayingOf = (event: string) => lines.filter((line) => line.event === event);
  const endpoint = async () => {
    await expect.poll(() => sayingOf('ready').length, { timeout: 15_000 }).toBe(1);
    return String(sayingOf('ready')[0]?.endpoint);
  };
  return { child, lines, exit, sayingOf, endpoint, complaint: () => complaint };
}

type Change = (value: Readonly<Record<string, unknown>>) => object;

/** Sets AppConfig up as AWS itself would be told to. @returns a function that deploys a file's value under a label. */
async function createEnvironment() {
  const appconfig = (operation: string, input: Readonly<Record<string, unknown>>) =>
    aws.call<{ Id: string; VersionNumber: number; DeploymentNumber: number; State: string }>(
      'appconfig',
      operation,
      input,
    );
  const { Id: ApplicationId } = await appconfig('CreateApplication', { Name: 'treasure-hunt' });
  const { Id: EnvironmentId } = await appconfig('CreateEnvironment', { ApplicationId, Name: 'staging' });
  const { Id: DeploymentStrategyId } = await appconfig('CreateDeploymentStrategy', {
    Name: 'at-once',
    DeploymentDurationInMinutes: 0,
    GrowthFactor: 100,
    FinalBakeTimeInMinutes: 0,
    ReplicateTo: 'NONE',
  });
  const ids: Record<string, string> = {};
  for (const Name of ['gameplay', 'limits']) {
    const { Id } = await appconfig('CreateConfigurationProfile', {
      ApplicationId,
      Name,
      LocationUri: 'hosted',
    });
    ids[Name] = Id;
  }
  return async (profile: string, label: string, change: Change = (value) => value) => {
    const value = parse(await readFile(`config/treasure-hunt/${profile}.staging.yaml`, 'utf8')) as Line;
    const target = { ApplicationId, ConfigurationProfileId: ids[profile] };
    const { VersionNumber } = await appconfig('CreateHostedConfigurationVersion', {
      ...target,
      Content: new TextEncoder().encode(JSON.stringify(change(value))),
      ContentType: 'application/json',
      VersionLabel: label,
    });
    const deployment = { ...target, EnvironmentId, DeploymentStrategyId };
    const { DeploymentNumber } = await appconfig('StartDeployment', {
      ...deployment,
      ConfigurationVersion: String(VersionNumber),
    });
    const where = { ApplicationId, EnvironmentId, DeploymentNumber };
    await expect.poll(async () => (await appconfig('GetDeployment', where)).State).toBe('COMPLETE');
  };
}

const node = {
  NODE_NAME: 'node-a',
  ENVIRONMENT: 'staging',
  POLL_INTERVAL_SECONDS: '0.2',
  REPORT_INTERVAL_SECONDS: '0.2',
};

describe('a node that cannot start', () => {
  it('says which settings are missing', async () => {
    const { exit, complaint } = start({});
    expect(await exit).toBe(1);
    expect(complaint()).toMatch(/^treasure-hunt: cannot start: NODE_NAME \(--node-name\) is not set/);
  });

  it('says which configuration is missing', async () => {
    const { exit, complaint } = start(node);
    expect(await exit).toBe(1);
    expect(complaint()).toMatch(/^treasure-hunt: cannot start: .*treasure-hunt\/staging\/gameplay/);
  });
});

describe('a node', () => {
  it('starts, serves, follows what is deployed, and leaves in good order', async () => {
    const deploy = await createEnvironment();
    await aws.call('kinesis', 'CreateStream', { StreamName: 'veltrix-main-load', ShardCount: 1 });
    await deploy('gameplay', 'v1-aaaaaaaa');
    await deploy('limits', 'v1-bbbbbbbb');

    const { child, exit, sayingOf, endpoint, complaint } = start({
      ...node,
      PLAYERS_PER_SECOND: '50',
      CAPACITY: '10',
    });
    const at = await endpoint();
    const hunts = (await (await fetch(`${at}/hunts`)).json()) as { hunts: unknown[] };
    expect(hunts.hunts).toHaveLength(3);
    expect(sayingOf('config')).toEqual([
      { event: 'config', profile: 'gameplay', label: 'v1-aaaaaaaa', previous: null },
      { event: 'config', profile: 'limits', label: 'v1-bbbbbbbb', previous: null },
    ]);

    await deploy('gameplay', 'v2-cccccccc', (value) => ({ ...value, coolDownMs: 4321 }));
    await expect
      .poll(() => sayingOf('config')[2], { timeout: 10_000 })
      .toEqual({ event: 'config', profile: 'gameplay', label: 'v2-cccccccc', previous: 'v1-aaaaaaaa' });
    expect(await (await fetch(`${at}/hunts/rehearsal-walk`)).json()).toMatchObject({ coolDownMs: 4321 });

    const health = async () => (await (await fetch(`${at}/healthz`)).json()) as { load: number };
    await expect.poll(async () => (await health()).load, { timeout: 15_000 }).toBeGreaterThan(0);

    child.kill('SIGTERM');
    expect(await exit).toBe(0);
    expect(sayingOf('stopping')).toEqual([{ event: 'stopping', reason: 'SIGTERM' }]);
    expect(complaint()).toBe('');
  });

  it('starts from its disk when AWS is away, and ends with its parent', async () => {
    const away = { AWS_ENDPOINT_URL: 'http://127.0.0.1:9' };
    const { child, exit, sayingOf, endpoint } = start({ ...node, ...away });
    const at = await endpoint();
    const health = async () => {
      const response = await fetch(`${at}/healthz`);
      return { status: response.status, body: await response.json() };
    };
    await expect.poll(health, { timeout: 10_000 }).toMatchObject({
      status: 200,
      body: {
        node: 'node-a',
        health: 'degraded',
        profiles: { gameplay: { label: 'v2-cccccccc', source: 'disk' } },
      },
    });
    child.stdin.end();
    expect(await exit).toBe(0);
    expect(sayingOf('stopping')).toEqual([{ event: 'stopping', reason: 'the parent is gone' }]);
  });
});
