/** Commands as a build service runs them: one shell for all, which ends at the first that fails. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';

export interface Ran {
  readonly exitCode: number;
  readonly output: string;
  /** Variables that were asked for, as they stood in the end. */
  readonly variables: Readonly<Record<string, string>>;
}

export interface Script {
  readonly commands: readonly string[];
  readonly directory: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly exported?: readonly string[];
}

export async function runScript({ commands, directory, environment, exported = [] }: Script): Promise<Ran> {
  const script = [...commands, ...exported.map((name) => `printf '%s\\0' "$${name}" >&3`)].join('\n');
  const child = spawn('bash', ['-e', '-c', script], {
    cwd: directory,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  const texts = { 1: '', 2: '', 3: '' };
  for (const number of [1, 2, 3] as const) {
    child.stdio[number]?.on('data', (part: Buffer) => {
      texts[number] += part.toString();
    });
  }
  const [exitCode] = (await once(child, 'close')) as [number];
  const values = texts[3].split('\0');
  return {
    exitCode,
    output: texts[1] + texts[2],
    variables: Object.fromEntries(exported.map((name, index) => [name, values[index] ?? ''])),
  };
}
