/** Files of last good values: `<directory>/<application>/<environment>/<node>/<profile>.copy`. */

import { mkdir, open, rename, rm } from 'node:fs/promises';
import path from 'node:path';

/** Two versions of AppConfig's largest content as JSON text, and some. A larger file is not ours. */
const fileMaxBytes = 8 * 1024 * 1024;

/** Where copies are kept. One writer per file at a time. */
export interface CopyFiles {
  /** Where a profile's file is, for people. */
  place(profile: string): string;
  /** A profile's file; undefined when there is none. Rejects when it cannot be read. */
  read(profile: string): Promise<string | undefined>;
  /** Replaces a profile's file as a whole, or leaves it as it was and rejects. */
  write(profile: string, text: string): Promise<void>;
}

/** Files in one directory, readable by their owner alone: content and tokens are nobody else's business. */
export function copyFiles(directory: string): CopyFiles {
  const fileOf = (profile: string) => path.join(directory, `${profile}.copy`);
  return {
    place: fileOf,
    read: (profile) => readWhole(fileOf(profile)),
    write: async (profile, text) => {
      await mkdir(directory, { recursive: true, mode: 0o700 });
      await writeBeside(fileOf(profile), text);
    },
  };
}

async function readWhole(file: string): Promise<string | undefined> {
  try {
    const handle = await open(file);
    try {
      const { size } = await handle.stat();
      if (size > fileMaxBytes) throw new Error(`${file} is larger than ${fileMaxBytes} bytes`);
      return await handle.readFile('utf8');
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** Written beside, forced to the disk, then renamed: a crash at any point leaves the old file or the new one. */
async function writeBeside(file: string, text: string): Promise<void> {
  const beside = `${file}.${process.pid}.tmp`;
  try {
    const handle = await open(beside, 'w', 0o600);
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

const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ENOENT';
