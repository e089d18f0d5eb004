import { describe, expect, it } from 'vitest';
import { ServiceUnavailable } from '../../../core/errors.js';
import { appConfig, deployed, publisher, request } from './publisher.js';

/** SHA-256 of `{"n":1}` begins so; the others alike. */
const labels = { 1: 'v1-2bfd14f4', 2: 'v2-36337974' } as const;

describe('publish-config', () => {
  it('creates the first version and deploys it at once, whatever strategy was asked for', async () => {
    const world = appConfig();
    const { publish, counts } = publisher(world);
    expect(await publish(request(1, { strategy: 'canary-10' }))).toEqual({
      outcome: 'accepted',
      version: 1,
      label: labels[1],
      deployment: 1,
      unchanged: false,
      strategy: 'immediate',
    });
    expect(world.history('staging')).toMatchObject([
      { profile: 'gameplay', version: 1, durationMinutes: 0, description: 'make it 1 (anna)' },
    ]);
    expect(world.versions.get('gameplay')).toMatchObject([
      { label: labels[1], description: 'make it 1 (anna)' },
    ]);
    expect(counts()).toEqual({ PublishStarted: 1 });
  });

  it('stores canonical JSON of the input', async () => {
    const world = appConfig();
    await publisher(world).publish(request(1, { content: { secret: 'x', n: 1 } }));
    expect(new TextDecoder().decode(world.bytes('gameplay', 1))).toBe('{"n":1,"secret":"x"}');
  });

  it('deploys later versions by the environment’s strategy', async () => {
    const world = await deployed(1);
    expect(await publisher(world).publish(request(2))).toMatchObject({
      outcome: 'accepted',
      version: 2,
      label: labels[2],
      deployment: 2,
      strategy: 'linear-20',
    });
  });

  it('deploys later versions by the strategy that was asked for', async () => {
    const world = await deployed(1);
    const result = await publisher(world).publish(request(2, { strategy: 'linear-50' }));
    expect(result).toMatchObject({ strategy: 'linear-50' });
    expect(world.history('staging').at(-1)).toMatchObject({ durationMinutes: 2 });
  });

  it('deploys each profile’s first version at once, also where others are deployed', async () => {
    const world = await deployed(1);
    const result = await publisher(world).publish(request(1, { profile: 'limits' }));
    expect(result).toMatchObject({ version: 1, deployment: 2, strategy: 'immediate' });
  });
});

describe('publish-config, given content that is there already', () => {
  it('does nothing for what is deployed, whatever version is expected and however it is spelt', async () => {
    const world = await deployed(1, 2);
    const { publish, counts } = publisher(world);
    expect(await publish(request(2, { expectedVersion: 99, content: { n: 2 } }))).toEqual({
      outcome: 'accepted',
      version: 2,
      label: labels[2],
      deployment: 2,
      unchanged: true,
    });
    expect(world.history('staging')).toHaveLength(2);
    expect(counts()).toEqual({ PublishUnchanged: 1 });
  });

  it('joins the deployment that carries it', async () => {
    const world = await deployed(1);
    await publisher(world).publish(request(2));
    expect(await publisher(world).publish(request(2))).toEqual({
      outcome: 'accepted',
      version: 2,
      label: labels[2],
      deployment: 2,
      unchanged: true,
    });
    expect(world.versions.get('gameplay')).toHaveLength(2);
  });

  it('creates a version again for what was deployed before, so that numbers only grow', async () => {
    const world = await deployed(1, 2);
    const result = await publisher(world).publish(request(1));
    expect(result).toMatchObject({ version: 3, label: 'v3-2bfd14f4', deployment: 3, unchanged: false });
  });

  it('deploys again, as another version, what was rolled back more than an hour ago', async () => {
    const world = await deployed(1);
    await publisher(world).publish(request(2));
    world.rollBack('staging');
    world.nowMs += 3_600_001;
    const result = await publisher(world).publish(request(2));
    expect(result).toMatchObject({ version: 3, deployment: 3, unchanged: false });
  });

  it('deploys here, under its own number, what was created for another environment', async () => {
    const world = appConfig();
    await publisher(world, { environment: 'production' }).publish(request(1));
    const result = await publisher(world).publish(request(1));
    expect(result).toMatchObject({ version: 1, deployment: 1, unchanged: false, strategy: 'immediate' });
    expect(world.versions.get('gameplay')).toHaveLength(1);
  });
});

