import { describe, expect, it } from 'vitest';
import { begin, inWorld } from '../in-world.js';
import {
  createStrategy,
  deploy,
  eventsOf,
  minuteMs,
  refusalOf,
  start,
  startPoller,
  startWorld,
  stateOf,
} from '../world.js';

const { world, place } = inWorld({ content: '{"a":1}', label: 'v1-abc' });
const version = '1';

const environmentState = async () => (await world.control.getEnvironment(place)).State;

describe('a linear rollout of 25 %', () => {
  it('exposes 25, 50, 75 and 100, bakes and completes, also without a bake', async () => {
    const number = await start(world, place, { version, strategy: await createStrategy(world, {}) });
    await world.clock.advance(15 * minuteMs);
    const { EventLog = [], ...record } = await world.control.getDeployment({
      ...place,
      DeploymentNumber: number,
    });
    expect(EventLog.map((event) => event.Description)).toEqual([
      'Deployment completed',
      'Deployment bake time started',
      'Configuration available to 100.00% of clients',
      'Configuration available to 75.00% of clients',
      'Configuration available to 50.00% of clients',
      'Configuration available to 25.00% of clients',
      'Deployment started',
    ]);
    expect(record).toMatchObject({
      State: 'COMPLETE',
      PercentageComplete: 100,
      CompletedAt: new Date('2026-01-01T00:15:00.000Z'),
    });
    expect(await environmentState()).toBe('READY_FOR_DEPLOYMENT');
  });

  it('is deploying until its duration is over, and baking until its bake is', async () => {
    const strategy = await createStrategy(world, { FinalBakeTimeInMinutes: 10 });
    const number = await start(world, place, { version, strategy });
    await world.clock.advance(15 * minuteMs - 1);
    expect(await stateOf(world, place, number)).toBe('DEPLOYING');
    await world.clock.advance(1);
    expect(await stateOf(world, place, number)).toBe('BAKING');
    expect(await environmentState()).toBe('DEPLOYING');
    await world.clock.advance(10 * minuteMs);
    expect(await stateOf(world, place, number)).toBe('COMPLETE');
  });
});

describe('an exponential rollout of 10 %', () => {
  it('exposes 10, 20, 40, 80 and 100', async () => {
    const number = await start(world, place, { version, strategy: 'AppConfig.Canary10Percent20Minutes' });
    await world.clock.advance(30 * minuteMs);
    const { EventLog = [] } = await world.control.getDeployment({ ...place, DeploymentNumber: number });
    const percentages = EventLog.filter((event) => event.EventType === 'PERCENTAGE_UPDATED')
      .map((event) => event.Description?.replace(/\D*([\d.]+)%.*/, '$1'))
      .reverse();
    expect(percentages).toEqual(['10.00', '20.00', '40.00', '80.00', '100.00']);
    expect(await stateOf(world, place, number)).toBe('COMPLETE');
  });
});

describe('everybody at once', () => {
  it('goes straight to the bake', async () => {
    const number = await start(world, place, { version });
    await world.clock.advance(0);
    expect(await stateOf(world, place, number)).toBe('BAKING');
    expect(await eventsOf(world, place, number)).toEqual([
      'DEPLOYMENT_STARTED',
      'PERCENTAGE_UPDATED',
      'BAKE_TIME_STARTED',
    ]);
  });
});

describe('ListDeployments', () => {
  it('shows the newest first, as summaries with label and type', async () => {
    await deploy(world, place, version);
    await deploy(world, place, version);
    const { Items = [] } = await world.control.listDeployments(place);
    expect(Items.map((item) => item.DeploymentNumber)).toEqual([2, 1]);
    expect(Items[0]).toMatchObject({
      VersionLabel: 'v1-abc',
      Type: 'USER',
      State: 'COMPLETE',
      PercentageComplete: 100,
    });
    expect(Items[0]).not.toHaveProperty('EventLog');
    const page = await world.control.listDeployments({ ...place, MaxResults: 1 });
    const rest = await world.control.listDeployments({ ...place, NextToken: page.NextToken });
    expect(rest.Items?.map((item) => item.DeploymentNumber)).toEqual([1]);
  });
});

describe('deleting an environment', () => {
  it('is refused while a deployment is under way in it', async () => {
    await start(world, place, { version });
    expect((await refusalOf(world.control.deleteEnvironment(place))).status).toBe(409);
  });
});

describe('speed', () => {
  it('divides rollout and bake, and leaves what the record says alone', async () => {
    const { world: fast, place: there } = await begin({ speed: 60 }, { content: '{}' });
    const strategy = await createStrategy(fast, { FinalBakeTimeInMinutes: 15 });
    const number = await start(fast, there, { version: '1', strategy });
    await fast.clock.advance(30_000);
    const record = await fast.control.getDeployment({ ...there, DeploymentNumber: number });
    expect(record).toMatchObject({
      State: 'COMPLETE',
      DeploymentDurationInMinutes: 15,
      FinalBakeTimeInMinutes: 15,
      CompletedAt: new Date('2026-01-01T00:00:30.000Z'),
    });
  });

  it('leaves the life of a token and the window of a revert alone', async () => {
    const { world: fast, place: there } = await begin({ speed: 1000 }, { content: '{}' });
    const number = await start(fast, there, { version: '1' });
    await fast.clock.advance(minuteMs);
    const poller = await startPoller(fast, there);
    await fast.clock.advance(23 * 60 * minuteMs);
    expect(await poller.poll()).toBe('{}');
    const stopped = await fast.control.stopDeployment({
      ...there,
      DeploymentNumber: number,
      AllowRevert: true,
    });
    expect(stopped.State).toBe('REVERTED');
  });

  it('refuses to stand still', async () => {
    await expect(startWorld({ speed: 0 })).rejects.toThrow('speed: expected a number above 0, got 0');
  });
});
