/**
 * `node --import tsx scripts/save-stateful.ts COMMIT`: writes what the stacks of a commit hold to test/fixtures/stateful.json, which
 * the test of updates begins from. Run it with the commit of each release, once that is deployed.
 */

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Resources, statefulIn } from './stateful.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const target = path.join(root, 'test/fixtures/stateful.json');

const [commit = 'HEAD'] = process.argv.slice(2);
const folder = mkdtempSync(path.join(tmpdir(), 'veltrix-stateful-'));
try {
  const full = git('rev-parse', '--verify', `${commit}^{commit}`).toString().trim();
  save(full, synthesize(full));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** The commit as it is, with the dependencies of today. @returns the directory of its cloud assembly. */
function synthesize(full: string): string {
  const source = path.join(folder, 'source.tar');
  git('archive', '--output', source, full);
  execFileSync('tar', ['-x', '-f', source, '-C', folder]);
  symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'node_modules'));
  const assembly = path.join(folder, 'assembly');
  execFileSync(process.execPath, ['--import', 'tsx', 'infra/main.ts'], {
    cwd: folder,
    env: { ...process.env, CDK_OUTDIR: assembly, CDK_VALIDATION: 'false' },
    stdio: 'inherit',
  });
  return assembly;
}

function save(commit: string, assembly: string): void {
  const read = (file: string) => JSON.parse(readFileSync(path.join(assembly, file), 'utf8'));
  const { artifacts } = read('manifest.json') as { artifacts: Record<string, { type: string }> };
  const stacks = Object.keys(artifacts)
    .filter((name) => artifacts[name]?.type === 'aws:cloudformation:stack')
    .map((name) => [name, statefulIn(read(`${name}.template.json`).Resources as Resources)] as const)
    .filter(([, resources]) => Object.keys(resources).length > 0);
  writeFileSync(target, `${JSON.stringify({ commit, stacks: Object.fromEntries(stacks) }, undefined, 2)}\n`);
}

function git(...words: readonly string[]): Buffer {
  return execFileSync('git', words, { cwd: root });
}
