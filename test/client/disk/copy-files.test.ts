import { execFileSync } from 'node:child_process';
import { lookup } from 'node:dns/promises';
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CopyFilesDeps, copyFiles } from '../../../client/disk/copy-files.js';
import { createCopyWriter } from '../../../client/disk/copy-writer.js';
import { createWorld } from '../world.js';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'veltrix-copies-'));
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

const userId = process.geteuid?.();
/** With a source of randomness that always says the same, the file beside is called this. */
const beside = 'limits.copy.88888888-8888-4888-8888-888888888888.tmp';

const filesIn = (folder: string, changes: Partial<CopyFilesDeps> = {}) =>
  copyFiles({ directory: path.join(directory, folder), userId, random: () => 0.5, ...changes });

describe('copyFiles', () => {
  it('reads back what it wrote, and nothing where nothing was written', async () => {
    const files = filesIn('a/b/c');
    expect(await files.read('limits')).toBeUndefined();
    await files.write('limits', 'one');
    expect(await files.read('gameplay')).toBeUndefined();
    await files.write('limits', 'two');
    expect(await files.read('limits')).toBe('two');
  });

  it('leaves nothing beside its file, which only its owner can read', async () => {
    const files = filesIn('own');
    await files.write('limits', 'one');
    expect(readdirSync(path.join(directory, 'own'))).toEqual(['limits.copy']);
    expect(statSync(files.place('limits')).mode & 0o777).toBe(0o600);
    expect(statSync(path.join(directory, 'own')).mode & 0o777).toBe(0o700);
  });

  it('leaves the old file when it cannot write, and rejects', async () => {
    const files = filesIn('.');
    await files.write('limits', 'one');
    mkdirSync(path.join(directory, beside));
    await expect(files.write('limits', 'two')).rejects.toThrow('EEXIST');
    expect(readFileSync(files.place('limits'), 'utf8')).toBe('one');
  });

  it('does not write through a link that waits beside its file', async () => {
    writeFileSync(path.join(directory, 'precious'), 'mine');
    symlinkSync(path.join(directory, 'precious'), path.join(directory, beside));
    await expect(filesIn('.').write('limits', 'two')).rejects.toThrow('EEXIST');
    expect(readFileSync(path.join(directory, 'precious'), 'utf8')).toBe('mine');
  });

  it('calls the file beside otherwise each time', async () => {
    let calls = 0;
    const files = filesIn('.', { random: () => (calls++ < 32 ? 0.5 : 0.25) });
    mkdirSync(path.join(directory, beside));
    await expect(files.write('limits', 'one')).rejects.toThrow('EEXIST');
    await files.write('limits', 'two');
    expect(await files.read('limits')).toBe('two');
  });

  it('removes what a process left that was killed while it wrote', async () => {
    const files = filesIn('.');
    await files.write('limits', 'one');
    writeFileSync(path.join(directory, beside), 'half');
    writeFileSync(path.join(directory, 'gameplay.copy.1.tmp'), 'of another profile');
    expect(await files.read('limits')).toBe('one');
    expect(readdirSync(directory).sort()).toEqual(['gameplay.copy.1.tmp', 'limits.copy']);
  });

  it('rejects where its directory cannot be made', async () => {
    writeFileSync(path.join(directory, 'file'), '');
    await expect(filesIn('file/below').write('limits', 'x')).rejects.toThrow('ENOTDIR');
  });

  it('does not read a file that is too large to be its own', async () => {
    writeFileSync(path.join(directory, 'limits.copy'), Buffer.alloc(9 * 1024 * 1024));
    await expect(filesIn('.').read('limits')).rejects.toThrow('is larger than');
  });
});

