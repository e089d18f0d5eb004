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
  'infra/github.ts',
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

describe('the workflow', () => {
  interface Step {
    readonly run?: string;
    readonly uses?: string;
    readonly with?: Readonly<Record<string, unknown>>;
  }
  interface Job {
    readonly if?: string;
    readonly needs?: string;
    readonly environment?: string;
    readonly permissions?: object;
    readonly steps: readonly Step[];
  }
  let jobs: Readonly<Record<string, Job>>;
  beforeEach(async () => {
    await init(folder, starter);
    jobs = parse(read('.github/workflows/configuration.yml')).jobs;
  });
  const steps = (job: string) => jobs[job]?.steps ?? [];
  const commands = (job: string) => steps(job).flatMap(({ run }) => run ?? []);
  const using = (job: string, action: string) => steps(job).find(({ uses }) => uses?.includes(action))?.with;

  it('checks every change, and publishes from main to one environment after the other', () => {
    expect(Object.entries(jobs).map(([name, { needs, environment }]) => [name, needs, environment])).toEqual([
      ['check', undefined, undefined],
      ['staging', 'check', 'staging'],
      // What waits for an approval has an environment: the plan is made before.
      ['plan-production', 'staging', undefined],
      ['production', 'plan-production', 'production'],
    ]);
    expect(commands('check')).toEqual(['npm ci', 'npm test']);
    expect(jobs['staging']?.if).toBe("github.event_name == 'push' && vars.AWS_ACCOUNT_ID != ''");
    expect([jobs['check']?.permissions, jobs['production']?.permissions]).toEqual([
      undefined,
      { contents: 'read', 'id-token': 'write' },
    ]);
  });

  it('publishes after an approval the plan that was shown, and makes no other', () => {
    expect(commands('plan-production').slice(1)).toEqual([
      'npx veltrix plan parcel-shop/production --save plan.json | tee plan.txt',
      `sed 's/^/    /' plan.txt >> "$GITHUB_STEP_SUMMARY"`,
    ]);
    expect(using('plan-production', 'upload-artifact')).toMatchObject({
      name: 'plan-production',
      path: 'plan.json',
    });
    expect(using('production', 'download-artifact')).toEqual({ name: 'plan-production' });
    expect(commands('production').filter((command) => command.includes('veltrix plan'))).toEqual([]);
    expect(commands('production').at(-1)).toContain(
      'veltrix publish parcel-shop/production --after parcel-shop/staging --planned plan.json ',
    );
  });

  it('takes the roles that its own infra/github.ts makes, each where its token is trusted', () => {
    const roleOf = (job: string) => using(job, 'configure-aws-credentials')?.['role-to-assume'];
    const roles = ['staging', 'plan-production', 'production'].map(roleOf);
    expect(roles).toEqual(
      ['publish-staging', 'plan', 'publish-production'].map(
        (does) => `arn:aws:iam::\${{ vars.AWS_ACCOUNT_ID }}:role/veltrix-main-github-${does}`,
      ),
    );
    expect(JSON.parse(read('package.json')).scripts['deploy:github']).toContain('infra/github.ts');
  });

  it('uses what the workflows of this repository use', () => {
    const own = readFileSync('.github/workflows/deploy.yml', 'utf8');
    const uses = read('.github/workflows/configuration.yml').match(/uses: .*/g) ?? [];
    expect(uses.length).toBeGreaterThan(8);
    expect(uses.filter((line) => !own.includes(line))).toEqual([]);
  });

  it('gives the first line of the commit for a reason, as much of it as one takes', () => {
    writeFileSync(path.join(folder, 'npx'), '#!/bin/sh\nprintf "%s\\n" "$@"\n', { mode: 0o755 });
    const said = (subject: string) => {
      const env = { ...process.env, PATH: `${folder}:${process.env['PATH']}`, SUBJECT: subject };
      const script = commands('staging').at(-1) ?? '';
      const words = execFileSync('bash', ['-ec', script], { env, stdio: 'pipe', encoding: 'utf8' }).split(
        '\n',
      );
      return words[words.indexOf('-m') + 1];
    };
    expect(said('more "room" $HOME\n\nand why')).toBe('more "room" $HOME');
    expect(said(`${'a'.repeat(600)}\nb`)).toBe('a'.repeat(500));
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
