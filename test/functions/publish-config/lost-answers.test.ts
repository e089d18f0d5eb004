import { describe, expect, it } from 'vitest';
import type { EnvironmentStore } from '../../../core/delivery/deployments.js';
import { ServiceUnavailable } from '../../../core/errors.js';
import type { InMemoryAppConfig } from '../../aws/appconfig/in-memory-appconfig.js';
import { appConfig, deployed, publisher, request, tablesOf } from './publisher.js';

/** AppConfig starts the deployment, and its answer is lost. */
const losing = (store: EnvironmentStore): EnvironmentStore => ({
  ...store,
  startDeployment: async (start) => {
    await store.startDeployment(start);
    throw new ServiceUnavailable('could not start: Timeout', { hint: 'none', retryable: true });
  },
});

const lose = (world: InMemoryAppConfig, event: unknown) =>
  expect(publisher(world, { through: losing }).publish(event)).rejects.toThrow('Timeout');

const immediate = request(2, { strategy: 'immediate', identity: 'Deployer/anna' });

describe('a publish that never heard that it had started', () => {
  it.each([
    ['runs still', () => undefined],
    ['is deployed', (world: InMemoryAppConfig) => world.finish('staging')],
  ])('is on record, and counted, by its retry while it %s', async (_, meanwhile) => {
    const world = await deployed(1);
    await lose(world, immediate);
    meanwhile(world);
    const { publish, counts, publications } = publisher(world);
    expect(publications.has('app/staging 2')).toBe(false);
    expect(await publish(immediate)).toMatchObject({ unchanged: true, deployment: 2 });
    expect(publications.get('app/staging 2')).toMatchObject({
      author: 'anna',
      caller: 'arn:aws:sts::123456789012:assumed-role/Deployer/anna',
      strategy: 'immediate',
    });
    expect(counts()).toEqual({ PublishUnchanged: 1, PublishImmediate: 1 });
  });

  it('is counted once, however often it is retried', async () => {
    const world = await deployed(1);
    await lose(world, immediate);
    await publisher(world).publish(immediate);
    const { publish, counts } = publisher(world);
    await publish({ ...immediate, identity: undefined });
    expect(counts()).toEqual({ PublishUnchanged: 1 });
  });

  it('is on record without being counted where it was the first, or goes slowly', async () => {
    const first = appConfig();
    await lose(first, request(1));
    const one = publisher(first);
    await one.publish(request(1));
    expect(one.publications.get('app/staging 1')).toMatchObject({ strategy: 'immediate' });
    expect(one.counts()).toEqual({ PublishUnchanged: 1 });
    const world = await deployed(1);
    await lose(world, request(2));
    const two = publisher(world);
    await two.publish(request(2));
    expect(two.publications.get('app/staging 2')).toMatchObject({ strategy: 'linear-20' });
    expect(two.counts()).toEqual({ PublishUnchanged: 1 });
  });

  it.each([
    ['author', { author: 'bo' }],
    ['reason', { description: 'why not' }],
    ['caller', { identity: 'Deployer/bo' }],
    ['commit', { commit: 'b'.repeat(40) }],
  ])('is not taken over by a publish of the same content with another %s', async (_, change) => {
    const world = await deployed(1);
    await lose(world, immediate);
    const { publish, counts, publications } = publisher(world);
    expect(await publish({ ...immediate, ...change })).toMatchObject({ unchanged: true });
    expect(publications.has('app/staging 2')).toBe(false);
    expect(counts()).toEqual({ PublishUnchanged: 1 });
  });

  it('is answered though nobody can look at it', async () => {
    const world = await deployed(1);
    await lose(world, immediate);
    const through = (store: EnvironmentStore): EnvironmentStore => ({
      ...store,
      deployment: async () => {
        throw new Error('throttled');
      },
    });
    expect(await publisher(world, { through }).publish(immediate)).toMatchObject({ unchanged: true });
  });

  it('of the queue is on record, and counted, by the next turn', async () => {
    const world = await deployed(1);
    await publisher(world).publish(request(1, { profile: 'limits' }));
    await publisher(world).publish({ ...immediate, queue: true });
    world.finish('staging');
    await expect(publisher(world, { through: losing }).advance()).rejects.toThrow('Timeout');
    const { advance, counts, publications } = publisher(world);
    expect(await advance()).toMatchObject({ started: [{ version: 2, deployment: 3 }] });
    expect(publications.get('app/staging 3')).toMatchObject({ author: 'anna', strategy: 'immediate' });
    expect(counts()).toEqual({ PublishImmediate: 1 });
    expect((await tablesOf(world).queues.read('app/staging')).queue.entries).toEqual([]);
  });
});

describe('what reaches everybody at once', () => {
  it('is counted as well where the stage does so by default', async () => {
    const world = await deployed(1);
    const { publish, counts } = publisher(world, { changes: { defaultStrategy: 'immediate' } });
    await publish(request(2));
    expect(counts()).toEqual({ PublishStarted: 1, PublishImmediate: 1 });
  });
});
