/** Begins a project: writes what is not there, and touches nothing that is. */

import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { nameMaxChars, namePattern } from '../../../core/addresses.js';
import { UsageError } from '../../../core/errors.js';
import { type Starter, starterFiles } from './starter.js';

export interface Begun {
  /** Absolute. */
  readonly directory: string;
  /** Its first profile in its first environment: `shop/staging/limits`. */
  readonly address: string;
  /** Paths from the project's root. */
  readonly written: readonly string[];
  /** What was there already, and what to do about it, if anything. */
  readonly kept: readonly { readonly path: string; readonly todo?: string }[];
}

/**
 * @param directory absolute; made where it is missing.
 * @throws UsageError for a name that no address admits, before anything is written.
 */
export async function init(directory: string, starter: Starter): Promise<Begun> {
  demandNames(starter);
  const { application, environments, profile } = starter;
  const written: string[] = [];
  const kept: Begun['kept'][number][] = [];
  for (const { path: file, content, otherwise } of starterFiles(starter)) {
    if (await writeNew(path.join(directory, file), content)) written.push(file);
    else kept.push({ path: file, ...(otherwise !== undefined && { todo: otherwise }) });
  }
  return { directory, address: `${application}/${environments[0]}/${profile}`, written, kept };
}

/** The nearest name that an address admits: `My Shop` → `my-shop`; undefined when nothing is left of it. */
export function nameFrom(text: string): string | undefined {
  const name = text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+/, '')
    .slice(0, nameMaxChars)
    .replace(/-+$/, '');
  return namePattern.test(name) ? name : undefined;
}

function demandNames({ application, profile, environments }: Starter): void {
  const twice = environments.find((name, index) => environments.indexOf(name) !== index);
  if (twice !== undefined) {
    throw new UsageError(`The environment "${twice}" is named twice`, { hint: 'Name each once.' });
  }
  for (const name of [application, profile, ...environments]) {
    if (namePattern.test(name) && name.length <= nameMaxChars) continue;
    const better = nameFrom(name);
    throw new UsageError(
      `"${name}" is no name: lower-case letters, digits and single dashes, ${nameMaxChars} characters at most`,
      {
        hint: better === undefined ? 'Begin with a letter.' : `Write ${better}.`,
      },
    );
  }
}

/** False when there is one. @throws UsageError when it cannot be written. */
async function writeNew(file: string, content: string): Promise<boolean> {
  try {
    await mkdir(path.dirname(file), { recursive: true });
    return await writeUnlessThere(file, content);
  } catch (cause) {
    throw new UsageError(`${file} cannot be written (${(cause as NodeJS.ErrnoException).code})`, {
      hint: 'Look at the folders above it. What was written until here stays, and is kept when you try again.',
      cause,
    });
  }
}

async function writeUnlessThere(file: string, content: string): Promise<boolean> {
  try {
    await writeFile(file, content, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}
