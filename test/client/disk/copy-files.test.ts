import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { copyFiles } from '../../../client/disk/copy-files.js';
import { createCopyWriter } from '../../../client/disk/copy-writer.js';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'veltrix-copies-'));
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

describe('copyFiles', () => {
  it('reads back what it wrote, and nothing where nothing was written', async () => {
    const files = copyFiles(path.join(directory, 'a/b/c'));
    expect(await files.read('limits')).toBeUndefined();
    await files.write('limits', 'one');
    await files.write('limits', 'two');
    expect(await files.read('limits')).toBe('two');
  });

  it('leaves nothing beside its file, which only its owner can read', async () => {
    const files = copyFiles(path.join(directory, 'own'));
    await files.write('limits', 'one');
    expect(readdirSync(path.join(directory, 'own'))).toEqual(['limits.copy']);
    expect(statSync(files.place('limits')).mode & 0o777).toBe(0o600);
    expect(statSync(path.join(directory, 'own')).mode & 0o777).toBe(0o700);
  });

  it('leaves the old file when it cannot write, and rejects', async () => {
    const files = copyFiles(directory);
    await files.write('limits', 'one');
    mkdirSync(path.join(directory, `limits.copy.${process.pid}.tmp`));
    await expect(files.write('limits', 'two')).rejects.toThrow('EISDIR');
    expect(readFileSync(files.place('limits'), 'utf8')).toBe('one');
  });

  it('rejects where its directory cannot be made', async () => {
    writeFileSync(path.join(directory, 'file'), '');
    await expect(copyFiles(path.join(directory, 'file/below')).write('limits', 'x')).rejects.toThrow(
      'ENOTDIR',
    );
  });

  it('does not read a file that is too large to be its own', async () => {
    writeFileSync(path.join(directory, 'limits.copy'), Buffer.alloc(9 * 1024 * 1024));
    await expect(copyFiles(directory).read('limits')).rejects.toThrow('is larger than');
  });
});

describe('createCopyWriter', () => {
  it('writes one at a time, and of those that wait only the newest', async () => {
    const written: string[] = [];
    let release: () => void = () => undefined;
    const files = {
      place: () => '',
      read: async () => undefined,
      write: async (_profile: string, text: string) => {
        await new Promise<void>((resolve) => {
          release = resolve;
        });
        written.push(text);
      },
    };
    const writer = createCopyWriter({ files, profile: 'limits', onWritten: () => undefined });
    const saves = ['a', 'b', 'c', 'd'].map((text) => writer.save(text));
    release();
    await expect.poll(() => written).toEqual(['a']);
    release();
    await Promise.all(saves);
    expect(written).toEqual(['a', 'd']);
  });
});
