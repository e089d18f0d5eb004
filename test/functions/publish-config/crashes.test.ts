import { describe, expect, it } from 'vitest';
import type { EnvironmentStore } from '../../../core/delivery/deployments.js';
import type { InMemoryAppConfig } from '../../aws/appconfig/in-memory-appconfig.js';
import { appConfig, publisher, request } from './publisher.js';

type Call = 'deployments' | 'versions' | 'createVersion' | 'startDeployment';

/** Lets the call happen, and dies before its answer is used. (A list that was read changes nothing.) */
const dyingAfter =
  (call: Call) =>
  (store: EnvironmentStore): EnvironmentStore => ({
    ...store,
    deployments: () => dying(call === 'deployments', store.deployments()),
    versions: (profile) => dying(call === 'versions', store.versions(profile)),
    createVersion: async (version) => {
      const answer = await store.createVersion(version);
      if (call === 'createVersion') throw new Error('died');
      return answer;
    },
    startDeployment: async (deployment) => {
      const answer = await store.startDeployment(deployment);
      if (call === 'startDeployment') throw new Error('died');
      return answer;
    },
  });

async function* dying<T>(dies: boolean, items: AsyncIterable<T>): AsyncIterable<T> {
  if (dies) throw new Error('died');
  yield* items;
}

const crash = (world: InMemoryAppConfig, call: Call, event: unknown) =>
  expect(publisher(world, { through: dyingAfter(call) }).publish(event)).rejects.toThrow('died');

describe('publish-config, when it died', () => {
  it.each([
    { call: 'versions', unchanged: false },
    { call: 'deployments', unchanged: false },
    { call: 'createVersion', unchanged: false },
    { call: 'startDeployment', unchanged: true },
  ] as const)('after $call: a retry leaves one version and one deployment', async ({ call, unchanged }) => {
    const world = appConfig();
    await crash(world, call, request(1));
    const result = await publisher(world).publish(request(1));
    expect(result).toMatchObject({ outcome: 'accepted', version: 1, deployment: 1, unchanged });
    expect(world.versions.get('gameplay')).toHaveLength(1);
    expect(world.history('staging')).toHaveLength(1);
  });

  it.each(['versions', 'deployments', 'createVersion', 'startDeployment'] as const)(
    'after %s: a retry that expects a version meets no conflict with itself',
    async (call) => {
      const world = appConfig();
      await publisher(world).publish(request(1));
      world.finish('staging');
      await crash(world, call, request(2, { expectedVersion: 1 }));
      world.finish('staging');
      const result = await publisher(world).publish(request(2, { expectedVersion: 1 }));
      expect(result).toMatchObject({ outcome: 'accepted', version: 2, deployment: 2 });
      expect(world.versions.get('gameplay')).toHaveLength(2);
    },
  );

  it('after it created a version: a retry overwrites nothing newer', async () => {
    const world = appConfig();
    await crash(world, 'createVersion', request(1));
    await publisher(world).publish(request(2));
    world.finish('staging');
    expect(await publisher(world).publish(request(1))).toEqual({
      outcome: 'version-conflict',
      address: 'app/staging/gameplay',
      deployedVersion: 2,
    });
    expect(world.history('staging')).toHaveLength(1);
  });

  it('after it created a version: a retry overwrites nothing newer, though that was rolled back', async () => {
    const world = appConfig();
    await publisher(world).publish(request(5));
    world.finish('staging');
    await crash(world, 'createVersion', request(1));
    await publisher(world).publish(request(2));
    world.rollBack('staging');
    expect(await publisher(world).publish(request(1))).toMatchObject({ outcome: 'version-conflict' });
  });

  it('after it created a version: somebody who has seen the newer one may go back to it', async () => {
    const world = appConfig();
    await crash(world, 'createVersion', request(1));
    await publisher(world).publish(request(2));
    world.finish('staging');
    const result = await publisher(world).publish(request(1, { expectedVersion: 2 }));
    expect(result).toMatchObject({ outcome: 'accepted', version: 3, unchanged: false });
  });

  it('in another environment: what it created there is not taken for deployed here', async () => {
    const world = appConfig();
    await crash(world, 'startDeployment', request(1));
    const result = await publisher(world, { environment: 'production' }).publish(request(1));
    expect(result).toMatchObject({ version: 1, deployment: 1, unchanged: false });
  });
});
