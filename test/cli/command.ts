/** The command as a process, in a clean environment: what a person or a script would run. The suite's set-up built it. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export const repository = fileURLToPath(new URL('../..', import.meta.url));
const program = path.join(repository, 'dist/cli/veltrix.js');

export interface Place {
  readonly directory: string;
  readonly environment?: Readonly<Record<string, string>>;
}

/** Nothing of the AWS that the person who runs the tests may be signed in to. */
function environmentOf({ environment }: Place): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !/^(AWS_|NO_COLOR|FORCE_COLOR|CI$)/.test(name));
  return { ...Object.fromEntries(own), AWS_EC2_METADATA_DISABLED: 'true', ...environment };
}

export function start(words: readonly string[], place: Place): ChildProcess {
  return spawn(process.execPath, [program, ...words], {
    cwd: place.directory,
    env: environmentOf(place),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

export interface Ended {
  readonly exitCode: number | null;
  readonly output: string;
  /** What went to standard error: nothing, ever. */
  readonly noise: string;
}

export async function run(words: readonly string[], place: Place): Promise<Ended> {
  const child = start(words, place);
  let output = '';
  let noise = '';
  child.stdout?.on('data', (text: Buffer) => {
    output += text.toString();
  });
  child.stderr?.on('data', (text: Buffer) => {
    noise += text.toString();
  });
  const [exitCode] = (await once(child, 'close')) as [number | null];
  return { exitCode, output, noise };
}

/** The one JSON document a command prints under --json. */
export async function runJson(words: readonly string[], place: Place) {
  const ended = await run([...words, '--json'], place);
  return { ...ended, data: JSON.parse(ended.output) as Record<string, unknown> };
}

/** Reads a child's lines of JSON until one fits. @throws when it ends before. */
export async function untilLine(
  child: ChildProcess,
  fits: (line: Record<string, unknown>) => boolean,
): Promise<Record<string, unknown>> {
  if (!child.stdout) throw new Error('its output must be a pipe');
  const lines: string[] = [];
  for await (const text of createInterface({ input: child.stdout })) {
    lines.push(text);
    const line = JSON.parse(text) as Record<string, unknown>;
    if (fits(line)) return line;
  }
  throw new Error(`it ended before the line came:\n${lines.slice(-20).join('\n')}`);
}

export interface Scratch {
  readonly path: string;
  remove(): void;
}

/** A folder of its own. */
export function createScratch(): Scratch {
  const folder = mkdtempSync(path.join(tmpdir(), 'veltrix-scratch-'));
  return { path: folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
