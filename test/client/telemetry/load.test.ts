/** OpenTelemetry's API is an optional peer: with it, without it, and bundled without it. */

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadTelemetry } from '../../../client/telemetry/load.js';

const source = fileURLToPath(new URL('../../../client/telemetry/load.ts', import.meta.url));
const whose = { application: 'shop', environment: 'staging', node: 'a', monotonicMs: () => 0 };

/** A folder of a service that has not installed it. */
let folder: string;
const bundled = (name: string) => path.join(folder, name);

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'veltrix-no-telemetry-'));
  await build({
    entryPoints: [source],
    outfile: bundled('load.mjs'),
    bundle: true,
    external: ['@opentelemetry/api'],
    format: 'esm',
    platform: 'node',
    logLevel: 'silent',
  });
});
afterAll(() => rmSync(folder, { recursive: true }));

const loadedFrom = (name: string): string =>
  execFileSync(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      `const { loadTelemetry } = await import(${JSON.stringify(bundled(name))}); console.log(await loadTelemetry());`,
    ],
    { cwd: folder, encoding: 'utf8' },
  );

describe('telemetry', () => {
  it('is there with the API, and does nothing without an SDK', async () => {
    const telemetry = (await loadTelemetry())?.(whose);
    let looks = 0;
    const end = telemetry?.observe(() => {
      looks += 1;
      throw new Error('nobody measures');
    });
    telemetry?.changed('limits');
    telemetry?.routed({ how: 'answered', isSelf: true, durationMs: 5 });
    end?.();
    expect([telemetry === undefined, looks]).toEqual([false, 0]);
  });

  it('is none without the API, and that is no failure', () => {
    expect(loadedFrom('load.mjs')).toBe('undefined\n');
  });

  it('lets a service be bundled that has not installed the API', async () => {
    const { errors } = await build({
      entryPoints: [bundled('load.mjs')],
      outfile: bundled('service.mjs'),
      bundle: true,
      format: 'esm',
      platform: 'node',
      logLevel: 'silent',
    });
    expect(errors).toEqual([]);
    expect(loadedFrom('service.mjs')).toBe('undefined\n');
  });
});
