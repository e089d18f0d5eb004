import { describe, expect, it } from 'vitest';
import type { PublishRequest } from '../../../core/delivery/publishing.js';
import type { InMemoryAppConfig } from '../../aws/appconfig/in-memory-appconfig.js';
import { appConfig, deployed, publisher, request, tablesOf } from './publisher.js';

const limits = (n: number, changes: Partial<PublishRequest> = {}) =>
  request(n, { profile: 'limits', ...changes });
const queuing = (n: number, changes: Partial<PublishRequest> = {}) => request(n, { queue: true, ...changes });

const entriesOf = async (world: InMemoryAppConfig) =>
  (await tablesOf(world).queues.read('app/staging')).queue.entries;

const act = (queueAction: 'release' | 'drop', profile = 'gameplay') => ({
  queueAction,
  profile,
  description: 'I looked',
  author: 'bo',
});

/** Gameplay has version 1; a deployment of limits runs. */
async function busyWorld(): Promise<InMemoryAppConfig> {
  const world = await deployed(1);
  await publisher(world).publish(limits(1));
  return world;
}

/** Moves the clock on, so that what comes next comes later. */
function later(world: InMemoryAppConfig): void {
  world.nowMs += 1000;
}

/** Gameplay 2 was queued, and held because gameplay was reverted since. */
async function heldWorld(): Promise<InMemoryAppConfig> {
  const world = await deployed(5, 1);
  await publisher(world).publish(limits(1));
  await publisher(world).publish(queuing(2));
  world.finish('staging');
  world.revert('staging', 'gameplay');
  await publisher(world).advance();
  return world;
}

describe('publish --queue', () => {
  it('goes at once where nothing runs and nobody waits', async () => {
    const world = await deployed(1);
    expect(await publisher(world).publish(queuing(2))).toMatchObject({ outcome: 'accepted', deployment: 2 });
    expect(await entriesOf(world)).toEqual([]);
  });

  it('makes the content a version now, and waits while something runs', async () => {
    const world = await busyWorld();
    const { publish, counts } = publisher(world);
    const commit = 'a'.repeat(40);
    const about = { commit, identity: 'x/y', expectedVersion: 1, strategy: 'canary-10' } as const;
    expect(await publish(queuing(2, about))).toEqual({
      outcome: 'queued',
      environment: 'app/staging',
      version: 2,
      label: 'v2-36337974',
      place: 1,
      caller: 'arn:aws:sts::123456789012:assumed-role/x/y',
    });
    expect(await entriesOf(world)).toEqual([
      {
        profile: 'gameplay',
        version: 2,
        label: 'v2-36337974',
        author: 'anna',
        caller: 'arn:aws:sts::123456789012:assumed-role/x/y',
        reason: 'make it 2',
        commit,
        strategy: 'canary-10',
        expectedVersion: 1,
        queuedAt: '2026-01-01T00:00:07.000Z',
      },
    ]);
    expect(world.versions.get('gameplay')).toHaveLength(2);
    expect(world.history('staging')).toHaveLength(2);
    expect(counts()).toEqual({ PublishQueued: 1 });
  });

  it('waits behind others also where nothing runs', async () => {
    const world = await busyWorld();
    await publisher(world).publish(queuing(2));
    world.finish('staging');
    expect(await publisher(world).publish(limits(2, { queue: true }))).toMatchObject({
      outcome: 'queued',
      place: 2,
    });
  });

  it('is checked before it waits', async () => {
    const world = await busyWorld();
    const { publish } = publisher(world);
    expect(await publish(queuing(2, { content: { n: 'x' } }))).toMatchObject({ outcome: 'content-refused' });
    expect(await publish(queuing(2, { expectedVersion: 9 }))).toMatchObject({ outcome: 'version-conflict' });
    expect(await entriesOf(world)).toEqual([]);
  });

  it('takes the place of the profile’s older entry, and says which', async () => {
    const world = await busyWorld();
    const { publish } = publisher(world);
    await publish(queuing(2));
    await publish(limits(2, { queue: true }));
    expect(await publish(queuing(3))).toMatchObject({
      outcome: 'queued',
      version: 3,
      place: 1,
      superseded: 2,
    });
    expect((await entriesOf(world)).map(({ profile, version }) => [profile, version])).toEqual([
      ['gameplay', 3],
      ['limits', 2],
    ]);
  });

  it('has no effect for the content that waits already', async () => {
    const world = await busyWorld();
    await publisher(world).publish(queuing(2));
    const before = await entriesOf(world);
    later(world);
    expect(await publisher(world).publish(queuing(2))).toEqual({
      outcome: 'queued',
      environment: 'app/staging',
      version: 2,
      label: 'v2-36337974',
      place: 1,
    });
    expect(await entriesOf(world)).toEqual(before);
    expect(world.versions.get('gameplay')).toHaveLength(2);
  });

  it('uses the version that a publisher left who died before it was in the queue', async () => {
    const world = await busyWorld();
    const queues = {
      ...tablesOf(world).queues,
      write: async () => {
        throw new Error('died');
      },
    };
    await expect(publisher(world, { queues }).publish(queuing(2))).rejects.toThrow('died');
    expect(await publisher(world).publish(queuing(2))).toMatchObject({ outcome: 'queued', version: 2 });
    expect(world.versions.get('gameplay')).toHaveLength(2);
  });

  it('does not let go on what waits for a person because a pipeline says the same again, unless it is told why', async () => {
    const world = await heldWorld();
    await publisher(world).publish(limits(2));
    expect(await publisher(world).publish(queuing(2))).toMatchObject({
      outcome: 'queued',
      version: 3,
      held: expect.stringContaining('Version 2 was taken back since it was queued'),
    });
    expect(await entriesOf(world)).toMatchObject([{ version: 3, held: {} }]);
    const forced = await publisher(world).publish(queuing(2, { force: 'it was the network' }));
    expect(forced).toEqual({
      outcome: 'queued',
      environment: 'app/staging',
      version: 3,
      label: 'v3-36337974',
      place: 1,
    });
    const [entry] = await entriesOf(world);
    expect(entry).toMatchObject({ version: 3, forced: 'it was the network' });
    expect(entry).not.toHaveProperty('held');
  });

  it('decides again when somebody else changed the queue', async () => {
    const world = await busyWorld();
    const { queues } = tablesOf(world);
    let first = true;
    const racing = {
      ...queues,
      write: async (...args: Parameters<typeof queues.write>) => {
        if (first) {
          first = false;
          await publisher(world).publish(limits(2, { queue: true }));
        }
        return queues.write(...args);
      },
    };
    const { publish, counts } = publisher(world, { queues: racing });
    expect(await publish(queuing(2))).toMatchObject({ outcome: 'queued', version: 2, place: 2 });
    expect(counts()).toEqual({ PublishDecidedAgain: 1, PublishQueued: 1 });
  });

  it('takes its own older entry out when the content it wants is deployed', async () => {
    const world = await busyWorld();
    await publisher(world).publish(queuing(2));
    expect(await publisher(world).publish(queuing(1))).toMatchObject({
      outcome: 'accepted',
      unchanged: true,
      version: 1,
      superseded: 2,
    });
    expect(await entriesOf(world)).toEqual([]);
  });

  it('refuses when the queue is full, and says what to do', async () => {
    const world = await busyWorld();
    const entries = Array.from({ length: 50 }, (_, index) => ({
      profile: `gone-${index}`,
      version: 1,
      label: 'v1-aaaaaaaa',
      author: 'a',
      reason: 'b',
      queuedAt: '2026-01-01T00:00:00.000Z',
    }));
    await tablesOf(world).queues.write({ cluster: 'app/staging', entries }, 0);
    await expect(publisher(world).publish(queuing(2))).rejects.toMatchObject({
      code: 'VELTRIX_SERVICE_UNAVAILABLE',
      hint: expect.stringContaining('veltrix queue drop'),
    });
  });
});

