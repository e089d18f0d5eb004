import { describe, expect, it } from 'vitest';
import type { EnvironmentStore } from '../../../core/delivery/deployments.js';
import { ServiceUnavailable } from '../../../core/errors.js';
import type { InMemoryAppConfig } from '../../aws/appconfig/in-memory-appconfig.js';
import { deployed, publisher, request, tablesOf } from './publisher.js';

const entriesOf = async (world: InMemoryAppConfig) =>
  (await tablesOf(world).queues.read('app/staging')).queue.entries;

/** Gameplay 2 runs; limits 2 and gameplay 3 wait. */
async function waitingWorld(): Promise<InMemoryAppConfig> {
  const world = await deployed(1);
  await publisher(world).publish(request(1, { profile: 'limits' }));
  world.finish('staging');
  await publisher(world).publish(request(2));
  await publisher(world).publish(request(2, { profile: 'limits', queue: true }));
  await publisher(world).publish(request(3, { queue: true }));
  return world;
}

const running = (world: InMemoryAppConfig) => world.running('staging')?.profile;

/** Limits meets this. */
const failing =
  (retryable: boolean) =>
  (store: EnvironmentStore): EnvironmentStore => ({
    ...store,
    startDeployment: async (start) => {
      if (start.profile !== 'limits') return store.startDeployment(start);
      throw new ServiceUnavailable('strategy "linear-20" is not deployed', { hint: 'none', retryable });
    },
  });

describe('the queue, while a person undoes something', () => {
  it.each(['rolled back', 'reverted'] as const)(
    'leaves the environment to who has just %s its newest deployment, for a minute',
    async (how) => {
      const world = await waitingWorld();
      if (how === 'rolled back') {
        await world.environment('staging').stopDeployment(3, { allowRevert: false });
      } else {
        world.finish('staging');
        world.revert('staging', 'gameplay');
      }
      world.nowMs += 59_999;
      expect(await publisher(world).advance()).toEqual({ outcome: 'waiting', started: [], held: [] });
      expect(world.history('staging')).toHaveLength(3);
      world.nowMs += 1;
      expect(await publisher(world).advance()).toMatchObject({ outcome: 'advanced' });
      expect(running(world)).toBe('limits');
    },
  );

  it('waits for nobody where AppConfig or the guard rolled back', async () => {
    const world = await waitingWorld();
    world.rollBack('staging', 'APPCONFIG');
    await publisher(world).advance();
    expect(running(world)).toBe('limits');
  });

  it('gives that minute as well to whoever had released an entry', async () => {
    const world = await waitingWorld();
    const { queues } = tablesOf(world);
    const { queue, revision } = await queues.read('app/staging');
    const held = { why: 'x', since: new Date(world.nowMs).toISOString() };
    await queues.write({ ...queue, entries: queue.entries.map((entry) => ({ ...entry, held })) }, revision);
    await world.environment('staging').stopDeployment(3, { allowRevert: false });
    const release = { queueAction: 'release', profile: 'limits', description: 'fine', author: 'bo' };
    expect(await publisher(world).publish(release)).toMatchObject({ outcome: 'queue-changed' });
    expect(running(world)).toBeUndefined();
  });
});

