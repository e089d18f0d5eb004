/** This repository as a project of its own: configuration that a test may edit, everything else as it is. */

import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createScratch, repository } from './command.js';

const linked = [
  'aws',
  'core',
  'functions',
  'infra',
  'node_modules',
  'package.json',
  'tsconfig.json',
  'cdk.json',
];

export interface SampleProject {
  readonly root: string;
  /** Where its processes keep what is temporary. */
  readonly temporary: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Replaces text in the staging file of gameplay. */
  edit(from: string | RegExp, to: string): void;
  /** What its processes left behind: temporary files, and its state file. */
  leftovers(): string[];
  remove(): void;
}

export function createSampleProject(): SampleProject {
  const scratch = createScratch();
  const root = path.join(scratch.path, 'project');
  const temporary = path.join(scratch.path, 'tmp');
  for (const folder of [root, temporary]) mkdirSync(folder);
  cpSync(path.join(repository, 'config'), path.join(root, 'config'), { recursive: true });
  for (const name of linked) symlinkSync(path.join(repository, name), path.join(root, name));
  const file = path.join(root, 'config/treasure-hunt/gameplay.staging.yaml');
  return {
    root,
    temporary,
    environment: { TMPDIR: temporary },
    edit: (from, to) => writeFileSync(file, readFileSync(file, 'utf8').replace(from, to)),
    leftovers: () => [
      ...readdirSync(temporary).filter((name) => name.startsWith('veltrix')),
      ...readdirSync(root).filter((name) => name === '.veltrix'),
    ],
    remove: scratch.remove,
  };
}
