import { describe, expect, it } from 'vitest';
import { createEnvironmentStore } from '../../../aws/appconfig/environment-store.js';
import { createProfileRemoval } from '../../../aws/appconfig/profile-removal.js';
import { ServiceUnavailable } from '../../../core/errors.js';
import { begin } from '../../local/appconfig/in-world.js';
import { deploy, hourMs, minuteMs, startPoller, type WorldOptions } from '../../local/appconfig/world.js';
import { all } from '../all.js';

async function there(options: WorldOptions = {}) {
  const { world, place } = await begin(options, { content: '{}', label: 'v1-a' }, { content: '[]' });
  const ids = {
    applicationId: place.ApplicationId,
    profileId: place.ConfigurationProfileId,
    profile: 'gameplay',
  };
  return { world, place, ids, removal: createProfileRemoval(world.control, ids) };
}

describe('the removal of a profile', () => {
  it('deletes versions, then the profile; what is gone already is no failure', async () => {
    const { removal } = await there();
    expect(await all(removal.versions())).toMatchObject([{ version: 2 }, { version: 1, label: 'v1-a' }]);
    expect(await removal.remove()).toBe('has-versions');
    await removal.removeVersion(1);
    await removal.removeVersion(1);
    expect(await all(removal.versions())).toMatchObject([{ version: 2 }]);
    await removal.removeVersion(2);
    expect(await removal.remove()).toBe('removed');
    expect(await removal.remove()).toBe('removed');
  });

  it('leaves one that something reads, until an hour has passed without, though the account asks for no protection', async () => {
    const { world, place, removal } = await there();
    await deploy(world, place, '1');
    const poller = await startPoller(world, place);
    expect(await poller.poll()).toBe('{}');
    for (const version of [1, 2]) await removal.removeVersion(version);
    await world.clock.advance(59 * minuteMs);
    expect(await removal.remove()).toBe('read-lately');
    // AppConfig keeps a copy of what is deployed.
    expect(await (await startPoller(world, place)).poll()).toBe('{}');
    await world.clock.advance(hourMs + minuteMs);
    expect(await removal.remove()).toBe('removed');
  });

  it('says what it could not do', async () => {
    const { world, removal } = await there();
    await world.close();
    for (const call of [removal.remove(), removal.removeVersion(1), all(removal.versions())])
      await expect(call).rejects.toBeInstanceOf(ServiceUnavailable);
  });
});

it('a version that is gone cannot be gone back to, and why is said', async () => {
  const { world, place, ids, removal } = await there();
  await removal.removeVersion(1);
  const store = createEnvironmentStore(world.control, {
    ...ids,
    environmentId: place.EnvironmentId,
    profileIds: { gameplay: ids.profileId },
    strategyIds: { immediate: 'AppConfig.AllAtOnce' },
  });
  const order = { profile: 'gameplay', version: 1, strategy: 'immediate', description: 'x' };
  await expect(store.startDeployment({ ...order, latestDeployment: 0 })).rejects.toMatchObject({
    code: 'VELTRIX_SERVICE_UNAVAILABLE',
    retryable: false,
    message: expect.stringMatching(/^could not start the deployment of version 1 of gameplay: /),
    hint: 'Where it is the version that is gone (`veltrix retire --versions`), publish the file of its commit instead.',
  });
});

describe('a hosted store that is full', () => {
  it('is named, with what makes room', async () => {
    const { world, place, ids } = await there({ hostedStoreBytes: 5 });
    const store = createEnvironmentStore(world.control, {
      ...ids,
      environmentId: place.EnvironmentId,
      profileIds: { gameplay: ids.profileId },
      strategyIds: {},
    });
    const bytes = new TextEncoder().encode('[1]');
    const request = { profile: 'gameplay', bytes, label: 'v3-a', description: 'x', after: 2 };
    await expect(store.createVersion(request)).rejects.toMatchObject({
      code: 'VELTRIX_SERVICE_UNAVAILABLE',
      retryable: false,
      message:
        "could not create version 3 of gameplay: AppConfig's hosted store is full; `veltrix retire <application>/<profile> --versions` makes room",
    });
  });
});
