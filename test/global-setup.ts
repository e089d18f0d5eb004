/** Once for the whole suite: the stacks are synthesized, and what runs as a process of its own is bundled. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Directory of the synthesized cloud assembly: `inject('assembly')`. */
    assembly: string;
  }
}

const root = fileURLToPath(new URL('..', import.meta.url));

export async function setup(project: TestProject): Promise<() => void> {
  const assembly = mkdtempSync(path.join(tmpdir(), 'veltrix-assembly-'));
  await Promise.all([
    // In a process of its own: the CDK takes 100 MB and is not needed again. Its validation is `npm run synth`'s business.
    run(['--import', 'tsx', 'infra/main.ts'], { CDK_OUTDIR: assembly, CDK_VALIDATION: 'false' }),
    run(['scripts/build.mjs']),
  ]);
  project.provide('assembly', assembly);
  return () => rmSync(assembly, { recursive: true, force: true });
}

/** @throws when it fails; why stands on the terminal. */
async function run(words: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<void> {
  const env = { ...process.env, ...environment };
  const child = spawn(process.execPath, words, { cwd: root, env, stdio: 'inherit' });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`node ${words.join(' ')} ended with ${code}`);
}
