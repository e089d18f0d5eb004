/** A program that runs beside the measurement and tells, a line of JSON each, what happens in it. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Program } from './processes.js';

/** A companion that is needed for longer waits for something that does not come. */
const companionTimeoutMs = 600_000;

export interface Companion {
  /** Lines that have not been taken yet, then those that come. Throws when the program ends by itself. */
  readonly lines: AsyncIterator<unknown, never>;
}

/** Runs it for as long as `work` takes, with a standard input that ends when this process does; shows its standard error. */
export async function withCompanion<Result>(
  { file, environment, nodeOptions = [] }: Program,
  work: (companion: Companion) => Promise<Result>,
): Promise<Result> {
  const child = spawn(process.execPath, [...nodeOptions, file], {
    env: { PATH: process.env['PATH'], ...environment },
    stdio: ['pipe', 'pipe', 'inherit'],
    timeout: companionTimeoutMs,
  });
  const ended = once(child, 'close');
  // Listens from here on: lines that come before the first is asked for are kept.
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  try {
    return await work({ lines: parsed(file, lines) });
  } finally {
    child.kill('SIGKILL');
    await ended;
  }
}

async function* parsed(file: string, lines: AsyncIterableIterator<string>): AsyncGenerator<unknown, never> {
  for await (const line of lines) yield JSON.parse(line);
  throw new Error(`${file} ended while it was needed`);
}
