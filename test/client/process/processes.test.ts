import { type ChildProcess, spawn } from 'node:child_process';
import {
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { startWireWorld, type WireWorld } from '../wire/world.js';

const here = fileURLToPath(new URL('.', import.meta.url));

interface Line {
  readonly event: string;
  readonly value?: unknown;
  readonly state?: {
    readonly label?: string;
    readonly source: string;
    readonly refused?: { readonly label: string };
  };
  readonly overrideFile?: string;
  readonly tookMs?: number;
  readonly message?: string;
}

/** Built outside the project; the link lets it find its packages. */
const built = mkdtempSync(path.join(tmpdir(), 'veltrix-service-'));
symlinkSync(path.join(here, '../../../node_modules'), path.join(built, 'node_modules'));
const children = new Set<ChildProcess>();
let world: WireWorld;
let directory: string;
let version = 0;

beforeAll(async () => {
  const entry = path.join(here, 'service.ts');
  const bundled = build({
    entryPoints: [entry],
    bundle: true,
    splitting: true,
    outdir: built,
    outExtension: { '.js': '.mjs' },
    format: 'esm',
    platform: 'node',
    external: ['zod', '@aws-sdk/*'],
    logLevel: 'silent',
  });
  world = await startWireWorld();
  await world.deploy('gameplay', { coolDownMs: 1 }, 'v1-aaaaaaaa');
  await bundled;
});
afterAll(async () => {
  rmSync(built, { recursive: true, force: true });
  await world.close();
});

beforeEach(async () => {
  directory = mkdtempSync(path.join(built, 'disk-'));
  version += 1;
  await world.deploy('limits', { queueSize: version }, `v${version}-bbbbbbbb`);
});
afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  children.clear();
});

function start(options: object, environment: Readonly<Record<string, string>> = world.environment) {
  const argument = JSON.stringify({ directory, poll: { intervalSeconds: 0.1 }, ...options });
  const child = spawn(process.execPath, [path.join(built, 'service.mjs'), argument], {
    env: { PATH: process.env.PATH, ...environment },
  });
  children.add(child);
  const lines: Line[] = [];
  let stderr = '';
  createInterface(child.stdout).on('line', (line) => lines.push(JSON.parse(line)));
  child.stderr.on('data', (chunk) => {
    stderr += String(chunk);
  });
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const until = (event: string) =>
    vi.waitFor(
      () => {
        const line = lines.find((candidate) => candidate.event === event);
        if (!line) throw new Error(`no "${event}" in ${JSON.stringify(lines)} ${stderr}`);
        return line;
      },
      { timeout: 10_000, interval: 10 },
    );
  return { child, exited, until, stderr: () => stderr };
}

/** A service that ran, took a change, and was killed in the middle of its probation. */
async function killedAfterAChange(): Promise<number> {
  const service = start({});
  await service.until('connected');
  const taken = version;
  version += 1;
  await world.deploy('limits', { queueSize: version }, `v${version}-bbbbbbbb`);
  await service.until('changed');
  service.child.kill('SIGKILL');
  await service.exited;
  return taken;
}

describe('a process that closed its node', () => {
  it('proved nothing: one that dies soon after it starts again from the version before', async () => {
    const good = version;
    const first = start({});
    await first.until('connected');
    version += 1;
    await world.deploy('limits', { queueSize: version }, `v${version}-bbbbbbbb`);
    await first.until('changed');
    first.child.stdin.write('close\n');
    await first.exited;
    const second = start({});
    expect(await second.until('connected')).toMatchObject({ value: { queueSize: version } });
    second.child.kill('SIGKILL');
    await second.exited;
    expect(await start({}).until('connected')).toMatchObject({
      value: { queueSize: good },
      state: { source: 'disk', refused: { label: `v${version}-bbbbbbbb` } },
    });
  });

  it('exits by itself, having said its last word and nothing on its console', async () => {
    const service = start({ node: 'closes' });
    await service.until('connected');
    service.child.stdin.write('close\n');
    await service.until('closed');
    expect(await service.exited).toBe(0);
    expect(service.stderr()).toBe('');
    const reports = (await world.reports()).filter(({ node }) => node === 'closes');
    expect(reports.at(-1)?.health).toBe('stopped');
  });

  it('exits by itself when it could not connect', async () => {
    const service = start(
      { startTimeoutMs: 100 },
      { ...world.environment, AWS_ENDPOINT_URL: 'http://127.0.0.1:9' },
    );
    expect((await service.until('failed')).message).toContain('ConfigurationMissing: child cannot start');
    service.child.stdin.end();
    expect(await service.exited).toBe(0);
  });
});

