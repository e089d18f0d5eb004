import { describe, expect, it } from 'vitest';
import type { Json } from '../../../../local/kernel/aws.js';
import { extend } from '../extensions/extend.js';
import { inWorld } from '../in-world.js';
import {
  addVersion,
  createStrategy,
  deploy,
  hourMs,
  minuteMs,
  start,
  startPoller,
  startWorld,
  stateOf,
  type World,
} from '../world.js';

const { world, place } = inWorld({ content: 'one', label: 'v1-a' }, { content: 'two', label: 'v2-b' });

/** Another local AWS at the same instant, with what this one would have written to disk. */
async function restarted(): Promise<World> {
  const written = JSON.stringify(world.services.control.snapshot?.());
  const next = await startWorld({ clock: world.clock, seed: 'another' });
  next.services.control.restore?.(JSON.parse(written) as Json);
  await world.services.control.close();
  return next;
}

describe('a restart', () => {
  it('keeps every resource', async () => {
    await world.control.updateAccountSettings({ DeletionProtection: { Enabled: true } });
    await createStrategy(world, { Name: 'mine', Tags: { a: 'b' } });
    await extend(world, place, {
      actions: { ON_DEPLOYMENT_START: world.lambda.define('tell', () => null) },
      parameters: { p: {} },
      values: { p: 'v' },
    });
    await deploy(world, place, '1');
    const next = await restarted();
    const look = async ({ control }: World) => {
      const answers = await Promise.all([
        control.listApplications({}),
        control.listEnvironments(place),
        control.getConfigurationProfile(place),
        control.listHostedConfigurationVersions(place),
        control.listDeploymentStrategies({}),
        control.getDeployment({ ...place, DeploymentNumber: 1 }),
        control.getExtension({ ExtensionIdentifier: 'guard' }),
        control.listExtensionAssociations({}),
        control.getAccountSettings({}),
      ]);
      return answers.map(({ $metadata: _, ...answer }) => answer);
    };
    expect(await look(next)).toEqual(await look(world));
  });

  it('lets sessions go on with their tokens, without sending again what they have', async () => {
    await deploy(world, place, '1');
    const poller = await startPoller(world, place);
    expect(await poller.poll()).toBe('one');
    const next = await restarted();
    const again = await startPoller(next, place);
    again.token = poller.token;
    expect(await again.poll()).toBe('');
    await deploy(next, place, '2');
    expect(await again.poll()).toBe('two');
  });

  it('lets a rollout go on to its end', async () => {
    const number = await start(world, place, { version: '1', strategy: await createStrategy(world, {}) });
    await world.clock.advance(7 * minuteMs);
    const next = await restarted();
    await next.clock.advance(2 * minuteMs);
    const running = await next.control.getDeployment({ ...place, DeploymentNumber: number });
    expect(running.PercentageComplete).toBe(75);
    await next.clock.advance(6 * minuteMs);
    expect(await stateOf(next, place, number)).toBe('COMPLETE');
  });

  it('does not run through the steps that a long pause left out', async () => {
    const number = await start(world, place, { version: '1', strategy: await createStrategy(world, {}) });
    const written = world.services.control.snapshot?.() ?? {};
    await world.services.control.close();
    await world.clock.advance(12 * hourMs);
    const next = await startWorld({ clock: world.clock });
    next.services.control.restore?.(written);
    await next.clock.advance(0);
    const running = await next.control.getDeployment({ ...place, DeploymentNumber: number });
    expect({ state: running.State, percent: running.PercentageComplete }).toEqual({
      state: 'DEPLOYING',
      percent: 25,
    });
  });

  it('goes on ticking', async () => {
    await extend(world, place, { actions: { AT_DEPLOYMENT_TICK: world.lambda.define('guard', () => null) } });
    const number = await start(world, place, { version: '1', strategy: await createStrategy(world, {}) });
    await world.clock.advance(90_000);
    const next = await restarted();
    next.lambda.define('guard', () => ({ Directive: 'ROLL_BACK' }));
    await next.clock.advance(30_000);
    expect(await stateOf(next, place, number)).toBe('ROLLED_BACK');
  });

  it('gives no id and no version number a second time', async () => {
    await world.control.deleteHostedConfigurationVersion({ ...place, VersionNumber: 2 });
    const next = await restarted();
    expect(await addVersion(next, place, { content: 'three' })).toBe('3');
    const { Id } = await next.control.createApplication({ Name: 'another' });
    expect(Id).not.toBe(place.ApplicationId);
  });

  it('leaves out content that nothing names any more', async () => {
    await addVersion(world, place, { content: 'secret of a deleted version' });
    await world.control.deleteHostedConfigurationVersion({ ...place, VersionNumber: 3 });
    const written = JSON.stringify(world.services.control.snapshot?.());
    expect(written).toContain(Buffer.from('two').toString('base64'));
    expect(written).not.toContain(Buffer.from('secret of a deleted version').toString('base64'));
  });

  it('refuses what is no snapshot, naming the place, and stays as it was', async () => {
    const { control } = world.services;
    const broken = { ...control.snapshot?.(), applications: [{ Id: 7 }] };
    expect(() => control.restore?.(broken)).toThrow(/Not a snapshot of AppConfig: [\s\S]*applications\[0\]/);
    expect((await world.control.listApplications({})).Items).toHaveLength(1);
  });
});
