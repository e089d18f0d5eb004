import { beforeEach, describe, expect, it } from 'vitest';
import { sleep } from '../../../../local/kernel/clock.js';
import { begin } from '../in-world.js';
import type { Behaviour } from '../scripted-lambda.js';
import {
  addVersion,
  createStrategy,
  deploy,
  minuteMs,
  type Place,
  start,
  startPoller,
  stateOf,
  type World,
  type WorldOptions,
} from '../world.js';
import { extend } from './extend.js';

let world: World;
let place: Place;
const version = '1';
const beginWith = async (options: WorldOptions) => {
  ({ world, place } = await begin(options, { content: 'new' }));
};
beforeEach(() => beginWith({}));

const guard = (behaviour: Behaviour) =>
  extend(world, place, { actions: { AT_DEPLOYMENT_TICK: world.lambda.define('guard', behaviour) } });
const ticks = () =>
  world.lambda.eventsOf('guard').map((event) => `${event['DeploymentState']} ${event['PercentageComplete']}`);
const slowly = async (bakeMinutes = 0) =>
  start(world, place, {
    version,
    strategy: await createStrategy(world, {
      DeploymentDurationInMinutes: 3,
      GrowthFactor: 50,
      FinalBakeTimeInMinutes: bakeMinutes,
    }),
  });
const newest = async (DeploymentNumber: number) =>
  (await world.control.getDeployment({ ...place, DeploymentNumber })).EventLog?.[1];