describe('a process that was killed', () => {
  it('starts again from the version before, if it died soon after a change, and refuses the change', async () => {
    const good = await killedAfterAChange();
    const line = await start({}).until('connected');
    expect(line).toMatchObject({
      value: { queueSize: good },
      state: { label: `v${good}-bbbbbbbb`, source: 'disk', refused: { label: `v${version}-bbbbbbbb` } },
    });
  });

  it('takes the next version all the same', async () => {
    await killedAfterAChange();
    const service = start({});
    await service.until('connected');
    version += 1;
    await world.deploy('limits', { queueSize: version }, `v${version}-bbbbbbbb`);
    expect(await service.until('changed')).toMatchObject({ value: { queueSize: version } });
  });

  it('starts from AppConfig when its files were cut off', async () => {
    await killedAfterAChange();
    const files = readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter((file) =>
      file.endsWith('.copy'),
    );
    expect(files.map((file) => path.basename(file)).sort()).toEqual(['gameplay.copy', 'limits.copy']);
    for (const file of files) truncateSync(path.join(directory, file), 100);
    expect(await start({}).until('connected')).toMatchObject({
      value: { queueSize: version },
      state: { source: 'cloud' },
    });
  });
});

describe('a process on whose machine somebody writes a file of overrides', () => {
  it('does what it says while AWS cannot be reached, and when it starts again', async () => {
    const service = start({ node: 'overridden' }, world.environment);
    const { overrideFile = '' } = await service.until('connected');
    const until = new Date(Date.now() + 60_000).toISOString();
    const profiles = { limits: { queueSize: 9_999 } };
    // Made with the first file of a last good value, which may be a moment later.
    await vi.waitFor(() => statSync(path.dirname(overrideFile)), { timeout: 5_000, interval: 10 });
    writeFileSync(overrideFile, JSON.stringify({ until, reason: 'by hand', profiles }));
    const state = { override: { paths: ['queueSize'], until, reason: 'by hand' } };
    const expected = { value: { queueSize: 9_999 }, state };
    expect(await service.until('overridden')).toMatchObject(expected);
    service.child.kill('SIGKILL');
    await service.exited;
    const away = { ...world.environment, AWS_ENDPOINT_URL: 'http://127.0.0.1:9' };
    const again = start({ node: 'overridden' }, away);
    expect(await again.until('connected')).toMatchObject(expected);
  });
});

describe('a process whose AWS swallows everything', () => {
  let blackHole: Server;
  let silent: Record<string, string>;
  beforeAll(async () => {
    blackHole = createServer(() => undefined).listen(0, '127.0.0.1');
    await new Promise((resolve) => blackHole.once('listening', resolve));
    const address = blackHole.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    silent = { ...world.environment, AWS_ENDPOINT_URL: `http://127.0.0.1:${port}` };
  });
  afterAll(() => void blackHole.close());

  it('starts from disk in less than a second, and still closes', async () => {
    const before = start({});
    await before.until('connected');
    before.child.stdin.write('close\n');
    await before.exited;
    const service = start({}, silent);
    const line = await service.until('connected');
    expect(line).toMatchObject({ value: { queueSize: version }, state: { source: 'disk' } });
    expect(line.tookMs).toBeLessThan(1000);
    service.child.stdin.write('close\n');
    expect(await service.exited).toBe(0);
  });
});