describe('a direct publish', () => {
  it('does not go past those who wait, whether or not something runs', async () => {
    const world = await busyWorld();
    await publisher(world).publish(queuing(2));
    const { publish, counts } = publisher(world);
    const refusal = {
      outcome: 'queue-ahead',
      environment: 'app/staging',
      ahead: [{ profile: 'gameplay', version: 2, queuedAt: '2026-01-01T00:00:07.000Z' }],
    };
    expect(await publish(limits(2))).toEqual(refusal);
    world.finish('staging');
    expect(await publish(limits(2))).toEqual(refusal);
    expect(await publish(request(3))).toEqual(refusal);
    expect(world.history('staging')).toHaveLength(2);
    expect(counts()).toEqual({ PublishQueueAhead: 3 });
  });

  it('still learns that its content is deployed', async () => {
    const world = await busyWorld();
    await publisher(world).publish(queuing(2));
    expect(await publisher(world).publish(limits(1))).toMatchObject({ outcome: 'accepted', unchanged: true });
  });

  it('goes past those who wait for a person, and leaves them there', async () => {
    const world = await heldWorld();
    expect(await publisher(world).publish(limits(2))).toMatchObject({ outcome: 'accepted' });
    expect(await entriesOf(world)).toMatchObject([{ profile: 'gameplay', version: 3, held: {} }]);
  });

  it('of the same profile goes, and takes the held entry out', async () => {
    const world = await heldWorld();
    later(world);
    expect(await publisher(world).publish(request(7))).toMatchObject({
      outcome: 'accepted',
      version: 4,
      superseded: 3,
    });
    expect(await entriesOf(world)).toEqual([]);
  });

  it('that died once it had started takes the held entry out when it comes again', async () => {
    const world = await heldWorld();
    later(world);
    const queues = {
      ...tablesOf(world).queues,
      write: async () => {
        throw new Error('died');
      },
    };
    const dying = publisher(world, { queues });
    expect(await dying.publish(request(7))).toMatchObject({ outcome: 'accepted', unchanged: false });
    expect(dying.lines()).toContain('error could not take an entry out of the queue Error: died');
    expect(await entriesOf(world)).toHaveLength(1);
    expect(await publisher(world).publish(request(7))).toMatchObject({ unchanged: true, superseded: 3 });
    expect(await entriesOf(world)).toEqual([]);
  });

  it('never takes out what came after it looked', async () => {
    const world = await heldWorld();
    later(world);
    const through: NonNullable<Parameters<typeof publisher>[1]>['through'] = (store) => ({
      ...store,
      startDeployment: async (start) => {
        const started = await store.startDeployment(start);
        await publisher(world).publish(queuing(8));
        return started;
      },
    });
    expect(await publisher(world, { through }).publish(queuing(7))).not.toHaveProperty('superseded');
    expect(await entriesOf(world)).toMatchObject([{ version: 5, label: expect.stringMatching(/^v5-/) }]);
  });
});

