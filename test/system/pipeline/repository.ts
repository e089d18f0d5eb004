/** A repository with this project's configuration in it, and checkouts of it as a build gets them: each new, with what is installed. */

import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const project = fileURLToPath(new URL('../../..', import.meta.url));
/** What the tests do not change, and what `npm ci` would bring. */
const linked = [
  'ci',
  'core',
  'dist',
  'infra',
  'aws',
  'functions',
  'node_modules',
  'package.json',
  'tsconfig.json',
  'cdk.json',
];

export type Values = 'gameplay' | 'limits';

export interface Repository {
  /** Replaces text in a file of values, in each of the environments. */
  edit(file: Values, environments: readonly string[], change: (text: string) => string): void;
  /** Gives a profile another name, and its files with it. */
  rename(profile: Values, name: string): void;
  /** Takes the newest commit back, by a commit. */
  revert(): void;
  /** @returns the commit's full hash. */
  commit(subject: string): string;
  /** A new checkout of the newest commit. */
  checkout(): string;
}

export function createRepository(directory: string): Repository {
  const root = path.join(directory, 'repository');
  let checkouts = 0;
  mkdirSync(root, { recursive: true });
  cpSync(path.join(project, 'config'), path.join(root, 'config'), { recursive: true });
  git(root, 'init', '--quiet', '--initial-branch=main');
  const repository: Repository = {
    edit(file, environments, change) {
      for (const environment of environments) {
        const values = path.join(root, `config/treasure-hunt/${file}.${environment}.yaml`);
        writeFileSync(values, change(readFileSync(values, 'utf8')));
      }
    },
    rename(profile, name) {
      const source = path.join(root, `config/treasure-hunt/${profile}.ts`);
      writeFileSync(source, readFileSync(source, 'utf8').replace(`name: '${profile}'`, `name: '${name}'`));
      for (const environment of ['staging', 'production']) {
        const file = (called: string) => `config/treasure-hunt/${called}.${environment}.yaml`;
        git(root, 'mv', file(profile), file(name));
      }
    },
    revert: () => void git(root, ...asAda, 'revert', '--no-edit', 'HEAD'),
    commit(subject) {
      git(root, 'add', '.');
      git(root, ...asAda, 'commit', '--quiet', '-m', subject);
      return git(root, 'rev-parse', 'HEAD').trim();
    },
    checkout() {
      checkouts += 1;
      const copy = path.join(directory, `checkout-${checkouts}`);
      git(directory, 'clone', '--quiet', root, copy);
      for (const name of linked) symlinkSync(path.join(project, name), path.join(copy, name));
      return copy;
    },
  };
  repository.commit('first values');
  return repository;
}

const asAda = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.org'];

/** As the person at the machine is not asked: neither their settings nor their signature. */
const git = (directory: string, ...words: string[]): string =>
  execFileSync('git', words, {
    cwd: directory,
    encoding: 'utf8',
    env: { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' },
  });

/**
 * Stands in for what is not tried here: installing again what is there, the types of the whole project, and CloudFormation, which
 * the local AWS does not speak.
 * @returns a PATH on which they come first, and how they were called so far.
 */
export function createStandIns(directory: string): { readonly path: string; calls(): readonly string[] } {
  const folder = path.join(directory, 'stand-ins');
  const log = path.join(directory, 'calls');
  mkdirSync(folder);
  writeFileSync(log, '');
  for (const name of ['npm', 'npx']) {
    const file = path.join(folder, name);
    writeFileSync(file, `#!/bin/sh\necho "${name} $*" >> ${log}\n`);
    chmodSync(file, 0o755);
  }
  return {
    path: `${folder}:${process.env['PATH']}`,
    calls: () => readFileSync(log, 'utf8').trim().split('\n'),
  };
}
