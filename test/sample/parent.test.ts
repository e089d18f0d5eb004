/** A child that holds on to life until its parent lets go. Real processes, because that is what it is about. */

import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';

const source = fileURLToPath(new URL('../../sample/parent.ts', import.meta.url));
const script = `
  import { createReadStream } from 'node:fs';
  import { watchParent } from ${JSON.stringify(source)};
  const life = setInterval(() => {}, 1000);
  watchParent(() => {
    console.log('gone');
    clearInterval(life);
  });
  // Ends later than a standard input of the same kind would.
  createReadStream('/dev/null').on('close', () => setImmediate(() => console.log('watching'))).resume();
`;

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

async function start(stdio: SpawnOptions['stdio']) {
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], { stdio });
  children.push(child);
  const lines: string[] = [];
  child.stdout?.setEncoding('utf8').on('data', (text: string) => lines.push(...text.trim().split('\n')));
  await expect.poll(() => lines, { timeout: 20_000 }).toContain('watching');
  return { child, lines };
}

describe('a process that watches its parent', () => {
  it('ends when its standard input ends', async () => {
    const { child, lines } = await start(['pipe', 'pipe', 'inherit']);
    child.stdin?.end();
    await once(child, 'exit');
    expect(lines).toEqual(['watching', 'gone']);
  });

  it('ends when the channel to its parent ends', async () => {
    const { child, lines } = await start(['ignore', 'pipe', 'inherit', 'ipc']);
    child.disconnect();
    await once(child, 'exit');
    expect(lines).toEqual(['watching', 'gone']);
  });

  it('lives on where standard input is /dev/null, as service managers give it', async () => {
    const { child, lines } = await start(['ignore', 'pipe', 'inherit']);
    child.kill('SIGTERM');
    const [, signal] = await once(child, 'exit');
    expect({ signal, lines }).toEqual({ signal: 'SIGTERM', lines: ['watching'] });
  });
});