describe('a person at the queue', () => {
  it('takes an entry out', async () => {
    const world = await busyWorld();
    await publisher(world).publish(queuing(2));
    const { publish, counts } = publisher(world);
    expect(await publish(act('drop'))).toEqual({
      outcome: 'queue-changed',
      environment: 'app/staging',
      action: 'drop',
      profile: 'gameplay',
      version: 2,
      unchanged: false,
    });
    expect(await entriesOf(world)).toEqual([]);
    expect(counts()).toEqual({ PublishQueueChanged: 1, PublishDropped: 1 });
  });

  it('learns that nothing of the profile waits, and what does', async () => {
    const world = await busyWorld();
    await publisher(world).publish(queuing(2));
    const answer = {
      outcome: 'not-queued',
      environment: 'app/staging',
      profile: 'limits',
      waiting: ['gameplay'],
    };
    expect(await publisher(world).publish(act('drop', 'limits'))).toEqual(answer);
    expect(await publisher(world).publish(act('release', 'limits'))).toEqual(answer);
  });

  it('lets a held entry go on, which starts at once where nothing runs', async () => {
    const world = await heldWorld();
    later(world);
    const { publish } = publisher(world);
    expect(await publish(act('release'))).toMatchObject({
      outcome: 'queue-changed',
      action: 'release',
      version: 3,
      unchanged: false,
    });
    expect(world.history('staging').at(-1)).toMatchObject({ profile: 'gameplay', version: 3 });
    expect(await entriesOf(world)).toEqual([]);
  });

  it('lets a held entry go on in its place, on what is deployed now, while something runs', async () => {
    const world = await heldWorld();
    await publisher(world).publish(limits(2));
    await publisher(world).publish(limits(3, { queue: true }));
    await publisher(world).publish(act('release'));
    const entries = await entriesOf(world);
    expect(entries).toMatchObject([
      { profile: 'gameplay', expectedVersion: 1, released: { author: 'bo', reason: 'I looked' } },
      { profile: 'limits' },
    ]);
    expect(entries[0]).not.toHaveProperty('held');
    expect(await publisher(world).publish(act('release'))).toMatchObject({ unchanged: true });
  });

  it('has let it go on also when it could not be started at once', async () => {
    const world = await heldWorld();
    const { publish, lines } = publisher(world, {
      through: (store) => ({
        ...store,
        content: async () => {
          throw new Error('AppConfig is away');
        },
      }),
    });
    expect(await publish(act('release'))).toMatchObject({ outcome: 'queue-changed' });
    expect(lines()).toContain('error could not start what was released Error: AppConfig is away');
  });

  it('is not overwritten by somebody who looked before', async () => {
    const world = await busyWorld();
    await publisher(world).publish(queuing(2));
    const { queues } = tablesOf(world);
    let first = true;
    const racing = {
      ...queues,
      write: async (...args: Parameters<typeof queues.write>) => {
        if (first) {
          first = false;
          await publisher(world).publish(limits(2, { queue: true }));
        }
        return queues.write(...args);
      },
    };
    await publisher(world, { queues: racing }).publish(act('drop'));
    expect(await entriesOf(world)).toMatchObject([{ profile: 'limits' }]);
  });

  it('gives up after eight changes that others made meanwhile', async () => {
    const world = await busyWorld();
    await publisher(world).publish(queuing(2));
    const queues = { ...tablesOf(world).queues, write: async () => 'lost' as const };
    await expect(publisher(world, { queues }).publish(act('drop'))).rejects.toMatchObject({
      retryable: true,
    });
  });

  it('is told what is wrong with a request', async () => {
    const result = await publisher(appConfig()).publish({ ...act('drop'), queueAction: 'pause' });
    expect(result).toMatchObject({ outcome: 'request-not-understood' });
  });
});
