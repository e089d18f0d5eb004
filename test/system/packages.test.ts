/** What is published: packed, installed into an empty folder, and used there as its documentation says. */

import { execFileSync, spawnSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { publint } from 'publint';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const packages = path.join(root, 'dist/packages');
const folder = mkdtempSync(path.join(tmpdir(), 'veltrix-packages-'));

/** The blocks of code in docs/first-service.md, by the file that the page says they are. */
function filesOfThePage(): ReadonlyMap<string, string> {
  const page = readFileSync(path.join(root, 'docs/first-service.md'), 'utf8');
  const blocks = page.matchAll(/`([\w./-]+\.(?:ts|json|yaml))`:\n\n```\w+\n([\s\S]*?)```/g);
  return new Map([...blocks].map(([, file = '', code = '']) => [file, code]));
}

const run = (command: string, ...words: string[]) => runIn(folder, command, ...words);

function runIn(directory: string, command: string, ...words: string[]) {
  const { status, stdout, stderr } = spawnSync(command, words, {
    cwd: directory,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1' },
  });
  return { status, output: stdout + stderr };
}

const tarballNames = () => readdirSync(packages).filter((name) => name.endsWith('.tgz'));

/** A tool of the project's own, as a user would have installed it in the folder. */
const tool = (name: string) => path.join(root, 'node_modules/.bin', name);

beforeAll(() => {
  execFileSync('npm', ['run', '--silent', 'pack'], { cwd: root });
  const tarballs = tarballNames().filter((name) => !name.includes('infra'));
  const { dependencies } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  writeFileSync(
    path.join(folder, 'package.json'),
    '{ "name": "parcels", "private": true, "type": "module" }',
  );
  execFileSync(
    'npm',
    [
      'install',
      '--prefer-offline',
      '--no-audit',
      '--no-fund',
      '--silent',
      `zod@${dependencies.zod}`,
      ...tarballs.map((name) => path.join(packages, name)),
    ],
    { cwd: folder },
  );
  // Development tools the page asks for; they are not what is tried here.
  for (const name of ['vitest', '@types']) {
    symlinkSync(path.join(root, 'node_modules', name), path.join(folder, 'node_modules', name));
  }
  for (const [file, code] of filesOfThePage()) {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    writeFileSync(path.join(folder, file), code);
  }
}, 120_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the packed packages, in an empty folder', () => {
  it('hold what the page names, and nothing of infrastructure or servers', () => {
    expect([...filesOfThePage().keys()].sort()).toEqual([
      'config/parcels/application.ts',
      'config/parcels/tracking.production.yaml',
      'config/parcels/tracking.staging.yaml',
      'src/main.ts',
      'src/measure.ts',
      'src/service.ts',
      'test/service.test.ts',
      'tsconfig.json',
    ]);
    const installed = readdirSync(path.join(folder, 'node_modules'));
    expect(installed).not.toContain('aws-cdk-lib');
    expect(installed).not.toContain('esbuild');
  });

  it('type the service of the page', () => {
    expect(run(tool('tsc'), '-p', '.')).toEqual({ status: 0, output: '' });
  });

  it('make a misspelt key a compile error', () => {
    const file = path.join(folder, 'src/misspelt.ts');
    writeFileSync(
      file,
      "import type { Node } from 'veltrix';\nimport type { parcels } from '../config/parcels/application.js';\n" +
        'export const read = (node: Node<typeof parcels>) => node.config.tracking.get().timeOutMs;\n',
    );
    const { status, output } = run(tool('tsc'), '-p', '.');
    rmSync(file);
    expect(output).toContain("Property 'timeOutMs' does not exist");
    expect(status).not.toBe(0);
  });

  it('count requests by middleware, with no framework installed', () => {
    const file = path.join(folder, 'src/counted.ts');
    writeFileSync(
      file,
      "import { expressMiddleware, fastifyPlugin, honoMiddleware } from 'veltrix/middleware';\n" +
        "import { createTestNode } from 'veltrix/testing';\nimport { parcels } from '../config/parcels/application.js';\n" +
        'const node = createTestNode(parcels);\n' +
        'const made = [expressMiddleware(node), fastifyPlugin(node), honoMiddleware(node)];\n' +
        'console.log(made.map((each) => typeof each).join());\n',
    );
    expect(run(tool('tsc'), '-p', '.')).toEqual({ status: 0, output: '' });
    expect(run(tool('tsx'), 'src/counted.ts').output).toBe('function,function,function\n');
    rmSync(file);
  });

  it('run the test of the page, without a network', () => {
    const { status, output } = run(tool('vitest'), 'run', '--root', folder);
    expect(output).toContain('1 passed');
    expect(status).toBe(0);
  });

  it('read a value as the page measures it', () => {
    const { status, output } = run(tool('tsx'), 'src/measure.ts');
    expect(output).toMatch(/^[\d.]+ ns a read \(sum 10000000000\)/);
    expect(status).toBe(0);
  });

  it('bring a command that checks the files of the folder', () => {
    const { status, output } = run(path.join(folder, 'node_modules/.bin/veltrix'), 'check');
    expect(output).toContain('✔ config/parcels/tracking.production.yaml');
    expect(output).toContain('✔ config/parcels/tracking.staging.yaml');
    expect(status).toBe(0);
  });
});

describe('the tarballs', () => {
  it('are as registries and compilers expect them', async () => {
    for (const name of tarballNames()) {
      const { messages } = await publint({ pack: { tarball: bytesOf(name) } });
      expect(messages).toEqual([]);
      if (name.includes('cli')) continue; // it has no doors
      const { status, output } = run(tool('attw'), path.join(packages, name), '--profile', 'esm-only');
      expect({ status, output }).toMatchObject({ status: 0 });
    }
  });
});

/** As the library wants them: a buffer of its own. */
function bytesOf(name: string): ArrayBuffer {
  const bytes = readFileSync(path.join(packages, name));
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
}

describe('a project that begins with the packages alone', () => {
  const shop = path.join(folder, 'shop');
  const veltrix = path.join(folder, 'node_modules/.bin/veltrix');

  beforeAll(() => {
    const infra = path.join(folder, 'node_modules/@veltrix/infra');
    mkdirSync(infra);
    const tarball = tarballNames().find((name) => name.includes('infra')) ?? '';
    execFileSync('tar', ['-xzf', path.join(packages, tarball), '-C', infra, '--strip-components=1']);
    // What npm would fetch for it.
    for (const name of ['aws-cdk-lib', 'constructs', 'esbuild', 'tsx']) {
      symlinkSync(path.join(root, 'node_modules', name), path.join(folder, 'node_modules', name));
    }
  });

  it('is begun, compiles, and passes its own check', () => {
    expect(run(veltrix, 'init', 'shop').status).toBe(0);
    expect(runIn(shop, tool('tsc'))).toEqual({ status: 0, output: '' });
    const { status, output } = runIn(shop, veltrix, 'check');
    expect(output).toContain('✔ config/shop/limits.production.yaml  shop/production/limits');
    expect(status).toBe(0);
  });

  it('deploys its stacks, and has a first change held by its nodes', () => {
    const words = ['dev', '--once', '--nodes', '3', '--port', '0'];
    const { status, output } = runIn(shop, veltrix, ...words);
    expect(output).toMatch(/✔ \d stacks deployed/);
    expect(output).toContain('✔ all 3 nodes hold limits v2');
    expect(status).toBe(0);
  }, 90_000);
});
