import { describe, expect, it } from 'vitest';
import { describeRollback } from '../../../core/delivery/provenance.js';
import type { PublishQueue } from '../../../core/delivery/publish-queue.js';
import type { PublishRequest } from '../../../core/delivery/publishing.js';
import type { InMemoryAppConfig } from '../../aws/appconfig/in-memory-appconfig.js';
import { appConfig, deployed, publisher, request, tablesOf } from './publisher.js';

const queuing = (n: number, changes: Partial<PublishRequest> = {}) => request(n, { queue: true, ...changes });
const limits = (n: number, changes: Partial<PublishRequest> = {}) =>
  request(n, { profile: 'limits', queue: true, ...changes });

const entriesOf = async (world: InMemoryAppConfig) =>
  (await tablesOf(world).queues.read('app/staging')).queue.entries;
const newest = (world: InMemoryAppConfig) => world.history('staging').at(-1);

/** Both profiles are deployed; gameplay 2 runs, and these wait. */
async function waitingWorld(...requests: readonly PublishRequest[]): Promise<InMemoryAppConfig> {
  const world = await deployed(1);
  await publisher(world).publish(limits(1));
  world.finish('staging');
  await publisher(world).publish(request(2));
  for (const item of requests) {
    expect(await publisher(world).publish(item)).toMatchObject({ outcome: 'queued' });
  }
  return world;
}

describe('the queue’s turn', () => {
  it('is nothing to do where nobody waits', async () => {
    const { advance, counts } = publisher(await deployed(1));
    expect(await advance()).toEqual({ outcome: 'nothing-to-do', started: [], held: [] });
    expect(counts()).toEqual({});
  });

  it('has not come while something runs', async () => {
    const world = await waitingWorld(limits(2));
    expect(await publisher(world).advance()).toEqual({ outcome: 'waiting', started: [], held: [] });
    expect(await entriesOf(world)).toHaveLength(1);
  });

  it('starts what is next, as it was asked for, and one at a time', async () => {
    const world = await waitingWorld(
      limits(2, { strategy: 'linear-50', author: 'bo', commit: 'b'.repeat(40), identity: 'Deployer/bo' }),
      queuing(3),
    );
    const validatedAt = new Date(world.nowMs).toISOString();
    world.finish('staging');
    const { advance, counts, publications } = publisher(world);
    expect(await advance()).toEqual({
      outcome: 'advanced',
      started: [{ profile: 'limits', version: 2, deployment: 4 }],
      held: [],
    });
    expect(newest(world)).toMatchObject({
      profile: 'limits',
      version: 2,
      durationMinutes: 2,
      description: 'make it 2 (bo, bbbbbbbbbbbb, by assumed-role/Deployer/bo)',
    });
    expect(publications.get('app/staging 4')).toEqual({
      author: 'bo',
      caller: 'arn:aws:sts::123456789012:assumed-role/Deployer/bo',
      reason: 'make it 2',
      commit: 'b'.repeat(40),
      strategy: 'linear-50',
      queuedAt: validatedAt,
      validatedAt: expect.stringMatching(/^2026-01-01T00:00:1\d\.000Z$/),
    });
    expect(counts()).toEqual({ PublishStarted: 1 });
    expect(await advance()).toMatchObject({ outcome: 'waiting' });
    world.finish('staging');
    expect(await advance()).toMatchObject({ started: [{ profile: 'gameplay', version: 3, deployment: 5 }] });
    expect(await entriesOf(world)).toEqual([]);
  });

  it('starts the first version of a profile at once', async () => {
    const world = await deployed(1);
    await publisher(world).publish(request(2));
    await publisher(world).publish(limits(1));
    world.finish('staging');
    await publisher(world).advance();
    expect(newest(world)).toMatchObject({ profile: 'limits', durationMinutes: 0 });
  });

  it('starts the newest content of a profile, under the place of its first', async () => {
    const world = await waitingWorld(limits(2), queuing(3), limits(3));
    world.finish('staging');
    expect(await publisher(world).advance()).toMatchObject({ started: [{ profile: 'limits', version: 3 }] });
    expect(await entriesOf(world)).toMatchObject([{ profile: 'gameplay' }]);
  });

  it('takes out what is deployed already', async () => {
    const world = await waitingWorld(queuing(3));
    world.finish('staging');
    const store = world.environment('staging');
    const around = { profile: 'gameplay', version: 3, strategy: 'immediate', description: 'by hand' };
    await store.startDeployment({ ...around, latestDeployment: 3 });
    world.finish('staging');
    expect(await publisher(world).advance()).toEqual({
      outcome: 'advanced',
      started: [{ profile: 'gameplay', version: 3, deployment: 4 }],
      held: [],
    });
    expect(world.history('staging')).toHaveLength(4);
    expect(await entriesOf(world)).toEqual([]);
  });

  it('keeps the place of what lost against a deployment that somebody else started', async () => {
    const world = await waitingWorld(limits(2));
    world.finish('staging');
    let first = true;
    const { advance, pauses, counts } = publisher(world, {
      through: (store) => ({
        ...store,
        startDeployment: async (start) => {
          if (first) {
            first = false;
            await store.startDeployment({
              ...start,
              profile: 'gameplay',
              version: 1,
              description: 'by hand',
            });
          }
          return store.startDeployment(start);
        },
      }),
    });
    expect(await advance()).toEqual({ outcome: 'waiting', started: [], held: [] });
    expect(await entriesOf(world)).toMatchObject([{ profile: 'limits', version: 2 }]);
    expect(await entriesOf(world)).not.toMatchObject([{ held: {} }]);
    expect(pauses).toEqual([1]);
    expect(counts()).toEqual({ PublishDecidedAgain: 1 });
  });

  it('starts nothing that was dropped while it was being checked', async () => {
    const world = await waitingWorld(limits(2));
    world.finish('staging');
    const { advance } = publisher(world, {
      through: (store) => ({
        ...store,
        content: async (profile, version) => {
          const drop = { queueAction: 'drop', profile, description: 'no', author: 'bo' };
          await publisher(world).publish(drop);
          return store.content(profile, version);
        },
      }),
    });
    expect(await advance()).toMatchObject({ started: [] });
    expect(world.history('staging')).toHaveLength(3);
  });

  it('gives up after eight lost decisions, and keeps the entry', async () => {
    const world = await waitingWorld(limits(2));
    world.finish('staging');
    const { advance, pauses } = publisher(world, {
      through: (store) => ({ ...store, startDeployment: async () => 'outdated' }),
    });
    expect(await advance()).toMatchObject({ outcome: 'waiting' });
    expect(pauses).toHaveLength(8);
    expect(await entriesOf(world)).toHaveLength(1);
  });
});

