/** The ready policies, tried over the wire: each verb with the rights it is meant to need, and with too few. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { verbs } from '../../../cli/verbs.js';
import { connect } from '../../../client/index.js';
import { treasureHunt } from '../../../config/treasure-hunt/application.js';
import { createSampleProject, type SampleProject } from '../../cli/sample-project.js';
import { useEnvironment } from '../../system/aws-environment.js';
import { guardedAws } from './guarded-aws.js';
import { type } from './typed.js';

const world = guardedAws();
let project: SampleProject;
let directory: string;

const staging = 'treasure-hunt/staging';
const production = 'treasure-hunt/production';
const why = ['-m', 'a test'];

const policyOf = (role: string, address: string) => `veltrix-main-${role}-${address.replace('/', '-')}`;
const publisher = policyOf('publisher', staging);
const operator = policyOf('operator', staging);
const auditor = policyOf('auditor', staging);
const node = policyOf('node', staging);

const types = (words: readonly string[], ...policies: readonly string[]) =>
  type(world(), project.root, { words, policies });

/** Nothing was refused, and it did what it does. */
const done = { exitCode: 0, refused: [] };

/** Typed by somebody below, by their first words. */
const tried = new Set<string>();
const line = (words: readonly string[]): readonly [string, readonly string[]] => {
  for (const length of [1, 2]) tried.add(words.slice(0, length).join(' '));
  return [words.join(' '), words];
};

/** Nodes of staging. Their clients are made when first needed, with the rights of the moment. */
const nodes: Awaited<ReturnType<typeof startNode>>[] = [];
const startNode = (name: string) =>
  connect(treasureHunt, {
    environment: 'staging',
    node: name,
    endpoint: `http://127.0.0.1/${name}`,
    directory,
    poll: { intervalSeconds: 0.3 },
    report: { intervalSeconds: 0.5 },
  });
let restore: () => void;

const askedBy = (caller: string) => world().asked.filter((each) => each.caller === caller);

beforeAll(async () => {
  project = createSampleProject();
  directory = mkdtempSync(path.join(tmpdir(), 'veltrix-access-'));
  for (const profile of ['gameplay', 'limits']) {
    const words = ['publish', `${staging}/${profile}`, ...why, '--complete'];
    expect(await types(words, publisher)).toMatchObject(done);
  }
  restore = useEnvironment(await world().as('node', node));
  nodes.push(await startNode('node-1'), await startNode('node-2'));
  const reads = () => askedBy('node').some(({ action }) => action === 'dynamodb:GetItem');
  await vi.waitUntil(reads, { timeout: 20_000, interval: 50 });
  const isKnown = async () => (await types(['nodes', staging], auditor)).output.includes('node-2');
  await vi.waitUntil(isKnown, { timeout: 20_000, interval: 200 });
  project.edit(/^coolDownMs: .*$/m, 'coolDownMs: 4321');
  expect(await types(['publish', `${staging}/gameplay`, ...why, '--wait'], publisher)).toMatchObject(done);
});
afterAll(async () => {
  await Promise.all(nodes.map((each) => each.close()));
  restore?.();
  rmSync(directory, { recursive: true, force: true });
  project?.remove();
});

describe('a node', () => {
  it('polls, reports and reads which work is whose, and asks for nothing else', () => {
    expect([...new Set(askedBy('node').map(({ action }) => action))].toSorted()).toEqual([
      'appconfig:GetLatestConfiguration',
      'appconfig:StartConfigurationSession',
      'dynamodb:GetItem',
      'kinesis:PutRecords',
    ]);
    expect(askedBy('node').filter(({ allowed }) => !allowed)).toEqual([]);
  });
});

describe('somebody who looks', () => {
  it.each([
    line(['status', staging]),
    line(['nodes', staging]),
    line(['load', staging]),
    line(['get', `${staging}/limits`]),
    line(['diff', `${staging}/limits@1`, `${staging}/limits`]),
    line(['history', staging]),
    line(['trace', staging, '1']),
    line(['events', staging]),
    line(['queue', staging]),
    line(['plan', staging]),
    line(['drain', staging]),
    line(['doctor', staging]),
    line(['cost', staging]),
    line(['agent-check', staging, '--print-config']),
  ])('sees all of one environment with its auditor’s rights: %s', async (_, words) => {
    expect(await types(words, auditor)).toMatchObject(done);
  });

  it('sees a whole stage with the rights of the stage’s auditor', async () => {
    expect(await types(['status'], 'veltrix-main-auditor')).toMatchObject(done);
    expect(await types(['history'], 'veltrix-main-auditor')).toMatchObject(done);
    expect(await types(['nodes', staging], 'veltrix-main-auditor')).toMatchObject(done);
  });

  it.each([['status'], ['nodes'], ['queue'], ['drain']])(
    'sees nothing of another environment: %s',
    async (verb) => {
      const from = world().asked.length;
      const { refused } = await types([verb, production], auditor);
      expect(refused).not.toEqual([]);
      const allowed = world()
        .asked.slice(from)
        .filter((each) => each.caller === auditor && each.allowed);
      expect(JSON.stringify(allowed)).not.toMatch(/\/environment\/|treasure-hunt\/production/);
    },
  );

  it.each([
    [['publish', `${staging}/limits`, ...why, '--strategy', 'immediate', '--yes']],
    [['rollback', `${staging}/limits`, ...why, '--yes']],
    [['drain', staging, 'node-1', ...why, '--yes']],
    [['queue', 'drop', `${staging}/limits`, ...why]],
  ])('changes nothing: %j', async (words) => {
    project.edit(/^coolDownMs: .*$/m, `coolDownMs: ${1000 + words.length}`);
    for (const policy of [auditor, 'veltrix-main-auditor'])
      expect((await types(words, policy)).exitCode).not.toBe(0);
  });
});

