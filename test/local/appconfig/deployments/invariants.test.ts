import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../../../local/kernel/aws.js';
import { localIdentity } from '../../../../local/kernel/aws.js';
import { ManualClock } from '../../../../local/kernel/clock.js';
import { createAppConfig } from '../../../../local/services/appconfig/service.js';

type Deed =
  | { readonly kind: 'start'; readonly profile: number; readonly strategy: string }
  | { readonly kind: 'stop'; readonly back: number; readonly revert: boolean }
  | { readonly kind: 'wait'; readonly minutes: number };

const deeds = fc.array(
  fc.oneof(
    fc.record({
      kind: fc.constant('start' as const),
      profile: fc.constantFrom(0, 1),
      strategy: fc.constantFrom(
        'AppConfig.AllAtOnce',
        'AppConfig.Linear20PercentEvery6Minutes',
        'AppConfig.Canary10Percent20Minutes',
      ),
    }),
    fc.record({
      kind: fc.constant('stop' as const),
      back: fc.integer({ min: 0, max: 2 }),
      revert: fc.boolean(),
    }),
    fc.record({ kind: fc.constant('wait' as const), minutes: fc.integer({ min: 0, max: 40 }) }),
  ),
  { maxLength: 25 },
);

const open = ['DEPLOYING', 'BAKING', 'ROLLING_BACK'];

interface Deployed {
  readonly DeploymentNumber: number;
  readonly ConfigurationProfileId: string;
  readonly ConfigurationVersion: string;
  readonly State: string;
}

/** An environment with two profiles of two versions each, and ten clients of the first. */
async function begin() {
  const clock = new ManualClock();
  const nobody = { call: () => Promise.reject(new Error('nobody is called here')) };
  const { control, data } = createAppConfig({
    aws: nobody,
    clock,
    identity: localIdentity,
    seed: 'invariants',
  });
  const { Id: ApplicationId } = await control.call('CreateApplication', { Name: 'hunt' });
  const { Id: EnvironmentId } = await control.call('CreateEnvironment', { ApplicationId, Name: 'staging' });
  const profiles: unknown[] = [];
  for (const Name of ['a', 'b']) {
    const profile = await control.call('CreateConfigurationProfile', {
      ApplicationId,
      Name,
      LocationUri: 'hosted',
    });
    profiles.push(profile['Id']);
    const version = { ApplicationId, ConfigurationProfileId: profile['Id'], ContentType: 'text/plain' };
    for (const text of ['1', '2'])
      await control.call('CreateHostedConfigurationVersion', { ...version, Content: Buffer.from(text) });
  }
  return { clock, control, data, profiles, place: { ApplicationId, EnvironmentId } };
}

type Running = Awaited<ReturnType<typeof begin>>;

async function list({ control, place }: Running): Promise<Deployed[]> {
  return (await control.call('ListDeployments', place))['Items'] as Deployed[];
}

/** A refusal is a fair answer to a random deed. */
async function act(running: Running, deed: Deed): Promise<void> {
  const { control, clock, place, profiles } = running;
  if (deed.kind === 'wait') return clock.advance(deed.minutes * 60_000);
  const deployments = await list(running);
  const started: Json = {
    ...place,
    ConfigurationProfileId: profiles[deed.kind === 'start' ? deed.profile : 0],
    ConfigurationVersion: String((deployments.length % 2) + 1),
  };
  const call =
    deed.kind === 'start'
      ? control.call('StartDeployment', { ...started, DeploymentStrategyId: deed.strategy })
      : control.call('StopDeployment', {
          ...place,
          DeploymentNumber: Math.max(1, deployments.length - deed.back),
          AllowRevert: deed.revert,
        });
  await call.catch((error: Error) => {
    expect(['BadRequestException', 'ConflictException', 'ResourceNotFoundException']).toContain(error.name);
  });
}

describe('any course of starts, stops and waits', () => {
  it('leaves at most one deployment open in an environment, and numbers without a gap', async () => {
    await fc.assert(
      fc.asyncProperty(deeds, async (course) => {
        const running = await begin();
        for (const deed of course) {
          await act(running, deed);
          const deployments = await list(running);
          expect(deployments.filter((one) => open.includes(one.State)).length).toBeLessThanOrEqual(1);
          const numbers = deployments.map((one) => one.DeploymentNumber);
          expect(numbers).toEqual(numbers.map((_, index) => numbers.length - index));
        }
        await running.control.close();
      }),
      { numRuns: 60 },
    );
  });

  it('gives a settled environment the content of its newest complete deployment', async () => {
    await fc.assert(
      fc.asyncProperty(deeds, async (course) => {
        const running = await begin();
        for (const deed of course) await act(running, deed);
        await running.clock.advance(61 * 60_000);
        const profile = running.profiles[0];
        const newest = (await list(running)).find(
          (one) => one.ConfigurationProfileId === profile && one.State === 'COMPLETE',
        );
        const session = await running.data.call('StartConfigurationSession', {
          ApplicationIdentifier: 'hunt',
          EnvironmentIdentifier: 'staging',
          ConfigurationProfileIdentifier: 'a',
        });
        const poll = running.data.call('GetLatestConfiguration', {
          ConfigurationToken: session['InitialConfigurationToken'],
        });
        const got = await poll.then(
          (answer) => Buffer.from(answer['Configuration'] as Uint8Array).toString(),
          (error: Error) => error.name,
        );
        expect(got).toBe(newest?.ConfigurationVersion ?? 'ResourceNotFoundException');
        await running.control.close();
      }),
      { numRuns: 60 },
    );
  });
});
