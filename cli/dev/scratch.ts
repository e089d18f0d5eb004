/** A folder for whatever a run keeps while it lasts. One whose process was killed is removed by the next run. */

import { mkdtemp, readdir, rm } from 'node:fs/promises';
import path from 'node:path';

const prefix = 'veltrix-dev-';
const nameParts = new RegExp(`^${prefix}(\\d+)-`);

/** Makes a folder in `temporary`, named after this process, once those of processes that are gone are removed. */
export async function createScratch(temporary: string): Promise<string> {
  await removeLeftovers(temporary);
  return mkdtemp(path.join(temporary, `${prefix}${process.pid}-`));
}

/** Another user's cannot be removed, and stay. */
async function removeLeftovers(temporary: string): Promise<void> {
  for (const name of await readdir(temporary)) {
    const pid = Number(nameParts.exec(name)?.[1] ?? process.pid);
    if (isAlive(pid)) continue;
    await rm(path.join(temporary, name), { recursive: true, force: true }).catch(() => undefined);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
