/** What the stacks wire, at work: all of them in a local AWS, on a clock that the test moves. */

import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { parse } from 'yaml';
import { type DeployResult, type LocalAws, startLocalAws } from '../../local/index.js';
import { ManualClock } from '../../local/kernel/clock.js';

type Answer = Record<string, unknown>;
type Environment = 'staging' | 'production';
type Profile = 'gameplay' | 'limits';

interface Deployment {
  readonly DeploymentNumber: number;
  readonly ConfigurationName: string;
  readonly State: string;
  readonly StartedAt: Date;
  readonly CompletedAt?: Date;
}

const secondMs = 1_000;
const minuteMs = 60 * secondMs;

const clock = new ManualClock();
const lines: { readonly source: string; readonly text: string }[] = [];
let aws: LocalAws;
let deployed: DeployResult;

beforeAll(async () => {
  aws = await startLocalAws({ port: 0, clock, onLog: (line) => lines.push(line) });
  deployed = await aws.deploy(inject('assembly'));
  // Half a minute off the schedules, which count from here: what happens on the minute is not theirs.
  await clock.advance(30 * secondMs, aws.settled);
});
afterAll(() => aws?.close());

const advance = (durationMs: number) => clock.advance(durationMs, aws.settled);

/** What functions whose name ends so have logged under `message`, since line `from`. */
const logged = (name: string, message: string, from = 0): Answer[] =>
  lines
    .slice(from)
    .filter(({ source, text }) => source.endsWith(name) && text.includes(`"message":"${message}"`))
    .map(({ text }) => JSON.parse(text));

/** The counts of one metric, from the log, where CloudWatch finds them. */
const counted = (service: string, metric: string, from = 0): number =>
  lines
    .slice(from)
    .filter(({ text }) => text.includes('"_aws"') && text.includes(metric))
    .map(({ text }) => JSON.parse(text) as Answer)
    .filter((each) => each['service'] === service)
    .reduce((total, each) => total + Number(each[metric]), 0);

const fileOf = (environment: Environment, profile: Profile): Answer =>
  parse(readFileSync(`config/treasure-hunt/${profile}.${environment}.yaml`, 'utf8'));

async function publish(environment: Environment, profile: Profile, about: Answer = {}, change: Answer = {}) {
  const content = { ...fileOf(environment, profile), ...change };
  const { Payload } = await aws.call<{ Payload: Uint8Array }>('lambda', 'Invoke', {
    FunctionName: `veltrix-main-publish-treasure-hunt-${environment}`,
    Payload: Buffer.from(
      JSON.stringify({ profile, content, description: 'a test', author: 'anna', ...about }),
    ),
  });
  return JSON.parse(Buffer.from(Payload).toString()) as Answer;
}

/** What AppConfig calls an environment of the application. */
async function idsOf(environment: Environment) {
  const idOf = async (operation: string, input: Answer, name: string) => {
    const { Items } = await aws.call<{ Items: { Id: string; Name: string }[] }>(
      'appconfig',
      operation,
      input,
    );
    return Items.find((item) => item.Name === name)?.Id ?? '';
  };
  const ApplicationId = await idOf('ListApplications', {}, 'treasure-hunt');
  return { ApplicationId, EnvironmentId: await idOf('ListEnvironments', { ApplicationId }, environment) };
}

/** Newest first. */
async function deploymentsOf(environment: Environment): Promise<readonly Deployment[]> {
  const ids = await idsOf(environment);
  return (await aws.call<{ Items: Deployment[] }>('appconfig', 'ListDeployments', ids)).Items;
}

/** Starts a rollout of gameplay in staging that takes three minutes, and lets limits wait for its end. */
async function rolloutWithQueue(number: number): Promise<void> {
  const rollout = await publish(
    'staging',
    'gameplay',
    { strategy: 'linear-50' },
    { coolDownMs: 1000 + number },
  );
  expect(rollout).toMatchObject({ outcome: 'accepted', strategy: 'linear-50' });
  const waiting = await publish('staging', 'limits', { queue: true }, { queueSize: 60 + number });
  expect(waiting).toMatchObject({ outcome: 'queued', place: 1 });
}

/** How the rollout of gameplay ended, and how long after that the one of limits began. Leaves the environment free. */
async function howItEnded(): Promise<{ state: string; thenMs: number }> {
  await advance(8 * minuteMs);
  const [last, before] = await deploymentsOf('staging');
  expect([last?.ConfigurationName, before?.ConfigurationName]).toEqual(['limits', 'gameplay']);
  const endedMs = before?.CompletedAt?.getTime() ?? Number.NaN;
  return { state: before?.State ?? '', thenMs: (last?.StartedAt.getTime() ?? Number.NaN) - endedMs };
}

