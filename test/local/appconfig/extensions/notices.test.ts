import type { ActionPoint } from '@aws-sdk/client-appconfig';
import { describe, expect, it } from 'vitest';
import { inWorld } from '../in-world.js';
import { createStrategy, deploy, minuteMs, start, stateOf } from '../world.js';
import { extend } from './extend.js';

const { world, place } = inWorld({ content: '{}' });
const version = '1';

const points: ActionPoint[] = [
  'ON_DEPLOYMENT_START',
  'ON_DEPLOYMENT_STEP',
  'ON_DEPLOYMENT_BAKING',
  'ON_DEPLOYMENT_COMPLETE',
  'ON_DEPLOYMENT_ROLLED_BACK',
];
const all = (Uri: string) => Object.fromEntries(points.map((point) => [point, Uri]));
const types = () => world.lambda.eventsOf('tell').map((event) => event['Type']);

describe('notifications', () => {
  it('are told of every event, in order, asynchronously', async () => {
    await extend(world, place, { actions: all(world.lambda.define('tell', () => undefined)) });
    const strategy = await createStrategy(world, { GrowthFactor: 50, FinalBakeTimeInMinutes: 1 });
    await start(world, place, { version, strategy });
    await world.clock.advance(16 * minuteMs);
    expect(types()).toEqual([
      'OnDeploymentStart',
      'OnDeploymentStep',
      'OnDeploymentStep',
      'OnDeploymentBaking',
      'OnDeploymentComplete',
    ]);
    expect(new Set(world.lambda.calls.map((call) => call.type))).toEqual(new Set(['Event']));
  });

  it('say what was deployed where, and carry no content', async () => {
    await extend(world, place, {
      actions: { ON_DEPLOYMENT_COMPLETE: world.lambda.define('tell', () => undefined) },
      parameters: { table: {} },
      values: { table: 't' },
    });
    await deploy(world, place, version);
    const [event] = world.lambda.eventsOf('tell');
    expect(event).toEqual({
      InvocationId: event?.['InvocationId'],
      Parameters: { table: 't' },
      Type: 'OnDeploymentComplete',
      Application: { Id: place.ApplicationId, Name: 'hunt' },
      Environment: { Id: place.EnvironmentId, Name: 'staging' },
      ConfigurationProfile: { Id: place.ConfigurationProfileId, Name: 'gameplay' },
      DeploymentNumber: 1,
      ConfigurationVersion: '1',
    });
  });

  it('are told of a rollback by the user, and not of a revert', async () => {
    await extend(world, place, { actions: all(world.lambda.define('tell', () => undefined)) });
    const rolledBack = await start(world, place, { version });
    await world.control.stopDeployment({ ...place, DeploymentNumber: rolledBack });
    await world.clock.advance(0);
    expect(types()).toEqual(['OnDeploymentStart', 'OnDeploymentRolledBack']);
    const complete = await deploy(world, place, version);
    const countBefore = types().length;
    await world.control.stopDeployment({ ...place, DeploymentNumber: complete, AllowRevert: true });
    await world.clock.advance(minuteMs);
    expect(types()).toHaveLength(countBefore);
  });

  it('are noted in the event that sent them', async () => {
    const Uri = world.lambda.define('tell', () => undefined);
    const { arn } = await extend(world, place, { actions: { ON_DEPLOYMENT_START: Uri } });
    const number = await start(world, place, { version });
    await world.clock.advance(0);
    const { EventLog = [] } = await world.control.getDeployment({ ...place, DeploymentNumber: number });
    expect(EventLog.at(-1)?.ActionInvocations).toEqual([
      {
        ExtensionIdentifier: arn,
        ActionName: 'on_deployment_start',
        Uri,
        InvocationId: world.lambda.eventsOf('tell')[0]?.['InvocationId'],
      },
    ]);
    expect(EventLog[0]?.ActionInvocations).toEqual([]);
  });

  it.each(['nobody', 'missing'] as const)(
    'change nothing when they fail (%s), but the failure is noted',
    async (how) => {
      const Uri =
        how === 'nobody'
          ? world.lambda.define('tell', () => undefined, 'nobody')
          : 'arn:aws:lambda:us-east-1:000000000000:function:gone';
      await extend(world, place, { actions: all(Uri) });
      const number = await deploy(world, place, version);
      expect(await stateOf(world, place, number)).toBe('COMPLETE');
      const { EventLog = [] } = await world.control.getDeployment({ ...place, DeploymentNumber: number });
      for (const event of EventLog)
        expect(event.ActionInvocations).toMatchObject([{ ErrorCode: 'AccessDeniedException', Uri }]);
    },
  );

  it('reach the default event bus in its own form, without any permission', async () => {
    const bus = 'arn:aws:events:us-east-1:000000000000:event-bus/default';
    const { associationId } = await extend(world, place, { actions: all(bus), values: {} });
    const policy = { Principal: { Service: 'events.amazonaws.com' }, Action: 'lambda:InvokeFunction' };
    const Arn = world.lambda.define('hear', () => undefined, { Statement: [policy] });
    const EventPattern = JSON.stringify({
      source: ['aws.appconfig'],
      'detail-type': [{ 'anything-but': ['On Deployment Start', 'On Deployment Step'] }],
      detail: { Environment: { Id: [place.EnvironmentId] } },
    });
    await world.events.call('PutRule', { Name: 'hear', EventPattern });
    await world.events.call('PutTargets', { Rule: 'hear', Targets: [{ Id: '1', Arn }] });
    await deploy(world, place, version);
    const heard = world.lambda.eventsOf('hear');
    expect(heard.map((event) => event['detail-type'])).toEqual([
      'On Deployment Baking',
      'On Deployment Complete',
    ]);
    expect(heard[1]).toEqual({
      version: '0',
      id: expect.any(String),
      'detail-type': 'On Deployment Complete',
      source: 'aws.appconfig',
      account: '000000000000',
      time: '2026-01-01T00:10:00Z',
      region: 'us-east-1',
      resources: [`arn:aws:appconfig:us-east-1:000000000000:extensionassociation/${associationId}`],
      detail: {
        InvocationId: expect.stringMatching(/^[a-z0-9]{7}$/),
        Parameters: {},
        Type: 'OnDeploymentComplete',
        Application: { Id: place.ApplicationId, Name: 'hunt' },
        Environment: { Id: place.EnvironmentId, Name: 'staging' },
        ConfigurationProfile: { Id: place.ConfigurationProfileId, Name: 'gameplay' },
        DeploymentNumber: 1,
        ConfigurationVersion: '1',
      },
    });
  });

  it('reach only what is in scope', async () => {
    const Uri = world.lambda.define('tell', () => undefined);
    const { Id: otherId } = await world.control.createEnvironment({ ...place, Name: 'production' });
    const other = { ...place, EnvironmentId: otherId ?? '' };
    await extend(world, other, { actions: all(Uri), on: 'environment' });
    await deploy(world, place, version);
    expect(types()).toEqual([]);
    await deploy(world, other, version);
    expect(types()).toHaveLength(4);
  });

  it('are those in force at the start, whatever is associated or changed later', async () => {
    const Uri = world.lambda.define('tell', () => undefined);
    const late = world.lambda.define('late', () => undefined);
    const { associationId, extensionId } = await extend(world, place, { actions: all(Uri) });
    await start(world, place, { version });
    await world.control.updateExtension({
      ExtensionIdentifier: extensionId,
      Actions: { ON_DEPLOYMENT_COMPLETE: [{ Name: 'x', Uri: late }] },
    });
    await world.control.deleteExtensionAssociation({ ExtensionAssociationId: associationId });
    await extend(world, place, { name: 'other', actions: all(late) });
    await world.clock.advance(10 * minuteMs);
    expect(types()).toContain('OnDeploymentComplete');
    expect(world.lambda.eventsOf('late')).toEqual([]);
  });
});
