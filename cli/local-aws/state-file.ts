/**
 * Where the local AWS of a project runs, so that commands in a second terminal find it: `.veltrix/local.json`, there
 * exactly as long as it serves. One whose process is gone (killed, power cut) is ignored.
 */

import { mkdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';

const stateSchema = z.object({
  endpoint: z.string(),
  /** The process that serves it. */
  pid: z.int(),
  /** What a process needs in its environment to reach it. */
  environment: z.record(z.string(), z.string()),
});
export type LocalState = z.infer<typeof stateSchema>;

const fileOf = (root: string): string => path.join(root, '.veltrix', 'local.json');

export function writeLocalState(root: string, state: LocalState): void {
  const file = fileOf(root);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(state, undefined, 2)}\n`);
}

/** Removes this process's own state; the folder too, when nothing else is in it. */
export function removeLocalState(root: string): void {
  if (readFile(fileOf(root))?.pid !== process.pid) return;
  rmSync(fileOf(root), { force: true });
  try {
    rmdirSync(path.dirname(fileOf(root)));
  } catch {
    // Kept state lives there as well.
  }
}

/** The local AWS that serves the project `from` lies in; undefined when none does. */
export function findLocalState(from: string): LocalState | undefined {
  const state = livingLocalState(from);
  if (state) return state;
  const parent = path.dirname(from);
  return parent === from ? undefined : findLocalState(parent);
}

/** The local AWS that serves the project with this very root. */
export function livingLocalState(root: string): LocalState | undefined {
  const state = readFile(fileOf(root));
  return state && isAlive(state.pid) ? state : undefined;
}

function readFile(file: string): LocalState | undefined {
  try {
    return stateSchema.safeParse(JSON.parse(readFileSync(file, 'utf8'))).data;
  } catch {
    return undefined;
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
