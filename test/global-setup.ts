/** Once for the whole suite: the stacks are synthesized, and what runs as a process of its own is bundled. */

import { execFileSync } from 'node:child_process';
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

export function setup(project: TestProject): () => void {
  const assembly = mkdtempSync(path.join(tmpdir(), 'veltrix-assembly-'));
  // In a process of its own: the CDK takes 100 MB and is not needed again. Its validation is `npm run synth`'s business.
  execFileSync(process.execPath, ['--import', 'tsx', 'infra/main.ts'], {
    cwd: root,
    env: { ...process.env, CDK_OUTDIR: assembly, CDK_VALIDATION: 'false' },
    stdio: 'inherit',
  });
  execFileSync(process.execPath, ['scripts/build.mjs'], { cwd: root, stdio: 'inherit' });
  project.provide('assembly', assembly);
  return () => rmSync(assembly, { recursive: true, force: true });
}
