/** Holds a directory to be this user's alone: whoever can write there chooses what the service runs. */

import type { Stats } from 'node:fs';
import { lstat } from 'node:fs/promises';

/** The rights of group and others to write (inode(7): S_IWGRP, S_IWOTH). */
const othersMayWriteMode = 0o022;

/**
 * Resolves when `directory` is one in which nobody but `userId` (and root) can put files. Without a `userId`, where the
 * system has none, only its kind is looked at.
 * @throws Error that names the directory and what is wrong with it; what `lstat` rejects with, as when it is missing.
 */
export async function refuseForeignDirectory(directory: string, userId: number | undefined): Promise<void> {
  const wrong = whyForeign(await lstat(directory), userId);
  if (wrong !== undefined) throw new Error(`${directory} is not used for last good values: ${wrong}`);
}

function whyForeign(found: Stats, userId: number | undefined): string | undefined {
  if (found.isSymbolicLink()) return 'it is a symbolic link, expected a directory';
  if (!found.isDirectory()) return 'it is no directory';
  if (userId === undefined) return undefined;
  if (found.uid !== userId) return `it belongs to user ${found.uid}, expected ${userId}`;
  if ((found.mode & othersMayWriteMode) !== 0) {
    return `others may write there (mode ${(found.mode & 0o777).toString(8)}), expected 700: look through its files, then chmod it`;
  }
  return undefined;
}
