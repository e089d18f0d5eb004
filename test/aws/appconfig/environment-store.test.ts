import { describe, expect, it } from 'vitest';
import { createEnvironmentStore } from '../../../aws/appconfig/environment-store.js';
import { ServiceUnavailable } from '../../../core/errors.js';
import { all } from '../all.js';
import { deployAppConfig } from './deployed-appconfig.js';
import { type EnvironmentStoreWorld, environmentStoreContract } from './environment-store-contract.js';
import { InMemoryAppConfig } from './in-memory-appconfig.js';

describe('an EnvironmentStore in memory', () => {
  environmentStoreContract(async () => {
    const validate = (bytes: Uint8Array) => {
      if (new TextDecoder().decode(bytes) === '{"bad":true}') throw new Error('it is bad');
    };
    const world = new InMemoryAppConfig({ profiles: ['gameplay', 'limits'], validate });
    return {
      store: world.environment('staging'),
      other: world.environment('production'),
      finish: async () => world.finish('staging'),
    };
  });
});

describe('an EnvironmentStore in AppConfig', () => {
  environmentStoreContract(async (): Promise<EnvironmentStoreWorld> => {
    const { world, staging, production } = await deployAppConfig();
    return {
      store: createEnvironmentStore(world.control, staging),
      other: createEnvironmentStore(world.control, production),
      finish: () => world.clock.advance(60 * 60_000),
    };
  });

  it.each([
    ['{"busy":true}', 'Rate Exceeded.', true],
    ['{"broken":true}', 'Cannot read properties of undefined', false],
  ])('blames no content for a validator that could not say: %s', async (content, why, retryable) => {
    const { world, staging } = await deployAppConfig();
    const store = createEnvironmentStore(world.control, staging);
    const bytes = new TextEncoder().encode(content);
    await store.createVersion({ profile: 'gameplay', bytes, label: 'v1-a', description: 'x', after: 0 });
    const about = { profile: 'gameplay', version: 1, strategy: 'immediate', description: 'x' };
    const error = await store
      .startDeployment({ ...about, latestDeployment: 0 })
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ServiceUnavailable);
    expect(error).toMatchObject({ retryable, message: expect.stringContaining(why) });
    expect(await all(store.deployments())).toEqual([]);
  });

  it('lists deployments of profiles it was not told of, and of versions without a label', async () => {
    const { world, staging } = await deployAppConfig();
    const store = createEnvironmentStore(world.control, { ...staging, profileIds: {} });
    await world.control.createHostedConfigurationVersion({
      ApplicationId: staging.applicationId,
      ConfigurationProfileId: staging.profileIds.limits,
      Content: new TextEncoder().encode('{}'),
      ContentType: 'application/json',
    });
    await world.control.startDeployment({
      ApplicationId: staging.applicationId,
      EnvironmentId: staging.environmentId,
      ConfigurationProfileId: staging.profileIds.limits,
      ConfigurationVersion: '1',
      DeploymentStrategyId: staging.strategyIds['linear-50'],
    });
    const listed = await all(store.deployments());
    expect(listed).toMatchObject([{ number: 1, profile: 'limits', version: 1 }]);
    expect(listed[0]).not.toHaveProperty('label');
  });

  it('says what it could not do, and that nothing helps, when AppConfig knows the id not', async () => {
    const { world, staging } = await deployAppConfig();
    const store = createEnvironmentStore(world.control, { ...staging, environmentId: 'zzzzzzz' });
    const error = await all(store.deployments()).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ServiceUnavailable);
    expect(error).toMatchObject({ retryable: false });
    expect(String(error)).toContain('could not list the deployments: ResourceNotFoundException');
  });

  it('is worth another try when nobody answers', async () => {
    const { world, staging } = await deployAppConfig();
    const store = createEnvironmentStore(world.control, staging);
    await world.close();
    const error = await store.deployment(1).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ServiceUnavailable);
    expect(error).toMatchObject({ retryable: true });
  });
});
