import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { overrideFile } from '../../../client/disk/override-file.js';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'veltrix-override-'));
  mkdirSync(path.join(directory, 'node'), { mode: 0o700 });
});
afterEach(() => rmSync(directory, { recursive: true }));

const source = (about: { readonly userId?: number; readonly within?: string } = {}) =>
  overrideFile({ directory: path.join(directory, 'node'), userId: process.geteuid?.(), ...about });
const write = (text: string) => writeFileSync(path.join(directory, 'node/override.json'), text);

it('reads the file beside the last good values; none is nothing, also where there is no folder', async () => {
  expect(source().place).toBe(path.join(directory, 'node/override.json'));
  expect(await source().read()).toBeUndefined();
  write('{}');
  expect(await source().read()).toBe('{}');
  expect(await overrideFile({ directory: path.join(directory, 'none'), userId: 1 }).read()).toBeUndefined();
});

it('reads none from where others could have written it', async () => {
  write('{}');
  await expect(source({ userId: 4_242 }).read()).rejects.toThrow('expected 4242');
  chmodSync(path.join(directory, 'node'), 0o777);
  await expect(source().read()).rejects.toThrow('others may write there');
  chmodSync(path.join(directory, 'node'), 0o700);
  chmodSync(directory, 0o777);
  await expect(source({ within: directory }).read()).rejects.toThrow('others may write there');
});

it('reads none that is larger than a few switches', async () => {
  write('x'.repeat(64 * 1024 + 1));
  await expect(source().read()).rejects.toThrow('is larger than 65536 bytes');
});