describe('copyFiles, in a directory that is not its own', () => {
  const planted: readonly [what: string, says: string, plant: () => Partial<CopyFilesDeps>][] = [
    [
      'is a link to one',
      'it is a symbolic link, expected a directory',
      () => {
        symlinkSync(path.join(directory, 'real'), path.join(directory, 'node'));
        return {};
      },
    ],
    [
      'belongs to somebody else',
      `it belongs to user ${userId}, expected 4711`,
      () => {
        return { directory: path.join(directory, 'real'), userId: 4711 };
      },
    ],
    [
      'its group may write to',
      'others may write there (mode 720), expected 700',
      () => {
        chmodSync(path.join(directory, 'real'), 0o720);
        return { directory: path.join(directory, 'real') };
      },
    ],
    [
      'everyone may write to',
      'others may write there (mode 702), expected 700',
      () => {
        chmodSync(path.join(directory, 'real'), 0o702);
        return { directory: path.join(directory, 'real') };
      },
    ],
    [
      'is a file',
      'it is no directory',
      () => {
        writeFileSync(path.join(directory, 'node'), '');
        return {};
      },
    ],
  ];
  beforeEach(() => {
    mkdirSync(path.join(directory, 'real'), { mode: 0o700 });
    writeFileSync(path.join(directory, 'real/limits.copy'), 'planted');
  });

  it.each(planted)('neither reads nor writes what %s', async (_what, says, plant) => {
    const files = filesIn('node', plant());
    await expect(files.read('limits')).rejects.toThrow(says);
    await expect(files.write('limits', 'one')).rejects.toThrow(/EEXIST|is not used for last good values/);
    expect(readFileSync(path.join(directory, 'real/limits.copy'), 'utf8')).toBe('planted');
    expect(readdirSync(path.join(directory, 'real'))).toEqual(['limits.copy']);
  });

  it('makes nothing below one that was planted where everyone may write', async () => {
    symlinkSync(path.join(directory, 'real'), path.join(directory, 'veltrix-0'));
    const within = path.join(directory, 'veltrix-0');
    const files = filesIn('veltrix-0/hunt/staging/n1', { within });
    await expect(files.read('limits')).rejects.toThrow(`${within} is not used`);
    await expect(files.write('limits', 'one')).rejects.toThrow(`${within} is not used`);
    expect(existsSync(path.join(directory, 'real/hunt'))).toBe(false);
  });

  it('lets its node start from AppConfig, and say what is wrong', async () => {
    symlinkSync(path.join(directory, 'real'), path.join(directory, 'node'));
    const world = createWorld();
    const node = await world.connect({}, filesIn('node'));
    const problem = `${path.join(directory, 'node')} is not used for last good values: it is a symbolic link, expected a directory`;
    await expect.poll(() => node.status().diskError).toBe(problem);
    expect(node.config.limits.state().source).toBe('cloud');
    expect(world.logged[0]?.message).toContain(problem);
    await node.close();
    expect(readdirSync(path.join(directory, 'real'))).toEqual(['limits.copy']);
  });
});

describe('a disk that hangs', () => {
  it('keeps at most half of the threads that look up host names, however many profiles are on it', async () => {
    const files = filesIn('.');
    const profiles = ['a', 'b', 'c', 'd', 'e', 'f'];
    const pipes = profiles.map((profile) => files.place(profile));
    // Who opens a pipe that nobody writes to waits.
    execFileSync('mkfifo', pipes);
    const reading = profiles.map((profile) => files.read(profile));
    const lookups = async () => {
      // Until each of the reads has come as far as it can.
      for (let turn = 0; turn < 20; turn++) await lookup('localhost');
    };
    const found = await Promise.race([lookups(), setTimeout(5000, 'no answer', { ref: false })]);
    const ends = pipes.map((pipe) => openSync(pipe, 'r+'));
    for (const pipe of pipes) rmSync(pipe);
    for (const end of ends) closeSync(end);
    expect(await Promise.all(reading)).toEqual(['', '', undefined, undefined, undefined, undefined]);
    expect(found).not.toBe('no answer');
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
