/** Prometheus and its tool, where the operating system has them. */

import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';

export const folder = fileURLToPath(new URL('../../docs/monitoring/', import.meta.url));

/** Undefined where it is not installed: then nothing is proved. */
export function versionOf(program: 'prometheus' | 'promtool'): string | undefined {
  const { error, stdout, stderr } = spawnSync(program, ['--version'], { encoding: 'utf8' });
  return error ? undefined : /version (\d+\.\d+)/.exec(stdout + stderr)?.[1];
}

/** @returns what it says, and whether it finds nothing wrong. */
export function promtool(...words: readonly string[]) {
  const { status, stdout, stderr } = spawnSync('promtool', words, { cwd: folder, encoding: 'utf8' });
  return { isWell: status === 0, output: stdout + stderr };
}

const answerSchema = z.object({
  status: z.literal('success'),
  data: z.object({ result: z.array(z.object({ metric: z.record(z.string(), z.string()) })) }),
});
const targetsSchema = z.object({
  data: z.object({ activeTargets: z.array(z.object({ health: z.string(), lastError: z.string() })) }),
});

const readyWithinMs = 20_000;

/** A Prometheus that asks one target every second, and evaluates the rules of docs/. */
export async function startPrometheus(target: string) {
  const directory = mkdtempSync(path.join(tmpdir(), 'veltrix-prometheus-'));
  const port = await freePort();
  const configuration = path.join(directory, 'prometheus.yml');
  writeFileSync(
    configuration,
    JSON.stringify({
      global: { scrape_interval: '1s', evaluation_interval: '1s' },
      rule_files: [path.join(folder, 'rules.yml')],
      scrape_configs: [{ job_name: 'nodes', static_configs: [{ targets: [target] }] }],
    }),
  );
  const words = [
    `--config.file=${configuration}`,
    `--storage.tsdb.path=${directory}`,
    `--web.listen-address=127.0.0.1:${port}`,
  ];
  const child = spawn('prometheus', words, { stdio: 'ignore' });
  const get = async (about: string): Promise<unknown> =>
    (await fetch(`http://127.0.0.1:${port}/api/v1/${about}`)).json();
  const until = async <Found>(find: () => Promise<Found | undefined>): Promise<Found> => {
    const deadline = performance.now() + readyWithinMs;
    for (;;) {
      const found = await find().catch(() => undefined);
      if (found !== undefined) return found;
      if (performance.now() > deadline) throw new Error('Prometheus did not come so far in time');
      await after(100);
    }
  };
  return {
    /** Labels of what a query answers. */
    query: async (expression: string) => {
      const answer = await get(`query?query=${encodeURIComponent(expression)}`);
      return answerSchema.parse(answer).data.result.map(({ metric }) => metric);
    },
    rules: () => get('rules'),
    until,
    /** Resolves when the target was read. */
    targetRead: () =>
      until(async () => {
        const [read] = targetsSchema.parse(await get('targets')).data.activeTargets;
        return read === undefined || read.health === 'unknown' ? undefined : read;
      }),
    stop: async () => {
      child.kill('SIGKILL');
      rmSync(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** `veltrix nodes --json` on its way to Prometheus. */
export const targetsOf = (nodes: unknown): unknown =>
  JSON.parse(
    execFileSync(process.execPath, [path.join(folder, 'targets.mjs')], {
      input: JSON.stringify(nodes),
      encoding: 'utf8',
    }),
  );
