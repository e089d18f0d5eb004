/** Files of last good values: `<directory>/<application>/<environment>/<node>/<profile>.copy`. */

import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { randomUuid } from '../incarnation.js';
import { refuseForeignDirectory } from './own-directory.js';

/** A disk that hangs keeps the threads that wait for it, and a process has four (UV_THREADPOOL_SIZE), which look up host names too. */
const atOnceMax = 2;
/** Two versions of AppConfig's largest content as JSON text, and some. A larger file is not ours. */
const fileMaxBytes = 8 * 1024 * 1024;

/** Where copies are kept. One writer per file at a time. */
export interface CopyFiles {
  /** Where a profile's file is, for people. */
  place(profile: string): string;
  /** A profile's file; undefined when there is none. Rejects when it cannot be read, or lies where others may write. */
  read(profile: string): Promise<string | undefined>;
  /** Replaces a profile's file as a whole, or leaves it as it was and rejects. */
  write(profile: string, text: string): Promise<void>;
}

export interface CopyFilesDeps {
  readonly directory: string;
  /** A directory above it that must be this user's alone as well. */
  readonly within?: string | undefined;
  /** Who must own the directory; absent where the system has no numbers for users. */
  readonly userId: number | undefined;
  /** From 0 up to 1. */
  readonly random: () => number;
}

/**
 * Files in one directory, readable by their owner alone: content and tokens are nobody else's business. A directory that
 * is a link, another user's, or open to others' writing is neither read nor written.
 */
export function copyFiles({ directory, within, userId, random }: CopyFilesDeps): CopyFiles {
  const fileOf = (profile: string) => path.join(directory, `${profile}.copy`);
  const guarded = within === undefined ? [directory] : [within, directory];
  const inTurn = turns(atOnceMax);
  const read = async (profile: string) => {
    await refuseForeign({ directory, within, userId });
    await removeLeftovers(directory, profile);
    return await readWhole(fileOf(profile), fileMaxBytes);
  };
  const write = async (profile: string, text: string) => {
    // One after the other: nothing is made below a directory that was not looked at.
    for (const each of guarded) {
      await mkdir(each, { recursive: true, mode: 0o700 });
      await refuseForeignDirectory(each, userId);
    }
    await writeBeside(fileOf(profile), text, randomUuid(random));
  };
  return {
    place: fileOf,
    read: (profile) => inTurn(() => unlessMissing(() => read(profile))),
    write: (profile, text) => inTurn(() => write(profile, text)),
  };
}

/** Lets at most so many of what it is given run at once; the others wait in line. */
function turns(max: number): <Result>(work: () => Promise<Result>) => Promise<Result> {
  const waiting: (() => void)[] = [];
  let free = max;
  return async (work) => {
    if (free === 0) await new Promise<void>((resolve) => waiting.push(resolve));
    else free -= 1;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free += 1;
    }
  };
}

/** Rejects where others may write. */
export async function refuseForeign({
  directory,
  within = directory,
  userId,
}: Omit<CopyFilesDeps, 'random'>): Promise<void> {
  for (const each of [within, directory]) await refuseForeignDirectory(each, userId);
}

/** A file's text. Rejects when it is larger than `maxBytes`. */
export async function readWhole(file: string, maxBytes: number): Promise<string> {
  const handle = await open(file);
  try {
    const { size } = await handle.stat();
    if (size > maxBytes) throw new Error(`${file} is larger than ${maxBytes} bytes`);
    return await handle.readFile('utf8');
  } finally {
    await handle.close();
  }
}

/** What a process left that was killed while it wrote. */
async function removeLeftovers(directory: string, profile: string): Promise<void> {
  const names = await readdir(directory);
  const leftovers = names.filter((name) => name.startsWith(`${profile}.copy.`) && name.endsWith('.tmp'));
  for (const name of leftovers) {
    await rm(path.join(directory, name), { force: true }).catch(() => undefined);
  }
}

/**
 * Written beside, forced to the disk, then renamed: a crash at any point leaves the old file or the new one. The file
 * beside must not exist yet (`wx`): a link that waits under its name is not followed.
 */
async function writeBeside(file: string, text: string, suffix: string): Promise<void> {
  const beside = `${file}.${suffix}.tmp`;
  const handle = await open(beside, 'wx', 0o600);
  try {
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(beside, file);
  } catch (error) {
    await rm(beside, { force: true }).catch(() => undefined);
    throw error;
  }
}

/** Undefined where there is no such file or folder. */
export async function unlessMissing<Found>(find: () => Promise<Found>): Promise<Found | undefined> {
  try {
    return await find();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
