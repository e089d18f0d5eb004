/** `veltrix dev` from nothing to a changed fleet, and back to nothing. */

import { once } from 'node:events';
import { mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { run, start, untilLine } from './command.js';
import { createSampleProject, type SampleProject } from './sample-project.js';

let project: SampleProject;
let place: { directory: string; environment: Readonly<Record<string, string>> };

beforeEach(() => {
  project = createSampleProject();
  place = { directory: project.root, environment: project.environment };
});
afterEach(() => project.remove());

const options = ['--port', '0', '--nodes', '3', '--speed', '600'];

describe('veltrix dev', () => {
  it('--once carries a change to every node, then ends and leaves nothing behind', async () => {
    const { exitCode, output, noise } = await run(['dev', '--once', ...options], place);
    expect(output).toMatch(
      /all 3 nodes hold gameplay v1, limits v1.*all 3 nodes hold gameplay v2, limits v1/s,
    );
    const took = output.split('\n').filter((line) => line.includes('gameplay v1 → v2'));
    expect(took.map((line) => line.trim()).sort()).toEqual([
      'node-1  gameplay v1 → v2',
      'node-2  gameplay v1 → v2',
      'node-3  gameplay v1 → v2',
    ]);
    expect(noise).toBe('');
    expect(exitCode).toBe(0);
    expect(project.leftovers()).toEqual([]);
  }, 90_000);

  it('serves other terminals until Ctrl-C, then leaves nothing behind', async () => {
    const dev = start(['dev', '--json', ...options], place);
    const closed = once(dev, 'close');
    await untilLine(dev, ({ event }) => event === 'converged');
    const { output, exitCode } = await run(['nodes', 'treasure-hunt/staging'], place);
    expect(output).toContain('treasure-hunt/staging: 3 nodes, 3 live');
    expect(exitCode).toBe(0);
    const second = await run(['demo', 'bad-version'], place);
    expect(second.output).toMatch(/This project has a local AWS already: http:.*stop it first: Ctrl-C/s);
    expect(second.exitCode).toBe(1);
    expect((await run(['status'], place)).output).toContain('treasure-hunt/staging/gameplay');
    dev.stdout?.resume();
    dev.kill('SIGINT');
    expect(await closed).toEqual([0, null]);
    expect(project.leftovers()).toEqual([]);
  }, 90_000);

  it('ends with 1 and leaves nothing behind when the stacks cannot be synthesized', async () => {
    const { exitCode, output } = await run(['dev', ...options], {
      ...place,
      environment: { ...project.environment, NODE_OPTIONS: '--no-such-option' },
    });
    expect(exitCode).not.toBe(0);
    expect(output).not.toContain('hold');
    expect(project.leftovers()).toEqual([]);
  });

  it('removes at its start what a killed one left behind, and nothing of one that lives', async () => {
    const killed = start(['dev', '--json', ...options], place);
    await untilLine(killed, ({ event }) => event === 'deployed');
    const closed = once(killed, 'close');
    killed.stdout?.resume();
    killed.kill('SIGKILL');
    await closed;
    const [left] = project.leftovers();
    expect(left).toMatch(new RegExp(`^veltrix-dev-${killed.pid}-`));
    const living = `veltrix-dev-${process.pid}-abc`;
    const others = ['veltrix-dev-other', 'veltrix-scratch-1'];
    for (const name of [living, ...others]) mkdirSync(path.join(project.temporary, name));
    const dev = start(['dev', '--json', ...options], place);
    await untilLine(dev, ({ event }) => event === 'local-aws');
    const found = readdirSync(project.temporary).filter(
      (name) => !name.startsWith(`veltrix-dev-${dev.pid}-`),
    );
    expect(found.sort()).toEqual([living, ...others].sort());
    const ended = once(dev, 'close');
    dev.stdout?.resume();
    dev.kill('SIGINT');
    await ended;
  }, 90_000);
});