describe('an entry that meets a fault', () => {
  it('is held where trying again cannot help, and others go past it', async () => {
    const world = await waitingWorld();
    world.finish('staging');
    const { advance, counts } = publisher(world, { through: failing(false) });
    expect(await advance()).toMatchObject({ held: ['limits'], started: [{ profile: 'gameplay' }] });
    expect(await entriesOf(world)).toMatchObject([
      {
        profile: 'limits',
        held: { why: expect.stringMatching(/^strategy "linear-20" is not deployed\. `veltrix/) },
      },
    ]);
    expect(counts()).toEqual({ PublishHeld: 1, PublishStarted: 1 });
  });

  it('keeps its place where it may pass, and says what it met, and how often', async () => {
    const world = await waitingWorld();
    world.finish('staging');
    for (const times of [1, 2]) {
      const { advance, counts } = publisher(world, { through: failing(true) });
      await expect(advance()).rejects.toThrow('is not deployed');
      expect((await entriesOf(world))[0]).toMatchObject({
        profile: 'limits',
        lastError: {
          why: 'strategy "linear-20" is not deployed',
          at: new Date(world.nowMs).toISOString(),
          times,
        },
      });
      expect(counts()).toEqual({ PublishTurnFailed: 1 });
      world.nowMs += 60_000;
    }
    await publisher(world).advance();
    expect(running(world)).toBe('limits');
  });

  it('keeps its place where the fault is nobody’s', async () => {
    const world = await waitingWorld();
    world.finish('staging');
    const through = (store: EnvironmentStore): EnvironmentStore => ({
      ...store,
      startDeployment: async () => {
        throw new Error('a defect');
      },
    });
    await expect(publisher(world, { through }).advance()).rejects.toThrow('a defect');
    const [first] = await entriesOf(world);
    expect(first).not.toHaveProperty('held');
  });
});

describe('a person who changes the queue', () => {
  it('is on record with what he let go on', async () => {
    const world = await waitingWorld();
    world.finish('staging');
    await publisher(world, { through: failing(false) }).advance();
    world.finish('staging');
    const release = { queueAction: 'release', profile: 'limits', description: 'deployed now', author: 'bo' };
    const { publish, publications } = publisher(world);
    expect(await publish({ ...release, identity: 'Deployer/bo' })).toMatchObject({
      outcome: 'queue-changed',
      caller: 'arn:aws:sts::123456789012:assumed-role/Deployer/bo',
    });
    const started = world.history('staging').at(-1);
    expect(started).toMatchObject({ profile: 'limits', description: 'make it 2 (anna, released by bo)' });
    expect(publications.get(`app/staging ${started?.number}`)).toMatchObject({
      author: 'anna',
      released: {
        author: 'bo',
        caller: 'arn:aws:sts::123456789012:assumed-role/Deployer/bo',
        reason: 'deployed now',
        at: expect.stringMatching(/Z$/),
      },
    });
  });

  it('is logged and counted with what he dropped', async () => {
    const world = await waitingWorld();
    const { publish, counts, lines } = publisher(world, { countsUnproven: true });
    await publish({ queueAction: 'drop', profile: 'limits', description: 'not needed', author: 'bo' });
    expect(counts()).toEqual({ PublishQueueChanged: 1, PublishDropped: 1, PublishUnproven: 1 });
    expect(lines()).toMatch(
      /info dropped from the queue \{.*"version":2.*"author":"bo","reason":"not needed"/,
    );
  });

  it('can only drop what cannot be read', async () => {
    const world = await waitingWorld();
    const { queues } = tablesOf(world);
    const { queue, revision } = await queues.read('app/staging');
    const [first, ...rest] = queue.entries;
    if (first === undefined) throw new Error('nothing waits');
    const opaque = {
      ...first,
      profile: 'unreadable-0a',
      held: { why: 'x', since: first.queuedAt },
      unreadable: 1,
    };
    await queues.write({ ...queue, entries: [opaque, ...rest] }, revision);
    const about = { profile: 'unreadable-0a', description: 'why', author: 'bo' };
    const { publish } = publisher(world);
    expect(await publish({ ...about, queueAction: 'release' })).toMatchObject({ unchanged: true, held: 'x' });
    expect((await entriesOf(world))[0]).toEqual(opaque);
    expect(await publish({ ...about, queueAction: 'drop' })).toMatchObject({ unchanged: false });
    expect(await entriesOf(world)).toEqual(rest);
  });
});

describe('a request of another release', () => {
  it('is taken where it only says more', async () => {
    const world = await deployed(1);
    const { publish } = publisher(world);
    expect(await publish({ ...request(2), notify: ['#ops'] })).toMatchObject({ outcome: 'accepted' });
    const drop = { queueAction: 'drop', profile: 'limits', description: 'x', author: 'bo', more: true };
    expect(await publish(drop)).toMatchObject({ outcome: 'not-queued' });
  });

  it('is not understood, without blaming the content, where it says something else', async () => {
    const { publish, counts } = publisher(await deployed(1));
    const answer = await publish({ ...request(2), strategy: 'canary-1' });
    expect(answer).toMatchObject({ outcome: 'request-not-understood', problems: [{ path: 'strategy' }] });
    expect(counts()).toEqual({ PublishNotUnderstood: 1 });
  });
});