describe('ticks', () => {
  it('come right at the start and every minute, also while baking, and stop at the end', async () => {
    await guard(() => ({ Directive: 'CONTINUE' }));
    const number = await slowly(2);
    await world.clock.advance(30 * minuteMs);
    expect(ticks()).toEqual([
      'DEPLOYING 0.0',
      'DEPLOYING 0.0',
      'DEPLOYING 50.0',
      'DEPLOYING 100.0',
      'BAKING 100.0',
    ]);
    expect(await stateOf(world, place, number)).toBe('COMPLETE');
  });

  it('are told what the notifications are told, and the state', async () => {
    await guard(() => null);
    await slowly();
    await world.clock.advance(0);
    const [event] = world.lambda.eventsOf('guard');
    expect(event).toEqual({
      InvocationId: event?.['InvocationId'],
      Parameters: {},
      Type: 'AtDeploymentTick',
      Application: { Id: place.ApplicationId, Name: 'hunt' },
      Environment: { Id: place.EnvironmentId, Name: 'staging' },
      ConfigurationProfile: { Id: place.ConfigurationProfileId, Name: 'gameplay' },
      DeploymentNumber: 1,
      ConfigurationVersion: '1',
      DeploymentState: 'DEPLOYING',
      PercentageComplete: '0.0',
    });
    expect(world.lambda.calls[0]?.type).toBe('RequestResponse');
  });

  it('roll back when told to, with the reason in the event log', async () => {
    await guard((event) =>
      event['PercentageComplete'] === '50.0'
        ? { Directive: 'ROLL_BACK', Description: 'new 41 errors, old 6' }
        : { Directive: 'CONTINUE' },
    );
    const number = await slowly();
    await world.clock.advance(2 * minuteMs);
    expect(await stateOf(world, place, number)).toBe('ROLLED_BACK');
    expect(await newest(number)).toMatchObject({
      EventType: 'ROLLBACK_STARTED',
      TriggeredBy: 'APPCONFIG',
      Description: 'Rollback requested by extension guard: new 41 errors, old 6',
      ActionInvocations: [{ ActionName: 'at_deployment_tick' }],
    });
    await world.clock.advance(10 * minuteMs);
    expect(ticks()).toHaveLength(3);
  });

  it('give clients the previous content back', async () => {
    await deploy(world, place, version);
    await addVersion(world, place, { content: 'newer' });
    const poller = await startPoller(world, place);
    expect(await poller.poll()).toBe('new');
    await guard((event) => ({ Directive: event['DeploymentState'] === 'BAKING' ? 'ROLL_BACK' : 'CONTINUE' }));
    await start(world, place, { version: '2' });
    await world.clock.advance(0);
    expect(await poller.poll()).toBe('newer');
    await world.clock.advance(minuteMs);
    expect(await poller.poll()).toBe('new');
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('cannot read the records');
      },
      'cannot read the records',
    ],
    ['answers an error', () => ({ Error: 'InternalError', Message: 'no data' }), 'no data'],
    ['answers a directive that does not exist', () => ({ Directive: 'PAUSE' }), 'CONTINUE'],
  ] as const)('roll back when the guard %s', async (_, behaviour, reason) => {
    await guard(behaviour);
    const number = await slowly();
    await world.clock.advance(minuteMs);
    expect(await stateOf(world, place, number)).toBe('ROLLED_BACK');
    const event = await newest(number);
    expect(event?.Description).toMatch(/^Error invoking extension guard: /);
    expect(event?.ActionInvocations?.[0]?.ErrorMessage).toContain(reason);
  });

  it('roll back when the guard takes longer than three seconds', async () => {
    await guard(
      () => new Promise((resolve) => void world.clock.after(3001, () => resolve({ Directive: 'CONTINUE' }))),
    );
    const number = await slowly();
    await world.clock.advance(2999);
    expect(await stateOf(world, place, number)).toBe('DEPLOYING');
    await world.clock.advance(1);
    expect(await stateOf(world, place, number)).toBe('ROLLED_BACK');
    expect((await newest(number))?.Description).toContain('did not answer within 3 s');
  });

  it('go on when the guard takes a little less', async () => {
    await guard(
      () => new Promise((resolve) => void world.clock.after(2999, () => resolve({ Directive: 'CONTINUE' }))),
    );
    const number = await slowly();
    await world.clock.advance(10 * minuteMs);
    expect(await stateOf(world, place, number)).toBe('COMPLETE');
  });

  it('wait for a guard to be loaded, and only then count the three seconds', async () => {
    const { clock, lambda } = world;
    await guard(
      () => new Promise((resolve) => void clock.after(3001, () => resolve({ Directive: 'CONTINUE' }))),
    );
    lambda.load('guard', () => sleep(clock, 4000));
    const number = await slowly();
    await clock.advance(6999);
    expect(await stateOf(world, place, number)).toBe('DEPLOYING');
    await clock.advance(1);
    expect(await stateOf(world, place, number)).toBe('ROLLED_BACK');
  });

  it('go on when the guard was slow to load, and is quick to answer', async () => {
    await guard(() => ({ Directive: 'CONTINUE' }));
    world.lambda.load('guard', () => sleep(world.clock, 20_000));
    const number = await slowly();
    await world.clock.advance(10 * minuteMs);
    expect(ticks()).toHaveLength(4);
    expect(await stateOf(world, place, number)).toBe('COMPLETE');
  });

  it('roll back when the guard cannot be loaded', async () => {
    await guard(() => ({ Directive: 'CONTINUE' }));
    world.lambda.load('guard', () => Promise.reject(new Error('no settings')));
    const number = await slowly();
    await world.clock.advance(0);
    expect(await stateOf(world, place, number)).toBe('ROLLED_BACK');
    expect((await newest(number))?.Description).toBe('Error invoking extension guard: no settings');
  });

  it.each([null, {}, 'fine'])('go on with the answer %j', async (answer) => {
    await guard(() => answer);
    const number = await slowly();
    await world.clock.advance(10 * minuteMs);
    expect(await stateOf(world, place, number)).toBe('COMPLETE');
  });

  it('roll back when AppConfig may not ask', async () => {
    const Uri = world.lambda.define('guard', () => null, 'nobody');
    await extend(world, place, { actions: { AT_DEPLOYMENT_TICK: Uri } });
    const number = await slowly();
    await world.clock.advance(0);
    expect(await stateOf(world, place, number)).toBe('ROLLED_BACK');
  });

  it('let any one of several guards roll back', async () => {
    await guard(() => ({ Directive: 'CONTINUE' }));
    const Uri = world.lambda.define('other', () => ({ Directive: 'ROLL_BACK', Description: 'no' }));
    await extend(world, place, { name: 'other', actions: { AT_DEPLOYMENT_TICK: Uri }, on: 'profile' });
    const number = await slowly();
    await world.clock.advance(0);
    expect(await stateOf(world, place, number)).toBe('ROLLED_BACK');
    expect((await newest(number))?.Description).toBe('Rollback requested by extension other: no');
  });

  it('do not touch a deployment that the user has stopped meanwhile', async () => {
    await guard(
      () => new Promise((resolve) => void world.clock.after(2000, () => resolve({ Directive: 'ROLL_BACK' }))),
    );
    const number = await slowly();
    await world.clock.advance(1000);
    await world.control.stopDeployment({ ...place, DeploymentNumber: number });
    await world.clock.advance(minuteMs);
    const { EventLog = [] } = await world.control.getDeployment({ ...place, DeploymentNumber: number });
    expect(EventLog.map((event) => event.EventType)).toEqual([
      'ROLLBACK_COMPLETED',
      'ROLLBACK_STARTED',
      'DEPLOYMENT_STARTED',
    ]);
    expect(EventLog[1]?.TriggeredBy).toBe('USER');
  });
});

describe('ticks at speed', () => {
  beforeEach(() => beginWith({ speed: 600 }));

  it('come as often as the rollout is faster', async () => {
    await guard(() => ({ Directive: 'CONTINUE' }));
    await slowly(2);
    await world.clock.advance(10_000);
    expect(ticks()).toHaveLength(5);
  });

  it('are heard before a deployment completes, and do not put the end off for ever', async () => {
    const { clock } = world;
    await guard(
      () => new Promise((resolve) => void clock.after(150, () => resolve({ Directive: 'CONTINUE' }))),
    );
    const number = await slowly(2);
    await clock.advance(2000);
    expect(await stateOf(world, place, number)).toBe('COMPLETE');
  });

  it('roll back with an answer that comes after the bake is over', async () => {
    const { clock } = world;
    await guard(
      () => new Promise((resolve) => void clock.after(1500, () => resolve({ Directive: 'ROLL_BACK' }))),
    );
    const number = await slowly(0);
    await clock.advance(1400);
    expect(await stateOf(world, place, number)).toBe('BAKING');
    await clock.advance(100);
    expect(await stateOf(world, place, number)).toBe('ROLLED_BACK');
  });
});
