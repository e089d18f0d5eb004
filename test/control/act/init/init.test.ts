import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { init, nameFrom } from '../../../../control/act/init/init.js';
import type { Starter } from '../../../../control/act/init/starter.js';
import { namePattern } from '../../../../core/addresses.js';
import { UsageError } from '../../../../core/errors.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'veltrix-init-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const starter: Starter = {
  application: 'parcel-shop',
  profile: 'limits',
  environments: ['staging', 'production'],
};
const read = (file: string) => readFileSync(path.join(folder, file), 'utf8');

const files = [
  'config/parcel-shop/application.ts',
  'config/parcel-shop/limits.ts',
  'config/parcel-shop/limits.staging.yaml',
  'config/parcel-shop/limits.production.yaml',
  'config/applications.ts',
  'infra/stages.ts',
  'infra/main.ts',
  'cdk.json',
  '.github/workflows/configuration.yml',
  'package.json',
  'tsconfig.json',
  '.gitignore',
];

describe('init', () => {
  it('writes a project whose files its own schema admits', async () => {
    const begun = await init(path.join(folder, 'new'), starter);
    expect(begun).toEqual({
      directory: path.join(folder, 'new'),
      address: 'parcel-shop/staging/limits',
      written: files,
      kept: [],
    });
    // In the project itself, its packages are found: test/system/packages.test.ts loads it there.
    expect(readFileSync(path.join(folder, 'new/config/parcel-shop/limits.staging.yaml'), 'utf8')).toContain(
      'timeoutMs: 500',
    );
  });

  it('writes a workflow that publishes to one environment after the other, with what was planned', async () => {
    await init(folder, starter);
    const { jobs } = parse(read('.github/workflows/configuration.yml'));
    const commands = (job: string) => jobs[job].steps.flatMap(({ run }: { run?: string }) => run ?? []);
    expect(Object.keys(jobs)).toEqual(['check', 'staging', 'production']);
    expect(commands('check')).toEqual(['npm ci', 'npm test']);
    expect(commands('staging')).toEqual([
      'npm ci',
      'npx veltrix plan parcel-shop/staging --save plan.json',
      `npx veltrix publish parcel-shop/staging --planned plan.json -m "\${SUBJECT%%$'\\n'*}" --queue --complete --timeout 4h --yes`,
    ]);
    expect(commands('production').at(-1)).toMatch(/ --yes --after parcel-shop\/staging$/);
    expect([jobs.staging.needs, jobs.production.needs]).toEqual(['check', 'staging']);
    expect([jobs.check.permissions, jobs.production.permissions]).toEqual([
      undefined,
      { contents: 'read', 'id-token': 'write' },
    ]);
  });

  it('changes no file that is there, and says what to do about it', async () => {
    mkdirSync(path.join(folder, 'config'));
    writeFileSync(path.join(folder, 'package.json'), '{ "name": "mine" }');
    writeFileSync(path.join(folder, 'config/applications.ts'), 'export const applications = [];');
    const begun = await init(folder, starter);
    expect(read('package.json')).toBe('{ "name": "mine" }');
    expect(read('config/applications.ts')).toBe('export const applications = [];');
    expect(begun.kept).toEqual([
      {
        path: 'config/applications.ts',
        todo: "name parcelShop in its list: import { parcelShop } from './parcel-shop/application.js'",
      },
      { path: 'package.json', todo: '"type": "module" is needed in it' },
    ]);
    expect(begun.written).toEqual(files.filter((file) => !begun.kept.some((item) => item.path === file)));
  });

  it('keeps everything the second time', async () => {
    await init(folder, starter);
    const again = await init(folder, starter);
    expect(again.written).toEqual([]);
    expect(again.kept.map((item) => item.path)).toEqual(files);
  });

  it.each([
    ['a name with capitals', { application: 'Shop' }, 'Write shop.'],
    ['a name that begins with a digit', { profile: '2fast' }, 'Write fast.'],
    ['an environment without letters', { environments: ['42'] as [string] }, 'Begin with a letter.'],
    ['a name too long', { application: 'a'.repeat(33) }, `Write ${'a'.repeat(32)}.`],
    ['an environment named twice', { environments: ['test', 'test'] as [string, string] }, 'Name each once.'],
  ])('refuses %s before it writes anything', async (_, wrong, hint) => {
    const failure = await init(path.join(folder, 'new'), { ...starter, ...wrong }).catch((error) => error);
    expect(failure).toBeInstanceOf(UsageError);
    expect(failure.hint).toBe(hint);
    expect(execFileSync('ls', ['-A', folder], { encoding: 'utf8' })).toBe('');
  });

  it('says where it cannot write', async () => {
    mkdirSync(path.join(folder, 'config'));
    writeFileSync(path.join(folder, 'config/parcel-shop'), 'a file');
    await expect(init(folder, starter)).rejects.toThrow(
      /config\/parcel-shop\/application\.ts cannot be written \(EEXIST\)/,
    );
  });
});

describe('nameFrom', () => {
  it.each([
    ['My Shop', 'my-shop'],
    ['veltrix_config', 'veltrix-config'],
    ['2024-shop-', 'shop'],
    ['---', undefined],
  ])('%s', (text, name) => expect(nameFrom(text)).toBe(name));

  it('makes nothing that no address admits, and leaves names alone', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const name = nameFrom(text);
        if (name === undefined) return;
        expect(name).toMatch(namePattern);
        expect(nameFrom(name)).toBe(name);
      }),
    );
  });
});
