/** A command that tells what it does in lines of JSON, and when each came. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { projectRoot } from './bundles.js';

/** A command that takes longer hangs. */
const commandTimeoutMs = 180_000;

export interface TimedLine {
  /** Since the command was started. */
  readonly afterMs: number;
  readonly value: unknown;
}

/** Runs a command in the project's root to its end. @throws Error with what it complained of when it fails. */
export async function runTimed(command: string, ...options: readonly string[]): Promise<TimedLine[]> {
  const startedMs = performance.now();
  const child = spawn(command, options, {
    cwd: projectRoot,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: commandTimeoutMs,
  });
  const ended = once(child, 'close');
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => {
    complaint += chunk.toString();
  });
  const lines: { readonly afterMs: number; readonly text: string }[] = [];
  createInterface({ input: child.stdout }).on('line', (text) => {
    lines.push({ afterMs: performance.now() - startedMs, text });
  });
  const [code, signal] = await ended;
  if (code !== 0) throw new Error(`${command} ended with ${code ?? signal}: ${complaint.trim()}`);
  return lines.map(({ afterMs, text }) => ({ afterMs, value: JSON.parse(text) }));
}
