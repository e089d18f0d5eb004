import { afterEach, describe, expect, it } from 'vitest';
import { createEnvironmentStore } from '../../aws/environment-store.js';
import { type Strategy, strategies } from '../../core/delivery/strategies.js';
import { ServiceUnavailable } from '../../core/errors.js';
import { startWorld, type World } from '../local/appconfig/world.js';
import { all } from './all.js';
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

const worlds: World[] = [];
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.close();
});

/** The application `app` with both profiles, checked by a function, and two environments. */
async function deploy() {
  const world = await startWorld();
  worlds.push(world);
  const validator = world.lambda.define('validate', (event) => {
    const content = Buffer.from(String(event['content']), 'base64').toString();
    if (content === '{"bad":true}') throw new Error('it is bad');
    return undefined;
  });
  const { control } = world;
  const idOf = ({ Id }: { Id?: string | undefined }) => String(Id);
  const ApplicationId = idOf(await control.createApplication({ Name: 'app' }));
  const environment = async (Name: string) => idOf(await control.createEnvironment({ ApplicationId, Name }));
  const profile = async (Name: string) => {
    const Validators = [{ Type: 'LAMBDA' as const, Content: validator }];
    const request = { ApplicationId, Name, LocationUri: 'hosted', Validators };
    return idOf(await control.createConfigurationProfile(request));
  };
  const strategy = async (Name: string, about: Strategy) =>
    idOf(
      await control.createDeploymentStrategy({
        Name,
        DeploymentDurationInMinutes: about.durationMinutes,
        GrowthFactor: about.growthPercent,
        GrowthType: about.growthType,
        FinalBakeTimeInMinutes: about.bakeMinutes,
        ReplicateTo: 'NONE',
      }),
    );
  const strategyIds: Record<string, string> = {};
  for (const [name, about] of Object.entries(strategies)) strategyIds[name] = await strategy(name, about);
  const common = {
    applicationId: ApplicationId,
    profileIds: { gameplay: await profile('gameplay'), limits: await profile('limits') },
    strategyIds,
  };
  const staging = { ...common, environmentId: await environment('staging') };
  const production = { ...common, environmentId: await environment('production') };
  return { world, staging, production };
}

describe('an EnvironmentStore in AppConfig', () => {
  environmentStoreContract(async (): Promise<EnvironmentStoreWorld> => {
    const { world, staging, production } = await deploy();
    return {
      store: createEnvironmentStore(world.control, staging),
      other: createEnvironmentStore(world.control, production),
      finish: () => world.clock.advance(60 * 60_000),
    };
  });

  it('lists deployments of profiles it was not told of, and of versions without a label', async () => {
    const { world, staging } = await deploy();
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
    const { world, staging } = await deploy();
    const store = createEnvironmentStore(world.control, { ...staging, environmentId: 'zzzzzzz' });
    const error = await all(store.deployments()).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ServiceUnavailable);
    expect(error).toMatchObject({ retryable: false });
    expect(String(error)).toContain('could not list the deployments: ResourceNotFoundException');
  });

  it('is worth another try when nobody answers', async () => {
    const { world, staging } = await deploy();
    const store = createEnvironmentStore(world.control, staging);
    worlds.splice(0);
    await world.close();
    const error = await store.deployment(1).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ServiceUnavailable);
    expect(error).toMatchObject({ retryable: true });
  });
});