describe('publish-config, given somebody else’s work', () => {
  it('answers what runs, while another profile’s deployment occupies the environment', async () => {
    const world = await deployed(1);
    await publisher(world).publish(request(1, { profile: 'limits' }));
    const { publish, counts } = publisher(world);
    expect(await publish(request(2))).toEqual({
      outcome: 'deployment-in-progress',
      environment: 'app/staging',
      running: { profile: 'limits', deployment: 2, startedAt: '2026-01-01T00:00:06.000Z' },
    });
    expect(world.versions.get('gameplay')).toHaveLength(1);
    expect(counts()).toEqual({ PublishBusy: 1 });
  });

  it.each([
    { expectedVersion: 1, deployedVersion: 2, numbers: [1, 2] },
    { expectedVersion: 0, deployedVersion: 1, numbers: [1] },
    { expectedVersion: 1, deployedVersion: 0, numbers: [] },
  ])(
    'refuses to build on $expectedVersion where $deployedVersion is deployed, and creates nothing',
    async (about) => {
      const world = await deployed(...about.numbers);
      const { publish, counts } = publisher(world);
      expect(await publish(request(7, { expectedVersion: about.expectedVersion }))).toEqual({
        outcome: 'version-conflict',
        address: 'app/staging/gameplay',
        expectedVersion: about.expectedVersion,
        deployedVersion: about.deployedVersion,
      });
      expect(world.versions.get('gameplay')).toHaveLength(about.numbers.length);
      expect(counts()).toEqual({ PublishConflict: 1 });
    },
  );

  it('holds the expected version against this environment alone', async () => {
    const world = await deployed(1);
    await publisher(world, { environment: 'production' }).publish(request(2));
    const result = await publisher(world).publish(request(3, { expectedVersion: 1 }));
    expect(result).toMatchObject({ outcome: 'accepted', version: 3 });
  });

  it('takes the next number when a publisher to another environment took the one it meant', async () => {
    const world = appConfig();
    const elsewhere = publisher(world, { environment: 'production' });
    let first = true;
    const { publish, pauses, counts } = publisher(world, {
      through: (store) => ({
        ...store,
        createVersion: async (version) => {
          if (first) await elsewhere.publish(request(2));
          first = false;
          return store.createVersion(version);
        },
      }),
    });
    expect(await publish(request(1))).toMatchObject({ outcome: 'accepted', version: 2, deployment: 1 });
    expect(pauses).toEqual([1]);
    expect(counts()).toEqual({ PublishDecidedAgain: 1, PublishStarted: 1 });
  });

  it('gives up after eight decisions that were all lost, and says that trying again may help', async () => {
    const { publish, pauses } = publisher(appConfig(), {
      through: (store) => ({ ...store, createVersion: async () => 'taken' }),
    });
    const error = await publish(request(1)).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ServiceUnavailable);
    expect(error).toMatchObject({ retryable: true });
    expect(pauses).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });
});

describe('publish-config, given content that it must refuse', () => {
  it('names each place and what is expected there, and creates nothing', async () => {
    const world = appConfig();
    const { publish, counts } = publisher(world);
    expect(await publish(request(1, { content: { n: '800ms', typo: 1 } }))).toEqual({
      outcome: 'content-refused',
      subject: 'app/staging/gameplay',
      problems: [
        { path: 'n', message: 'is "800ms", expected a number', suggestion: '800' },
        { path: 'typo', message: 'is unknown: the schema has no such key' },
      ],
    });
    expect(world.versions.get('gameplay')).toEqual([]);
    expect(counts()).toEqual({ PublishRefused: 1 });
  });

  it('names the profiles it has when it is asked for another', async () => {
    const result = await publisher(appConfig()).publish(request(1, { profile: 'game-play' }));
    expect(result).toEqual({
      outcome: 'content-refused',
      subject: 'app/staging/game-play',
      problems: [
        { path: '', message: 'is no profile of app as it is deployed, which has: gameplay, limits' },
      ],
    });
  });

  it('says what is wrong with a request', async () => {
    const result = await publisher(appConfig()).publish({
      profile: 'gameplay',
      content: {},
      strategy: 'yolo',
    });
    expect(result).toMatchObject({ outcome: 'request-not-understood' });
    expect(JSON.stringify(result)).toContain('is \\"yolo\\", expected one of');
    expect(JSON.stringify(result)).toContain('description');
  });

  it('passes on what AppConfig’s validator says', async () => {
    const world = appConfig(() => {
      throw new Error('n must be prime');
    });
    expect(await publisher(world).publish(request(1))).toEqual({
      outcome: 'content-refused',
      subject: 'app/staging/gameplay',
      problems: [{ path: '', message: 'n must be prime' }],
    });
    expect(world.history('staging')).toEqual([]);
  });

  it('names fifty problems at most', async () => {
    const content = Object.fromEntries(Array.from({ length: 80 }, (_, index) => [`k${index}`, 1]));
    const result = await publisher(appConfig()).publish(request(1, { content: { n: 1, ...content } }));
    expect(result).toHaveProperty('problems.length', 50);
  });
});

describe('publish-config, towards its log', () => {
  it('never shows content, accepted or refused', async () => {
    const { publish, lines } = publisher(appConfig());
    await publish(request(1, { content: { n: 1, secret: 'hush-hush' } }));
    await publish(request(1, { content: { n: 1, secret: ['hush-hush'] } }));
    await publish(request(1, { content: { n: 1, 'hush-hush': 1 } }));
    expect(lines()).toContain('"outcome":"accepted"');
    expect(lines()).toContain('"outcome":"content-refused"');
    expect(lines()).not.toContain('hush-hush');
  });

  it('tells of failures', async () => {
    const { publish, lines } = publisher(appConfig(), {
      through: (store) => ({
        ...store,
        startDeployment: async () => {
          throw new ServiceUnavailable('could not start: Throttled', { hint: 'wait', retryable: true });
        },
      }),
    });
    await expect(publish(request(1))).rejects.toThrow('Throttled');
    expect(lines()).toContain('could not publish');
  });
});
