/** The page for users: its code compiles, and its test passes. */

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../..', import.meta.url));
let folder: string;

beforeAll(() => {
  mkdirSync(path.join(root, 'dist'), { recursive: true });
  // Within the package, so that it finds itself by its own name.
  folder = mkdtempSync(path.join(root, 'dist/page-'));
  const page = readFileSync(path.join(root, 'docs/routing.md'), 'utf8');
  for (const [, file = '', code = ''] of page.matchAll(/`([\w./-]+\.ts)`:\n\n```ts\n([\s\S]*?)```/g)) {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    writeFileSync(path.join(folder, file), code);
  }
  const config = { extends: '../../tsconfig.json', include: ['**/*.ts'], exclude: [] };
  writeFileSync(path.join(folder, 'tsconfig.json'), JSON.stringify(config));
  // Its own, or the one above would be found.
  writeFileSync(path.join(folder, 'vitest.config.mjs'), 'export default {};');
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A tool of the project's own. */
function run(tool: string, ...words: string[]) {
  const file = path.join(root, 'node_modules/.bin', tool);
  const env = { ...process.env, NO_COLOR: '1' };
  const { status, stdout, stderr } = spawnSync(file, words, { cwd: folder, encoding: 'utf8', env });
  return { status, output: stdout + stderr };
}

describe('docs/routing.md', () => {
  it('has code that compiles', () => {
    const { output } = run('tsc', '-p', '.', '--noEmit');
    // What the page imports is checked with the rest of the project; indented lines explain the one before.
    expect(output.split('\n').filter((line) => line !== '' && !/^(\.\.\/|\s)/.test(line))).toEqual([]);
  }, 60_000);

  it('has a test that passes', () => {
    const { status, output } = run('vitest', 'run', '--root', folder);
    expect(output).toContain('1 passed');
    expect(status).toBe(0);
  }, 60_000);
});
