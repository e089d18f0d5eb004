import { mkdtempSync, rmSync, statSync, symlinkSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { defaultDeps } from '../../client/default-deps.js';
import { readOptions } from '../../client/options.js';
import { hunt } from './world.js';

const temporary = os.tmpdir();
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(temporary, 'veltrix-defaults-'));
  vi.stubEnv('STATE_DIRECTORY', undefined);
  vi.stubEnv('XDG_STATE_HOME', undefined);
  vi.stubEnv('HOME', folder);
  vi.stubEnv('TMPDIR', folder);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

const diskOf = async (directory?: string | false) => {
  const settings = readOptions(hunt, { environment: 'staging', node: 'n1', directory });
  return (await defaultDeps(hunt, settings)).disk;
};
const placeOf = async (directory?: string | false) => (await diskOf(directory))?.place('limits');

describe('the disk of a node', () => {
  it("is in the user's home, readable by them alone", async () => {
    const disk = await diskOf();
    expect(disk?.place('limits')).toBe(path.join(folder, '.local/state/veltrix/hunt/staging/n1/limits.copy'));
    await disk?.write('limits', 'one');
    expect(statSync(path.join(folder, '.local/state/veltrix')).mode & 0o777).toBe(0o700);
    expect(await disk?.read('limits')).toBe('one');
  });

  it('is where systemd says', async () => {
    vi.stubEnv('STATE_DIRECTORY', '/var/lib/game:/var/lib/other');
    expect(await placeOf()).toBe('/var/lib/game/hunt/staging/n1/limits.copy');
  });

  it('is where the option says', async () => {
    vi.stubEnv('STATE_DIRECTORY', '/var/lib/game');
    expect(await placeOf('/srv')).toBe('/srv/hunt/staging/n1/limits.copy');
    expect(await placeOf(false)).toBeUndefined();
  });

  it('is a folder by the number of the user where there is no home, and refused when somebody else made it', async () => {
    vi.stubEnv('HOME', '/nonexistent');
    const own = path.join(folder, `veltrix-${process.geteuid?.()}`);
    const disk = await diskOf();
    expect(disk?.place('limits')).toBe(path.join(own, 'hunt/staging/n1/limits.copy'));
    symlinkSync(folder, own);
    await expect(disk?.write('limits', 'one')).rejects.toThrow(`${own} is not used for last good values`);
  });
});

describe('the event loop of a node', () => {
  it('is busy while it computes, and not while it waits', async () => {
    const { loopBusyMs = () => Number.NaN } = await defaultDeps(
      hunt,
      readOptions(hunt, { environment: 'staging', node: 'n1' }),
    );
    await new Promise(setImmediate);
    const startedMs = performance.now();
    const before = loopBusyMs();
    while (performance.now() - startedMs < 30);
    const computed = loopBusyMs() - before;
    expect(computed).toBeGreaterThanOrEqual(29);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(loopBusyMs() - before - computed).toBeLessThan(90);
  });
});