describe('the queue’s turn, checked again', () => {
  /** The turn of limits 2; gameplay 3 is next and unaffected. */
  async function holds(world: InMemoryAppConfig, words: string, options?: Parameters<typeof publisher>[1]) {
    const { advance, counts } = publisher(world, options);
    expect(await advance()).toMatchObject({
      held: ['limits'],
      started: [{ profile: 'gameplay', version: 3 }],
    });
    const [entry] = await entriesOf(world);
    expect(entry).toMatchObject({ profile: 'limits', version: 2, held: { since: expect.any(String) } });
    expect(entry?.held?.why).toContain(words);
    expect(entry?.held?.why).toContain('`veltrix queue release app/staging/limits`');
    expect(counts()).toMatchObject({ PublishHeld: 1, PublishStarted: 1 });
    world.finish('staging');
    expect(await publisher(world).advance()).toMatchObject({ outcome: 'nothing-to-do' });
    expect(await entriesOf(world)).toHaveLength(1);
  }

  it('holds what the schema does not admit any more', async () => {
    const world = await waitingWorld(limits(2), queuing(3));
    world.finish('staging');
    const rules = world.versions.get('limits')?.at(-1);
    await holds(world, 'Its content is refused: n is "two", expected a number', {
      through: (store) => ({
        ...store,
        content: async (profile, version) =>
          profile === 'limits' && version === rules?.version
            ? new TextEncoder().encode('{"n":"two"}')
            : store.content(profile, version),
      }),
    });
  });

  it('holds what AppConfig’s validator refuses', async () => {
    const world = appConfig((bytes) => {
      if (new TextDecoder().decode(bytes) === '{"n":77}') throw new Error('77 is too much');
    });
    const { publish } = publisher(world);
    await publish(request(1));
    world.finish('staging');
    await publish(limits(1));
    world.finish('staging');
    await publish(request(2));
    await publish(limits(77));
    await publish(queuing(3));
    world.finish('staging');
    await holds(world, 'Its content is refused: 77 is too much');
  });

  it('holds what is gone', async () => {
    const world = await waitingWorld(limits(2), queuing(3));
    world.finish('staging');
    await holds(world, 'Version 2 does not exist any more', {
      through: (store) => ({
        ...store,
        content: async (profile, version) =>
          profile === 'limits' ? undefined : store.content(profile, version),
      }),
    });
  });

  it('holds what builds on another version than the one deployed', async () => {
    const world = await waitingWorld(limits(2, { expectedVersion: 1 }), queuing(3));
    world.finish('staging');
    await world.environment('staging').createVersion({
      profile: 'limits',
      bytes: new TextEncoder().encode('{"n":9}'),
      label: 'v3-99999999',
      description: 'by hand',
      after: 2,
    });
    const around = { profile: 'limits', version: 3, strategy: 'immediate', description: 'by hand' };
    await world.environment('staging').startDeployment({ ...around, latestDeployment: 3 });
    world.finish('staging');
    await holds(world, 'Version 3 is deployed now, and it builds on version 1');
  });

  it('holds what waits for a profile that was rolled back meanwhile', async () => {
    const world = await waitingWorld(queuing(3), limits(2));
    world.rollBack('staging');
    const { advance } = publisher(world);
    expect(await advance()).toMatchObject({ held: ['gameplay'], started: [{ profile: 'limits' }] });
    const [entry] = await entriesOf(world);
    expect(entry?.held?.why).toMatch(/^Version 2 was taken back since it was queued: deployment 3, at 2026-/);
  });

  it('holds it also when the turn comes hours later', async () => {
    const world = await waitingWorld(queuing(3));
    world.rollBack('staging');
    world.nowMs += 3 * 3_600_000;
    expect(await publisher(world).advance()).toMatchObject({ held: ['gameplay'] });
  });

  it('holds what waits for a profile whose earlier version was deployed meanwhile', async () => {
    const world = await waitingWorld(queuing(3), limits(2));
    world.finish('staging');
    await world.environment('staging').startDeployment({
      profile: 'gameplay',
      version: 1,
      strategy: 'immediate',
      description: describeRollback({ author: 'bo', reason: 'errors doubled', undoes: 3 }),
      latestDeployment: 3,
    });
    world.finish('staging');
    expect(await publisher(world).advance()).toMatchObject({ held: ['gameplay'] });
    expect((await entriesOf(world))[0]?.held?.why).toContain('deployment 3, at');
  });

  it('holds what waits for a profile that is gone', async () => {
    const world = await waitingWorld();
    const queue: PublishQueue = {
      cluster: 'app/staging',
      entries: [
        {
          profile: 'old',
          version: 1,
          label: 'v1-aaaaaaaa',
          author: 'a',
          reason: 'b',
          queuedAt: '2026-01-01T00:00:00.000Z',
        },
      ],
    };
    await tablesOf(world).queues.write(queue, 0);
    world.finish('staging');
    expect(await publisher(world).advance()).toMatchObject({ held: ['old'] });
    expect((await entriesOf(world))[0]?.held?.why).toMatch(/^app\/staging\/old is no profile any more/);
  });

  it('starts again, once a person let it go on, what was rolled back: under another number, once', async () => {
    const world = await waitingWorld(limits(2));
    world.finish('staging');
    await publisher(world, {
      queues: {
        ...tablesOf(world).queues,
        write: async () => {
          throw new Error('died');
        },
      },
    })
      .advance()
      .catch(() => undefined);
    world.rollBack('staging');
    expect(await publisher(world).advance()).toMatchObject({ held: ['limits'] });
    world.nowMs += 1000;
    const release = { queueAction: 'release', profile: 'limits', description: 'fine', author: 'bo' };
    await publisher(world).publish(release);
    expect(world.history('staging').map(({ profile, version }) => `${profile} ${version}`)).toEqual([
      'gameplay 1',
      'limits 1',
      'gameplay 2',
      'limits 2',
      'limits 3',
    ]);
    expect(await entriesOf(world)).toEqual([]);
    expect(world.versions.get('limits')?.map(({ label }) => label?.slice(3))).toEqual([
      '2bfd14f4',
      '36337974',
      '36337974',
    ]);
  });
});

