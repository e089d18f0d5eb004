import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { bundleFolder, bundleFunctions, functionFolders } from '../../infra/bundle.js';

beforeAll(() => bundleFunctions());

const bytesOf = (folder: (typeof functionFolders)[number]) =>
  statSync(join(bundleFolder(folder), 'index.mjs')).size;

/** Every file of every bundle, with its content. */
const contents = () =>
  functionFolders.flatMap((folder) =>
    readdirSync(bundleFolder(folder)).map((name) => [
      `${folder}/${name}`,
      readFileSync(join(bundleFolder(folder), name), 'base64'),
    ]),
  );

describe('the bundles', () => {
  it('are one module and its source map each', () => {
    expect(contents().map(([name]) => name)).toEqual(
      functionFolders.flatMap((folder) => [`${folder}/index.mjs`, `${folder}/index.mjs.map`]),
    );
  });

  it('are the same bytes when nothing changed, so that nothing is deployed again', () => {
    const before = contents();
    bundleFunctions();
    expect(contents()).toEqual(before);
  });

  it.each([
    // AppConfig waits for it, cold start included.
    { folder: 'validate-config', maxKb: 150 },
    { folder: 'publish-config', maxKb: 600 },
    { folder: 'fan-out-change', maxKb: 600 },
    { folder: 'record-load', maxKb: 600 },
    { folder: 'assign-partitions', maxKb: 600 },
    // AppConfig waits for it, too, and it speaks to two services.
    { folder: 'guard-rollout', maxKb: 700 },
  ] as const)('stay small: $folder within $maxKb KB', ({ folder, maxKb }) => {
    expect(bytesOf(folder)).toBeLessThanOrEqual(maxKb * 1024);
  });

  it.each(functionFolders)('load anywhere: %s asks for its environment only when it is invoked', (folder) => {
    const entry = join(bundleFolder(folder), 'index.mjs');
    const script = `
      const { handler } = await import(${JSON.stringify(entry)});
      const error = await Promise.resolve().then(() => handler({})).catch((thrown) => thrown);
      console.log(error.message);`;
    const output = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
      encoding: 'utf8',
      env: { PATH: process.env['PATH'] },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    expect(output).toContain("The function's environment is not as it should be: VELTRIX_");
  });
});
