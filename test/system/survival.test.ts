/** What a node does when things break: it is killed, AWS is gone, a version kills it. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { treasureHunt } from '../../config/treasure-hunt/application.js';
import { loadStream } from '../../core/names.js';
import { inWorld } from './world.js';

const world = inWorld();
const root = fileURLToPath(new URL('../..', import.meta.url));

/** A service of a few lines. It prints what it runs whenever that changes, and dies of a cool-down of 666. */
const service = `
  import { connect } from './client/index.js';
  import { treasureHunt } from './config/treasure-hunt/application.js';
  const begin = performance.now();
  const node = await connect(treasureHunt, {
    environment: 'staging', node: process.argv[2], directory: process.argv[3],
    poll: { intervalSeconds: 0.3 }, report: { intervalSeconds: 0.5 },
  });
  const tell = () => {
    const { coolDownMs } = node.config.gameplay.get();
    const { label, source, refused } = node.config.gameplay.state();
    console.log(JSON.stringify({ coolDownMs, label, source, refused, afterMs: performance.now() - begin }));
    if (coolDownMs === 666) process.exit(13);
  };
  tell();
  node.config.gameplay.onChange(tell);
  // A service has a server; the client alone keeps no process alive.
  setInterval(() => undefined, 1000);
`;

interface Told {
  readonly coolDownMs: number;
  readonly label?: string;
  readonly source: string;
  readonly refused?: { readonly label: string; readonly reason: string };
  readonly afterMs: number;
}

let bundle: string;
const children: ChildProcess[] = [];

beforeAll(async () => {
  bundle = path.join(world().directory, 'service.mjs');
  const built = await build({
    stdin: { contents: service, resolveDir: root, loader: 'ts' },
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    banner: {
      js: `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);`,
    },
    write: false,
  });
  await writeFile(bundle, built.outputFiles[0]?.contents ?? '');
});

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

/** The file in which a node keeps its last good value. */
const copyOf = (node: string, profile: string) =>
  path.join(world().directory, 'nodes/treasure-hunt/staging', node, `${profile}.copy`);

/** Starts the service; `told` grows with each line it prints. */
function start(node: string, environment: Readonly<Record<string, string>> = world().aws.environment) {
  const directory = path.join(world().directory, 'nodes');
  const env = { PATH: process.env['PATH'], ...environment };
  const child = spawn(process.execPath, [bundle, node, directory], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const told: Told[] = [];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    for (const line of text.trim().split('\n')) told.push(JSON.parse(line));
  });
  const exited = once(child, 'exit');
  return { child, told, exited };
}

const untilTold = (told: readonly Told[], what: (last: Told) => boolean) =>
  vi.waitUntil(() => told.some(what), { timeout: 20_000, interval: 50 });

describe('a node that is killed', () => {
  it('serves its last good value again before AWS answers', async () => {
    const first = start('phoenix');
    await untilTold(first.told, ({ source }) => source === 'cloud');
    await vi.waitUntil(
      () => ['gameplay', 'limits'].every((profile) => existsSync(copyOf('phoenix', profile))),
      10_000,
    );
    first.child.kill('SIGKILL');
    await first.exited;

    // A port of this machine that answers nothing at all.
    const nowhere = { ...world().aws.environment, AWS_ENDPOINT_URL: 'http://127.0.0.1:9' };
    const second = start('phoenix', nowhere);
    await untilTold(second.told, () => true);
    expect(second.told[0]).toMatchObject({ source: 'disk', coolDownMs: first.told[0]?.coolDownMs });
    expect(second.told[0]?.afterMs).toBeLessThan(1000);
  });
});

describe('a version that kills the process', () => {
  it('is left by the node itself at the second start, and said so', async () => {
    const { child, told, exited } = start('canary');
    await untilTold(told, ({ source }) => source === 'cloud');
    const { label } = await world().publish('gameplay', { coolDownMs: 666 });
    expect(await exited).toEqual([13, null]);
    expect(child.exitCode).toBe(13);

    const second = start('canary');
    await untilTold(second.told, () => true);
    expect(second.told[0]).toMatchObject({
      source: 'disk',
      coolDownMs: told[0]?.coolDownMs,
      refused: { label },
    });
    const record = await vi.waitUntil(
      async () => {
        const records = await world().cloud.records.list('treasure-hunt/staging');
        return records.find(
          ({ node, profiles }) => node === 'canary' && profiles['gameplay']?.refused?.label === label,
        );
      },
      { timeout: 20_000, interval: 200 },
    );
    expect(record.profiles['gameplay']?.refused?.reason).toContain('ended without closing');
    expect(second.child.exitCode).toBe(null);
  });
});

describe('a report that arrives late', () => {
  it('never overwrites a newer one', async () => {
    const [node] = await world().nodes(1, { labels: { zone: 'a' } });
    const latest = async () =>
      (await world().cloud.records.list('treasure-hunt/staging')).find((item) => item.node === node?.name);
    const record = await vi.waitUntil(async () => {
      const found = await latest();
      return found && found.sequence > 2 && found;
    }, 20_000);
    const {
      arrivedAtMs: _at,
      since: _since,
      expiresAtSeconds: _end,
      retired: _lives,
      twin: _twin,
      ...report
    } = record;
    const put = (sequence: number, health: string) =>
      world().aws.call('kinesis', 'PutRecord', {
        StreamName: loadStream('main'),
        PartitionKey: `${report.cluster}/${report.node}`,
        Data: Buffer.from(JSON.stringify({ ...report, form: 1, sequence, health })),
      });
    await put(1, 'degraded');
    await put(record.sequence + 1000, 'draining');
    // The newer one is seen, so the late one before it was handled; had it been taken, it would have been shown first.
    const after = await vi.waitUntil(async () => {
      const found = await latest();
      return found && found.sequence > record.sequence + 900 && found;
    }, 20_000);
    expect(after.health).toBe('draining');
    await put(2, 'degraded');
    await put(record.sequence + 2000, 'ready');
    const last = await vi.waitUntil(async () => {
      const found = await latest();
      return found && found.sequence > record.sequence + 1900 && found;
    }, 20_000);
    expect(last.health).toBe('ready');
  });
});

describe('a fleet without AWS', () => {
  it('serves on, and says where its values are from', async () => {
    const node = await world().node(treasureHunt, { node: 'steady' });
    const value = node.config.limits.get();
    expect(node.config.limits.state().source).toBe('cloud');
    await world().aws.close();
    await vi.waitUntil(() => node.status().health === 'degraded', { timeout: 20_000, interval: 50 });
    expect(node.config.limits.get()).toBe(value);
    expect(node.config.limits.state().lastError).toBeDefined();

    const restarted = start('steady');
    await untilTold(restarted.told, () => true);
    expect(restarted.told[0]?.source).toBe('disk');
  });
});
