/** What importing the client costs. */

import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { beforeAll, describe, expect, it } from 'vitest';

const door = fileURLToPath(new URL('../../client/index.ts', import.meta.url));

/** Everything reachable by static import, minified; AWS adapters are chunks of their own, zod is the service's. */
async function bundle() {
  const { metafile } = await build({
    entryPoints: [door],
    bundle: true,
    splitting: true,
    outdir: 'out',
    format: 'esm',
    platform: 'node',
    target: 'node20',
    minify: true,
    external: ['zod', 'zod/*', '@aws-sdk/*'],
    metafile: true,
    write: false,
    logLevel: 'silent',
  });
  const outputs = new Map(Object.entries(metafile.outputs));
  const entry = [...outputs].find(([, output]) => output.entryPoint?.endsWith('client/index.ts'))?.[0] ?? '';
  const reached = new Set<string>();
  const visit = (name: string) => {
    if (reached.has(name)) return;
    reached.add(name);
    for (const { kind, path } of outputs.get(name)?.imports ?? [])
      if (kind === 'import-statement') visit(path);
  };
  visit(entry);
  const sizeBytes = [...reached].reduce((sum, name) => sum + (outputs.get(name)?.bytes ?? 0), 0);
  const outside = [...reached].filter((name) => !outputs.has(name) && !name.startsWith('zod')).sort();
  const inside = [...reached].flatMap((name) => Object.keys(outputs.get(name)?.inputs ?? {})).sort();
  return { sizeBytes, outside, inside };
}

describe('importing the client', () => {
  let bundled: Awaited<ReturnType<typeof bundle>>;
  beforeAll(async () => {
    bundled = await bundle();
  });

  it('loads no AWS client and no network module before it is needed', () => {
    expect(bundled.inside).toContain('client/index.ts');
    expect(bundled.inside.filter((file) => file.startsWith('aws/'))).toEqual([]);
    expect(bundled.outside).toEqual(['node:crypto', 'node:os', 'node:path']);
  });

  it('loads nothing of routing but its absence, before an application declares it', () => {
    expect(bundled.inside.filter((file) => file.startsWith('client/routing/'))).toEqual([
      'client/routing/self-peer.ts',
      'client/routing/timed-work.ts',
      'client/routing/unrouted.ts',
    ]);
    expect(bundled.inside.filter((file) => /^core\/(routing|profiles)/.test(file))).toEqual([]);
  });

  it('loads nothing of files, secrets and overrides but where to find them', () => {
    const folders = /^(client|core)\/(disk|secrets|overrides)\//;
    expect(bundled.inside.filter((file) => folders.test(file))).toEqual([
      'client/overrides/override-watch.ts',
      'client/secrets/secrets.ts',
      'core/secrets/secrets-in.ts',
    ]);
  });

  it('loads nothing of telemetry but where to find it, and no OpenTelemetry', () => {
    expect(bundled.inside.filter((file) => /^client\/telemetry\/|opentelemetry/.test(file))).toEqual([
      'client/telemetry/load.ts',
    ]);
  });

  it('takes at most 40 KB, minified', () => {
    expect(bundled.sizeBytes).toBeLessThan(40 * 1024);
  });
});
