/** The files of a node outside of tests: what it keeps, and what people put beside it. Loaded where anything is kept. */

import { access, constants, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { boundedCall } from '../bounded-call.js';
import { systemClock } from '../clock.js';
import { copyFiles } from './copy-files.js';
import { overrideFile } from './override-file.js';
import { type StateDirectory, stateDirectory } from './state-directory.js';

/** A home on a disk that does not answer is none. */
const homeTimeoutMs = 500;

/** `directory`: what the service chose; `below`: the node's own place in it. */
export async function defaultFiles(directory: string | undefined, below: string) {
  // Files belong to the effective user.
  const userId = process.geteuid?.();
  const chosen: StateDirectory = directory === undefined ? await ownState(userId) : { directory };
  const { within } = chosen;
  const where = { directory: path.join(chosen.directory, below), within, userId };
  return { disk: copyFiles({ ...where, random: Math.random }), overrides: overrideFile(where) };
}

async function ownState(userId: number | undefined): Promise<StateDirectory> {
  const home = await boundedCall<string | undefined>({
    clock: systemClock,
    timeoutMs: homeTimeoutMs,
    controller: new AbortController(),
    call: () => usableHome(userId),
    failed: () => undefined,
  });
  return stateDirectory({ environment: process.env, home, temporary: os.tmpdir(), userId });
}

/** The home directory. Rejects when there is none, or none that can be written to; undefined when it is another user's. */
async function usableHome(userId: number | undefined): Promise<string | undefined> {
  const home = os.homedir();
  const { uid } = await stat(home);
  await access(home, constants.W_OK);
  return userId === undefined || uid === userId ? home : undefined;
}
