/** What git says of a project's file. Asked on the command line as people ask it, so that no library has to be right. */

import { execFileSync } from 'node:child_process';

export type GitState =
  /** There is no git, or the project lies outside a work tree. */
  | { readonly kind: 'outside' }
  /** It is not as committed: changed, new, or git would not say. */
  | { readonly kind: 'changed' }
  /** As in the commit that is checked out, whose full hash this is. */
  | { readonly kind: 'committed'; readonly commit: string };

/** `file` is a path from `root`. Never throws: publishing does not depend on git. */
export function gitStateOf(root: string, file: string): GitState {
  try {
    const [commit = '', committed] = git(root, ['rev-parse', 'HEAD', `HEAD:./${file}`]).split('\n');
    const [current] = git(root, ['hash-object', '--', file]).split('\n');
    return committed === current ? { kind: 'committed', commit } : { kind: 'changed' };
  } catch (error) {
    return isOutside(error) ? { kind: 'outside' } : { kind: 'changed' };
  }
}

const git = (directory: string, words: readonly string[]): string =>
  execFileSync('git', words, {
    cwd: directory,
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
    stdio: ['ignore', 'pipe', 'pipe'],
  }).trim();

function isOutside(error: unknown): boolean {
  const { code, stderr } = error as { readonly code?: unknown; readonly stderr?: unknown };
  return code === 'ENOENT' || /not a git repository/i.test(String(stderr));
}
