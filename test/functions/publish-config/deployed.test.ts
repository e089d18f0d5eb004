/** The function as it is deployed, over the wire: AppConfig, its queue, its records, STS, and the events that wake it. */

import { readFile } from 'node:fs/promises';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { parse } from 'yaml';
import type { Cloud } from '../../../control/cloud.js';
import { connect } from '../../../control/connect.js';
import { deployedOf } from '../../../core/delivery/deployments.js';
import type { PublishRequest } from '../../../core/delivery/publishing.js';
import { guardFunction } from '../../../core/names.js';
import { type LocalAws, startLocalAws } from '../../../local/index.js';
import { all } from '../../aws/all.js';
import { useEnvironment } from '../../system/aws-environment.js';

const staging = { application: 'treasure-hunt', environment: 'staging' } as const;

let aws: LocalAws;
let cloud: Cloud;
let restore: () => void;
let values: Record<'gameplay' | 'limits', Record<string, unknown>>;

beforeAll(async () => {
  aws = await startLocalAws({ port: 0, speed: 300 });
  restore = useEnvironment(aws.environment);
  await aws.deploy(inject('assembly'));
  // Its first start on a busy machine may take longer than AppConfig waits for it, which is not what is tested here.
  const lambda = new LambdaClient();
  await lambda.send(new InvokeCommand({ FunctionName: guardFunction('main'), Payload: '{}' }));
  lambda.destroy();
  cloud = connect({ stage: 'main', target: aws.endpoint });
  values = { gameplay: await contentOf('gameplay'), limits: await contentOf('limits') };
});
afterAll(async () => {
  await aws?.close();
  restore?.();
});

async function contentOf(profile: string): Promise<Record<string, unknown>> {
  const file = new URL(`../../../config/treasure-hunt/${profile}.staging.yaml`, import.meta.url);
  return parse(await readFile(file, 'utf8'));
}

const order = (
  profile: 'gameplay' | 'limits',
  change: Record<string, unknown>,
  about: Partial<PublishRequest> = {},
): PublishRequest => ({
  profile,
  content: { ...values[profile], ...change },
  description: `change ${profile}`,
  author: 'anna',
  ...about,
});

const list = async () => all((await cloud.environment(staging)).store.deployments());
const until = <T>(check: () => Promise<T>) => vi.waitFor(check, { timeout: 20_000, interval: 200 });
const untilComplete = (number: number) =>
  until(async () => {
    const { state, log } = await (await cloud.environment(staging)).store.deployment(number);
    expect({ state, log: state === 'COMPLETE' ? [] : log }).toEqual({ state: 'COMPLETE', log: [] });
  });

describe('the deployed publish function', () => {
  it('knows its caller, keeps who published, and lets the queue have its turn when a deployment ends', async () => {
    for (const profile of ['gameplay', 'limits'] as const) {
      const first = await cloud.publish(staging, order(profile, {}));
      if (first.outcome !== 'accepted') throw new Error(JSON.stringify(first));
      await untilComplete(first.deployment);
    }
    const rolling = await cloud.publish(
      staging,
      // Half an hour takes six seconds here: long enough for another publish to meet it.
      order('gameplay', { coolDownMs: 1234 }, { strategy: 'canary-10' }),
    );
    expect(rolling).toMatchObject({ outcome: 'accepted', deployment: 3, strategy: 'canary-10' });
    const waiting = order(
      'limits',
      { queueSize: 77 },
      { queue: true, commit: 'a'.repeat(40), strategy: 'immediate' },
    );
    expect(await cloud.publish(staging, waiting)).toMatchObject({ outcome: 'queued', version: 2, place: 1 });
    expect((await cloud.queue(staging)).entries).toMatchObject([{ profile: 'limits', version: 2 }]);

    await until(async () => expect((await list())[0]).toMatchObject({ number: 4 }));
    await untilComplete(4);
    expect(deployedOf(await list(), 'limits')).toMatchObject({ number: 4, version: 2 });
    await until(async () => expect((await cloud.queue(staging)).entries).toEqual([]));
    const { store } = await cloud.environment(staging);
    expect((await store.deployment(4)).description).toBe('change limits (anna, aaaaaaaaaaaa, by user/local)');
    const records = await cloud.rollouts.read('treasure-hunt/staging', [3, 4]);
    expect(records.get(3)?.publication).toMatchObject({ author: 'anna', strategy: 'canary-10' });
    expect(records.get(4)?.publication).toEqual({
      author: 'anna',
      caller: 'arn:aws:iam::000000000000:user/local',
      reason: 'change limits',
      commit: 'a'.repeat(40),
      strategy: 'immediate',
      queuedAt: expect.stringMatching(/^\d{4}-.*Z$/),
      validatedAt: expect.stringMatching(/^\d{4}-.*Z$/),
    });
  });

  it('refuses what was rolled back, until it is told why', async () => {
    const content = { coolDownMs: 4321 };
    const bad = await cloud.publish(staging, order('gameplay', content, { strategy: 'linear-20' }));
    if (bad.outcome !== 'accepted') throw new Error(JSON.stringify(bad));
    const { store } = await cloud.environment(staging);
    expect(await store.stopDeployment(bad.deployment, { allowRevert: false })).toBe('stopped');
    await until(async () => expect((await list())[0]?.state).toBe('ROLLED_BACK'));
    const again = order('gameplay', content, { strategy: 'immediate' });
    expect(await cloud.publish(staging, again)).toMatchObject({
      outcome: 'rolled-back-lately',
      version: bad.version,
      deployment: bad.deployment,
      why: expect.stringMatching(/./),
    });
    expect(await cloud.publish(staging, { ...again, force: 'I know' })).toMatchObject({
      outcome: 'accepted',
      version: bad.version + 1,
    });
  });

  it('lets a person change the queue', async () => {
    const drop = { queueAction: 'drop', profile: 'limits', description: 'no', author: 'bo' } as const;
    expect(await cloud.publish(staging, drop)).toEqual({
      outcome: 'not-queued',
      environment: 'treasure-hunt/staging',
      profile: 'limits',
      waiting: [],
    });
  });
});
