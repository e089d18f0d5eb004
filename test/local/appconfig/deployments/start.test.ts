import { describe, expect, it } from 'vitest';
import { inWorld } from '../in-world.js';
import {
  addProfile,
  addVersion,
  createStrategy,
  deploy,
  minuteMs,
  refusalOf,
  start,
  text,
} from '../world.js';

const { world, place } = inWorld({ content: '{"a":1}', label: 'v1-abc' });
const version = '1';

const environmentState = async () => (await world.control.getEnvironment(place)).State;

describe('StartDeployment', () => {
  it('answers 201 at once, deploying, with one event by the user', async () => {
    const strategy = await createStrategy(world, {});
    const started = await world.control.startDeployment({
      ...place,
      ConfigurationVersion: version,
      DeploymentStrategyId: strategy,
      Description: 'first',
    });
    expect(started.$metadata.httpStatusCode).toBe(201);
    const { $metadata: _, ...record } = started;
    expect(record).toEqual({
      ...place,
      DeploymentStrategyId: strategy,
      DeploymentNumber: 1,
      ConfigurationName: 'gameplay',
      ConfigurationLocationUri: 'hosted',
      ConfigurationVersion: '1',
      VersionLabel: 'v1-abc',
      Description: 'first',
      DeploymentDurationInMinutes: 15,
      GrowthType: 'LINEAR',
      GrowthFactor: 25,
      FinalBakeTimeInMinutes: 0,
      State: 'DEPLOYING',
      PercentageComplete: 1,
      StartedAt: new Date('2026-01-01T00:00:00.000Z'),
      AppliedExtensions: [],
      EventLog: [
        {
          EventType: 'DEPLOYMENT_STARTED',
          TriggeredBy: 'USER',
          Description: 'Deployment started',
          ActionInvocations: [],
          OccurredAt: new Date('2026-01-01T00:00:00.000Z'),
        },
      ],
    });
    expect(await environmentState()).toBe('DEPLOYING');
  });

  it('takes a label for a version, and records both', async () => {
    const started = await world.control.startDeployment({
      ...place,
      ConfigurationVersion: 'v1-abc',
      DeploymentStrategyId: 'AppConfig.AllAtOnce',
    });
    expect(started).toMatchObject({ ConfigurationVersion: '1', VersionLabel: 'v1-abc' });
  });

  it.each([
    ['version', { ConfigurationVersion: 'v9' }, 'HostedConfigurationVersion'],
    ['strategy', { DeploymentStrategyId: 'AppConfig.Nonsense' }, 'DeploymentStrategy'],
    ['profile', { ConfigurationProfileId: 'zzzzzzz' }, 'ConfigurationProfile'],
    ['environment', { EnvironmentId: 'zzzzzzz' }, 'Environment'],
    ['application', { ApplicationId: 'zzzzzzz' }, 'Application'],
  ])('answers 404 for a %s that is not there', async (_, wrong, ResourceName) => {
    const input = {
      ...place,
      ConfigurationVersion: '1',
      DeploymentStrategyId: 'AppConfig.AllAtOnce',
      ...wrong,
    };
    expect(await refusalOf(world.control.startDeployment(input))).toMatchObject({
      name: 'ResourceNotFoundException',
      status: 404,
      members: { ResourceName },
    });
  });

  it('answers 409 while another runs in the environment, even of another profile', async () => {
    await start(world, place, { version });
    await world.clock.advance(5 * minuteMs);
    const other = { ...place, ConfigurationProfileId: await addProfile(world, place) };
    await addVersion(world, other, { content: '{}' });
    for (const target of [place, other])
      expect(await refusalOf(start(world, target, { version: '1' }))).toMatchObject({
        name: 'ConflictException',
        status: 409,
      });
    await world.clock.advance(5 * minuteMs);
    expect(await start(world, other, { version: '1' })).toBe(2);
  });

  it('runs in two environments at once, each with numbers of its own', async () => {
    const { Id } = await world.control.createEnvironment({ ...place, Name: 'production' });
    const other = { ...place, EnvironmentId: text(Id) };
    expect(await start(world, place, { version })).toBe(1);
    expect(await start(world, other, { version })).toBe(1);
  });

  it('lets exactly one of several through that start at the same instant', async () => {
    const outcomes = await Promise.all(
      Array.from({ length: 8 }, () =>
        start(world, place, { version }).then(
          () => 'started',
          (error: Error) => error.name,
        ),
      ),
    );
    expect(outcomes.filter((outcome) => outcome === 'started')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome === 'ConflictException')).toHaveLength(7);
  });

  it('says that the number exists to the loser of a race between two slow validations', async () => {
    const Uri = world.lambda.define(
      'slow',
      () => new Promise((resolve) => void world.clock.after(500, () => resolve(0))),
    );
    await world.control.updateConfigurationProfile({
      ...place,
      Validators: [{ Type: 'LAMBDA', Content: Uri }],
    });
    const both = Promise.allSettled([start(world, place, { version }), start(world, place, { version })]);
    await expect.poll(() => world.lambda.calls.length).toBe(2);
    await world.clock.advance(500);
    const outcomes = await both;
    const lost = outcomes.find((outcome) => outcome.status === 'rejected');
    expect(outcomes.map((outcome) => outcome.status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(lost?.reason.message).toBe('Deployment number 1 already exists');
  });

  it('holds LatestDeploymentNumber against the newest deployment', async () => {
    await deploy(world, place, version);
    const input = { ...place, ConfigurationVersion: '1', DeploymentStrategyId: 'AppConfig.AllAtOnce' };
    const wrong = await refusalOf(world.control.startDeployment({ ...input, LatestDeploymentNumber: 0 }));
    expect(wrong).toMatchObject({ name: 'ConflictException', status: 409 });
    const right = await world.control.startDeployment({ ...input, LatestDeploymentNumber: 1 });
    expect(right.DeploymentNumber).toBe(2);
  });

  it('keeps what the strategy was at the start', async () => {
    const strategy = await createStrategy(world, {});
    const number = await start(world, place, { version, strategy });
    await world.control.updateDeploymentStrategy({ DeploymentStrategyId: strategy, GrowthFactor: 100 });
    await world.clock.advance(3 * minuteMs);
    const running = await world.control.getDeployment({ ...place, DeploymentNumber: number });
    expect({ factor: running.GrowthFactor, percent: running.PercentageComplete }).toEqual({
      factor: 25,
      percent: 25,
    });
  });
});
