import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { removeLocalState, writeLocalState } from '../../../cli/local-aws/state-file.js';
import { chooseTarget } from '../../../cli/local-aws/target.js';
import { createScratch, type Scratch } from '../command.js';

const local = { AWS_ENDPOINT_URL: 'http://127.0.0.1:4600', AWS_REGION: 'us-east-1' };
const state = { endpoint: 'http://127.0.0.1:4600', pid: process.pid, environment: local };

let scratch: Scratch;
beforeEach(() => {
  scratch = createScratch();
});
afterEach(() => scratch.remove());

describe('chooseTarget', () => {
  it('takes the local AWS that runs for the project, from any folder of it', async () => {
    writeLocalState(scratch.path, state);
    const deep = path.join(scratch.path, 'a/b');
    mkdirSync(deep, { recursive: true });
    const environment: NodeJS.ProcessEnv = {};
    expect(await chooseTarget(deep, environment)).toBe('local AWS at http://127.0.0.1:4600');
    expect(environment).toEqual(local);
  });

  it.each([
    ['a foreign endpoint', { AWS_ENDPOINT_URL: 'https://aws.example.org' }, 'AWS at https://aws.example.org'],
    ['a profile', { AWS_PROFILE: 'prod', AWS_REGION: 'eu-west-1' }, 'AWS eu-west-1 (profile prod)'],
    ['keys', { AWS_ACCESS_KEY_ID: 'x', AWS_DEFAULT_REGION: 'eu-west-1' }, 'AWS eu-west-1'],
  ])('takes %s of the environment before it', async (_name, chosen, target) => {
    writeLocalState(scratch.path, state);
    const environment: NodeJS.ProcessEnv = { ...chosen };
    expect(await chooseTarget(scratch.path, environment)).toBe(target);
    expect(environment).toEqual(chosen);
  });

  it('passes over one whose process is gone', async () => {
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    writeLocalState(scratch.path, { ...state, pid });
    expect(await chooseTarget(scratch.path, {})).toBe('AWS');
  });
});

describe('removeLocalState', () => {
  it('removes its own and the empty folder', () => {
    writeLocalState(scratch.path, state);
    removeLocalState(scratch.path);
    expect(existsSync(path.join(scratch.path, '.veltrix'))).toBe(false);
  });

  it("leaves another process's", () => {
    writeLocalState(scratch.path, { ...state, pid: process.pid + 1 });
    removeLocalState(scratch.path);
    expect(existsSync(path.join(scratch.path, '.veltrix/local.json'))).toBe(true);
  });

  it('leaves kept state beside it', () => {
    writeLocalState(scratch.path, state);
    mkdirSync(path.join(scratch.path, '.veltrix/state'));
    removeLocalState(scratch.path);
    expect(existsSync(path.join(scratch.path, '.veltrix/state'))).toBe(true);
    expect(existsSync(path.join(scratch.path, '.veltrix/local.json'))).toBe(false);
  });

  it('takes an endpoint on this machine for choice enough, and keeps what somebody gave besides', async () => {
    const environment: NodeJS.ProcessEnv = { AWS_ENDPOINT_URL: 'http://127.0.0.1:4999' };
    expect(await chooseTarget(scratch.path, environment)).toBe('local AWS at http://127.0.0.1:4999');
    expect(environment).toEqual({
      AWS_ENDPOINT_URL: 'http://127.0.0.1:4999',
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
    });
    const own = { AWS_ENDPOINT_URL: 'http://localhost:1', AWS_REGION: 'eu-west-1', AWS_PROFILE: 'mine' };
    const before = { ...own };
    await chooseTarget(scratch.path, own);
    expect(own).toEqual(before);
  });

  it('gives an endpoint elsewhere nothing', async () => {
    const environment = { AWS_ENDPOINT_URL: 'https://aws.example.com' };
    await chooseTarget(scratch.path, environment);
    expect(Object.keys(environment)).toEqual(['AWS_ENDPOINT_URL']);
  });

  it('refuses an endpoint that is no address', async () => {
    await expect(chooseTarget(scratch.path, { AWS_ENDPOINT_URL: 'nonsense' })).rejects.toThrow(
      'AWS_ENDPOINT_URL is "nonsense", which is no address',
    );
  });
});