describe('the queue’s turn, when it died', () => {
  it.each(['startDeployment', 'write', 'record'] as const)(
    'after %s: the next turn neither loses nor doubles the entry',
    async (call) => {
      const world = await waitingWorld(limits(2));
      world.finish('staging');
      const { queues } = tablesOf(world);
      const die = () => {
        throw new Error('died');
      };
      const dying = publisher(world, {
        through: (store) => ({
          ...store,
          startDeployment: async (start) => {
            const answer = await store.startDeployment(start);
            return call === 'startDeployment' ? die() : answer;
          },
        }),
        queues: {
          ...queues,
          write: async (...args) => (call === 'write' ? die() : queues.write(...args)),
        },
        changes: { records: { savePublication: async () => (call === 'record' ? die() : 'saved') } },
      });
      await dying.advance().catch(() => undefined);
      for (let turn = 0; turn < 3; turn++) {
        await publisher(world).advance();
        world.finish('staging');
      }
      const limitsDeployments = world.history('staging').filter(({ profile }) => profile === 'limits');
      expect(limitsDeployments.map(({ version, state }) => [version, state])).toEqual([
        [1, 'COMPLETE'],
        [2, 'COMPLETE'],
      ]);
      expect(await entriesOf(world)).toEqual([]);
    },
  );

  it.each(['createVersion', 'write'] as const)(
    'after %s for an entry that needs another number: it is started once, under one',
    async (call) => {
      const world = await waitingWorld(limits(2));
      const entries = (await entriesOf(world)).map((entry) => ({
        ...entry,
        released: { author: 'bo', reason: 'fine', at: new Date(world.nowMs + 60_000).toISOString() },
      }));
      world.finish('staging');
      const around = { profile: 'limits', version: 2, strategy: 'immediate', description: 'by hand' };
      await world.environment('staging').startDeployment({ ...around, latestDeployment: 3 });
      world.rollBack('staging');
      const { queues } = tablesOf(world);
      await queues.write({ cluster: 'app/staging', entries }, 1);
      const die = () => {
        throw new Error('died');
      };
      const dying = publisher(world, {
        through: (store) => ({
          ...store,
          createVersion: async (version) => {
            const answer = await store.createVersion(version);
            return call === 'createVersion' ? die() : answer;
          },
        }),
        queues: { ...queues, write: async () => die() },
      });
      await expect(dying.advance()).rejects.toThrow('died');
      expect(await publisher(world).advance()).toMatchObject({ started: [{ version: 3, deployment: 5 }] });
      expect(world.versions.get('limits')).toHaveLength(3);
      expect(await entriesOf(world)).toEqual([]);
    },
  );

  it('after it started an entry under another number: that one is not started again over what came since', async () => {
    const world = await waitingWorld(limits(2));
    world.finish('staging');
    const store = world.environment('staging');
    const around = { profile: 'limits', strategy: 'immediate', description: 'by hand' };
    await store.startDeployment({ ...around, version: 2, latestDeployment: 3 });
    world.rollBack('staging');
    expect(await publisher(world).advance()).toMatchObject({ held: ['limits'] });
    world.nowMs += 1000;
    const dying = publisher(world, {
      through: (inner) => ({
        ...inner,
        startDeployment: async (start) => {
          await inner.startDeployment(start);
          throw new Error('died');
        },
      }),
    });
    await dying.publish({ queueAction: 'release', profile: 'limits', description: 'fine', author: 'bo' });
    expect(newest(world)).toMatchObject({ number: 5, version: 3 });
    world.finish('staging');
    await store.startDeployment({ ...around, version: 1, latestDeployment: 5 });
    world.finish('staging');
    expect(await publisher(world).advance()).toMatchObject({ started: [{ version: 3, deployment: 5 }] });
    expect(world.history('staging')).toHaveLength(6);
    expect(await entriesOf(world)).toEqual([]);
  });
});
