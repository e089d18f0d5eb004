import { describe, expect, it } from 'vitest';
import { inWorld } from '../in-world.js';
import {
  addProfile,
  addVersion,
  createStrategy,
  deploy,
  eventsOf,
  hourMs,
  minuteMs,
  refusalOf,
  start,
  startPoller,
  stateOf,
} from '../world.js';

const { world, place } = inWorld({ content: 'one' }, { content: 'two' });

const stop = (DeploymentNumber: number, AllowRevert?: boolean) =>
  world.control.stopDeployment({ ...place, DeploymentNumber, AllowRevert });
const environmentState = async () => (await world.control.getEnvironment(place)).State;

describe('StopDeployment', () => {
  it.each([undefined, false, true])(
    'rolls a running deployment back with AllowRevert %s',
    async (allowRevert) => {
      const number = await start(world, place, { version: '1', strategy: await createStrategy(world, {}) });
      await world.clock.advance(7 * minuteMs);
      const stopped = await stop(number, allowRevert);
      expect(stopped.$metadata.httpStatusCode).toBe(202);
      expect(stopped.State).toBe('ROLLING_BACK');
      expect(stopped.EventLog?.[0]).toMatchObject({
        EventType: 'ROLLBACK_STARTED',
        TriggeredBy: 'USER',
        Description: 'Rollback initiated by account 000000000000',
      });
      await world.clock.advance(0);
      expect(await stateOf(world, place, number)).toBe('ROLLED_BACK');
      expect(await environmentState()).toBe('ROLLED_BACK');
    },
  );

  it('rolls a baking deployment back too, and none of its events come later', async () => {
    const number = await start(world, place, { version: '1' });
    await world.clock.advance(minuteMs);
    await stop(number);
    await world.clock.advance(hourMs);
    expect(await eventsOf(world, place, number)).toEqual([
      'DEPLOYMENT_STARTED',
      'PERCENTAGE_UPDATED',
      'BAKE_TIME_STARTED',
      'ROLLBACK_STARTED',
      'ROLLBACK_COMPLETED',
    ]);
  });

  it('answers 400 for a complete deployment without AllowRevert', async () => {
    const number = await deploy(world, place, '1');
    expect(await refusalOf(stop(number))).toMatchObject({ name: 'BadRequestException', status: 400 });
    expect(await stateOf(world, place, number)).toBe('COMPLETE');
  });

  it('reverts a complete deployment for 72 hours', async () => {
    const number = await deploy(world, place, '1');
    await world.clock.advance(72 * hourMs - 1);
    const stopped = await stop(number, true);
    expect({ status: stopped.$metadata.httpStatusCode, state: stopped.State }).toEqual({
      status: 202,
      state: 'REVERTED',
    });
    expect(stopped.EventLog?.[0]?.EventType).toBe('REVERT_COMPLETED');
    expect(await environmentState()).toBe('REVERTED');
  });

  it('answers 400 for a revert after 72 hours', async () => {
    const number = await deploy(world, place, '1');
    await world.clock.advance(72 * hourMs);
    expect(await refusalOf(stop(number, true))).toMatchObject({ name: 'BadRequestException', status: 400 });
  });

  it('answers 400 for a deployment that was rolled back or reverted', async () => {
    const number = await deploy(world, place, '1');
    await stop(number, true);
    expect((await refusalOf(stop(number, true))).message).toBe(
      'Deployment 1 cannot be stopped: it is REVERTED',
    );
  });

  it('reverts only the newest complete deployment of a profile', async () => {
    await deploy(world, place, '1');
    await deploy(world, place, '2');
    expect((await refusalOf(stop(1, true))).message).toContain('deployment 2 of the same profile is newer');
    expect((await stop(2, true)).State).toBe('REVERTED');
    expect((await stop(1, true)).State).toBe('REVERTED');
  });

  it('does not revert under a rollout of the same profile, but beside one of another', async () => {
    await deploy(world, place, '1');
    await start(world, place, { version: '2' });
    expect((await refusalOf(stop(1, true))).message).toContain(
      'deployment 2 of the same profile is under way',
    );
    await world.clock.advance(10 * minuteMs);
    const other = { ...place, ConfigurationProfileId: await addProfile(world, place) };
    await addVersion(world, other, { content: 'other' });
    await start(world, other, { version: '1' });
    expect((await stop(2, true)).State).toBe('REVERTED');
    expect(await environmentState()).toBe('DEPLOYING');
  });

  it('leaves room for another deployment', async () => {
    const number = await start(world, place, { version: '1' });
    await stop(number);
    await world.clock.advance(0);
    expect(await deploy(world, place, '2')).toBe(2);
    expect(await environmentState()).toBe('READY_FOR_DEPLOYMENT');
  });
});

describe('what clients get', () => {
  it('is the previous content, in full, after a rollback', async () => {
    await deploy(world, place, '1');
    const poller = await startPoller(world, place);
    expect(await poller.poll()).toBe('one');
    const number = await start(world, place, { version: '2' });
    await world.clock.advance(minuteMs);
    expect(await poller.poll()).toBe('two');
    await stop(number);
    expect(await poller.poll()).toBe('one');
    expect(await poller.poll()).toBe('');
  });

  it('is the previous content after a revert', async () => {
    await deploy(world, place, '1');
    await deploy(world, place, '2');
    const poller = await startPoller(world, place);
    expect(await poller.poll()).toBe('two');
    await stop(2, true);
    expect(await poller.poll()).toBe('one');
  });

  it('skips rolled back and reverted deployments on the way back', async () => {
    await deploy(world, place, '1');
    const rolledBack = await start(world, place, { version: '2' });
    await stop(rolledBack);
    await world.clock.advance(0);
    await addVersion(world, place, { content: 'three' });
    await deploy(world, place, '3');
    await stop(3, true);
    expect(await (await startPoller(world, place)).poll()).toBe('one');
  });

  it('is nothing after the rollback of the first deployment', async () => {
    const poller = await startPoller(world, place);
    const number = await start(world, place, { version: '1' });
    await world.clock.advance(minuteMs);
    expect(await poller.poll()).toBe('one');
    await stop(number);
    await world.clock.advance(0);
    expect(await refusalOf(poller.poll())).toMatchObject({
      name: 'ResourceNotFoundException',
      status: 404,
      members: { ResourceType: 'Configuration' },
    });
  });
});