describe('a publisher', () => {
  it.each([
    line(['publish', `${staging}/gameplay`, ...why, '--wait']),
    line(['publish', `${staging}/limits`, ...why, '--queue']),
    line(['plan', `${staging}/limits`]),
    line(['queue', staging]),
  ])('does all that publishing is: %s', async (_, words) => {
    project.edit(/^coolDownMs: .*$/m, 'coolDownMs: 4321');
    expect(await types(words, publisher)).toMatchObject(done);
  });

  it('sees what went before with the auditor’s rights there', async () => {
    const words = ['publish', `${production}/limits`, ...why, '--after', staging];
    const { refused } = await types(words, policyOf('publisher', production), auditor);
    expect(refused).toEqual([]);
  });

  it('of staging is refused in production', async () => {
    const { exitCode, refused } = await types(['publish', `${production}/limits`, ...why], publisher);
    expect(exitCode).toBe(1);
    expect(refused[0]).toMatch(/^appconfig:ListDeployments /);
  });

  it('deploys nothing around the gate', async () => {
    const { exitCode, refused } = await types(
      ['rollback', `${staging}/gameplay`, ...why, '--yes'],
      publisher,
    );
    expect(exitCode).toBe(1);
    expect(refused.join()).toMatch(/appconfig:(StopDeployment|ListDeploymentStrategies|StartDeployment) /);
  });
});

describe('an operator', () => {
  it.each([
    line(['rollback', `${staging}/gameplay`, ...why, '--yes']),
    line(['rollback', `${staging}/gameplay`, '--to', '2', ...why, '--no-wait', '--yes']),
    line(['drain', staging, 'node-1', ...why, '--force', '--no-wait', '--yes']),
    line(['undrain', staging, 'node-1', ...why]),
  ])('puts things right: %s', async (_, words) => {
    expect(await types(words, operator)).toMatchObject(done);
  });

  it.each([
    line(['queue', 'drop', `${staging}/limits`, ...why]),
    line(['queue', 'release', `${staging}/limits`, ...why]),
  ])('changes the queue: %s', async (_, words) => {
    const { output, refused } = await types(words, operator);
    expect(refused).toEqual([]);
    expect(output).toContain('Nothing of treasure-hunt/staging/limits waits in the queue');
  });

  it('publishes nothing', async () => {
    project.edit(/^coolDownMs: .*$/m, 'coolDownMs: 7777');
    const { exitCode, output, refused } = await types(['publish', `${staging}/gameplay`, ...why], operator);
    expect(exitCode).toBe(1);
    // It says which right is missing.
    expect(output).toContain('lambda:InvokeFunction');
    expect(refused).toEqual([
      'lambda:InvokeFunction arn:aws:lambda:us-east-1:000000000000:function:veltrix-main-publish-treasure-hunt-staging',
    ]);
  });

  it('publishes nothing through the door to the queue', async () => {
    const request = { profile: 'gameplay', content: {}, description: 'a test', author: 'anna' };
    const { Payload } = await world().aws.call<{ Payload: Uint8Array }>('lambda', 'Invoke', {
      FunctionName: 'veltrix-main-publish-treasure-hunt-staging',
      Qualifier: 'queue',
      Payload: Buffer.from(JSON.stringify(request)),
    });
    expect(JSON.parse(Buffer.from(Payload).toString())).toEqual({
      outcome: 'request-not-understood',
      problems: [{ path: '', message: 'only changes of the queue are taken through this alias' }],
    });
  });
});

describe('a maintainer', () => {
  it('makes room', async () => {
    const [, words] = line(['retire', 'treasure-hunt/gameplay', '--versions', '--keep', '10', '--yes']);
    expect(await types(words, 'veltrix-main-maintainer')).toMatchObject(done);
  });

  it('retires nothing that nodes hold', async () => {
    const words = ['retire', 'treasure-hunt/limits', ...why, '--yes'];
    const { exitCode, refused } = await types(words, 'veltrix-main-maintainer');
    expect(exitCode).not.toBe(0);
    expect(refused).toEqual([]);
  });
});

describe('every verb that asks AWS', () => {
  const here = ['init', 'dev', 'demo', 'local', 'drill', 'check'];

  it('was tried above', () => {
    const names = verbs.flatMap(({ name, verbs: inner = [] }) => [
      name,
      ...inner.map((each) => `${name} ${each.name}`),
    ]);
    const asking = names.filter((name) => !here.includes(name.split(' ')[0] ?? ''));
    expect(asking.filter((name) => !tried.has(name))).toEqual([]);
  });
});