const guard = { FunctionName: 'veltrix-main-guard-rollout' };

/** The rule by which ends of staging's deployments wake its queue. */
async function ruleOfEnds(): Promise<string> {
  const { EnvironmentId } = await idsOf('staging');
  const { Rules } = await aws.call<{ Rules: { Name: string; EventPattern?: string }[] }>(
    'events',
    'ListRules',
    {},
  );
  const found = Rules.filter(({ EventPattern }) => EventPattern?.includes(EnvironmentId));
  expect(found).toHaveLength(1);
  return found[0]?.Name ?? '';
}

describe('the stacks', () => {
  it('are deployed whole, and left alone the second time', async () => {
    const outcomes = ({ stacks }: DeployResult) => stacks.map(({ name, outcome }) => `${name} ${outcome}`);
    expect(outcomes(deployed).toSorted()).toEqual([
      'Veltrix-main-Access created',
      'Veltrix-main-Data created',
      'Veltrix-main-Delivery created',
      'Veltrix-main-Fleet created',
      'Veltrix-main-Operations created',
    ]);
    const again = await aws.deploy(inject('assembly'));
    expect(outcomes(again).filter((outcome) => !outcome.endsWith(' unchanged'))).toEqual([]);
  });
});

describe('the end of a deployment', () => {
  beforeAll(async () => {
    for (const profile of ['gameplay', 'limits'] as const) {
      expect(await publish('staging', profile)).toMatchObject({ outcome: 'accepted' });
      await advance(secondMs);
    }
  });

  it('gives the queue of its environment a turn at once, and no other', async () => {
    const from = lines.length;
    expect(await publish('production', 'gameplay')).toMatchObject({ outcome: 'accepted' });
    await advance(secondMs);
    const turns = (environment: Environment) =>
      logged(`-publish-treasure-hunt-${environment}`, 'answered', from).filter(
        ({ outcome }) => outcome === 'nothing-to-do',
      );
    expect([turns('production').length, turns('staging').length]).toEqual([1, 0]);
  });

  it('starts what waits, within seconds', async () => {
    await rolloutWithQueue(1);
    const { state, thenMs } = await howItEnded();
    expect(state).toBe('COMPLETE');
    expect(thenMs).toBeLessThanOrEqual(5 * secondMs);
  });

  it('starts what waits after a rollback, too: here of a rollout whose guard finds no room', async () => {
    await aws.call('lambda', 'PutFunctionConcurrency', { ...guard, ReservedConcurrentExecutions: 0 });
    await rolloutWithQueue(2);
    await advance(secondMs);
    await aws.call('lambda', 'PutFunctionConcurrency', { ...guard, ReservedConcurrentExecutions: 5 });
    const { state, thenMs } = await howItEnded();
    expect(state).toBe('ROLLED_BACK');
    expect(thenMs).toBeLessThanOrEqual(5 * secondMs);
  });

  it('is noticed within a minute when no event tells of it', async () => {
    const Name = await ruleOfEnds();
    await aws.call('events', 'DisableRule', { Name });
    await rolloutWithQueue(3);
    const { state, thenMs } = await howItEnded();
    await aws.call('events', 'EnableRule', { Name });
    expect(state).toBe('COMPLETE');
    expect(thenMs).toBeGreaterThan(5 * secondMs);
    expect(thenMs).toBeLessThanOrEqual(minuteMs);
  });
});

describe('the guard', () => {
  it('is asked at every tick, and says when it is blind where its alarm looks', async () => {
    const from = lines.length;
    await publish('staging', 'gameplay', { strategy: 'linear-50' }, { coolDownMs: 3000 });
    await advance(3 * minuteMs);
    const looks = logged('-guard-rollout', 'looked', from).length;
    expect(looks).toBeGreaterThanOrEqual(3);
    // There are no nodes.
    expect(counted('guard-rollout', 'GuardBlind', from)).toBe(looks);
  });

  it('has places of its own', async () => {
    expect(await aws.call('lambda', 'GetFunctionConcurrency', guard)).toEqual({
      ReservedConcurrentExecutions: 5,
    });
  });
});

describe('an emergency publish', () => {
  it('is counted where its alarm looks', async () => {
    const from = lines.length;
    const change = { coolDownMs: 4000 };
    await advance(minuteMs);
    const published = await publish('staging', 'gameplay', { strategy: 'immediate' }, change);
    expect(published).toMatchObject({ outcome: 'accepted' });
    expect(counted('publish-config', 'PublishImmediate', from)).toBe(1);
  });
});
