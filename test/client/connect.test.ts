import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { connectWith } from '../../client/connect.js';
import { ConfigurationMissing, UsageError } from '../../core/errors.js';
import { defineApplication, defineProfile } from '../../core/profiles.js';
import { createWorld } from './world.js';

/** What a promise was rejected with. */
const failureOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'it resolved',
    (error: unknown) => error,
  );

describe('connect', () => {
  it('resolves with the values AppConfig holds', async () => {
    const { connect } = createWorld();
    const node = await connect();
    expect(node.config.gameplay.get()).toEqual({ coolDownMs: 800, tiers: {} });
    expect(node.config.limits.get()).toEqual({ queueSize: 10 });
    expect(node.config.gameplay.state()).toEqual({
      label: 'v1-aaaaaaaa',
      source: 'cloud',
      ageMs: 0,
      lastPollAtMs: Date.UTC(2026, 0, 1),
    });
    expect(node.status()).toMatchObject({ node: 'n1', cluster: 'hunt/staging', health: 'ready' });
  });

  it('asks for all profiles at once, by their names', async () => {
    const { connect, appConfig, clock } = createWorld();
    await connect();
    expect(appConfig.starts).toEqual([
      { application: 'hunt', environment: 'staging', profile: 'gameplay' },
      { application: 'hunt', environment: 'staging', profile: 'limits' },
    ]);
    expect(appConfig.polls.map(({ atMs }) => atMs)).toEqual([clock.now(), clock.now()]);
  });

  it('gives values that are frozen at every depth', async () => {
    const { connect, appConfig } = createWorld();
    appConfig.deploy('gameplay', { coolDownMs: 1, tiers: { gold: { hints: 3 } } }, 'v2-aaaaaaaa');
    const node = await connect();
    const { tiers } = node.config.gameplay.get();
    expect(() => Object.assign(tiers.gold ?? {}, { hints: 4 })).toThrow(TypeError);
    expect(() => Object.assign(tiers, { silver: 1 })).toThrow(TypeError);
    expect(node.config.gameplay.get()).toBe(node.config.gameplay.get());
  });

  it('drops keys that its schema does not know', async () => {
    const { connect, appConfig } = createWorld();
    appConfig.deploy('limits', { queueSize: 5, addedLater: true }, 'v2-bbbbbbbb');
    const node = await connect();
    expect(node.config.limits.get()).toEqual({ queueSize: 5 });
  });

  it('goes by the name of its host and port when nobody named it', async () => {
    const { connect } = createWorld();
    const node = await connect({ node: undefined, endpoint: 'http://10.0.0.7:8080/' });
    expect(node.name).toBe('host-8080');
  });
});

describe('connect, given options that cannot be', () => {
  const cases: readonly [what: string, options: Record<string, unknown>, says: RegExp][] = [
    ['an unknown environment', { environment: 'moon' }, /no environment "moon"/],
    ['a capacity of nothing', { capacity: 0 }, /capacity: Too small/],
    ['a node name with a slash', { node: '../n1' }, /node: must be letters/],
    ['reports that are neither on nor off', { report: true }, /report: must be false, or/],
    ['a misspelt option', { capcity: 3 }, /Unrecognized key: "capcity"/],
    [
      'an interval beyond what AppConfig admits',
      { poll: { intervalSeconds: 90_000 } },
      /poll.intervalSeconds/,
    ],
  ];
  it.each(cases)('rejects %s and names it', async (_what, options, says) => {
    const failure = await failureOf(createWorld().start(options));
    expect(failure).toBeInstanceOf(UsageError);
    expect(String(failure)).toMatch(says);
  });
});

describe('connect, given no value anywhere', () => {
  it('fails at once, with what to do, when nothing is deployed', async () => {
    const world = createWorld();
    world.appConfig.deployed.delete('limits');
    const failing = failureOf(world.start());
    await world.clock.settle();
    const failure = await failing;
    expect(failure).toBeInstanceOf(ConfigurationMissing);
    expect(failure).toMatchObject({
      message: 'n1 cannot start: hunt/staging/limits: nothing of limits is deployed; the disk holds none',
      hint: expect.stringContaining('veltrix publish hunt/staging/limits'),
      retryable: false,
    });
  });

  it('says that the caller may not ask', async () => {
    const world = createWorld();
    world.appConfig.failure = { kind: 'denied', reason: 'AccessDeniedException: not you' };
    const failing = failureOf(world.start());
    await world.clock.settle();
    expect(await failing).toMatchObject({
      message: expect.stringContaining('AccessDeniedException: not you'),
      hint: expect.stringContaining('appconfig:GetLatestConfiguration'),
    });
  });

  it('says what does not suit its schema', async () => {
    const world = createWorld();
    world.appConfig.deploy('limits', { queueSize: 0 }, 'v2-bbbbbbbb');
    const failing = failureOf(world.start());
    await world.clock.settle();
    expect(await failing).toMatchObject({
      message: expect.stringContaining('v2-bbbbbbbb was refused: queueSize is 0, expected at least 1'),
    });
  });

  it('tries for as long as it may start, then fails as something to try again', async () => {
    const world = createWorld();
    world.appConfig.failure = { kind: 'unreachable', reason: 'ECONNREFUSED' };
    const failing = failureOf(world.start({ startTimeoutMs: 3000 }));
    let isOver = false;
    void failing.then(() => {
      isOver = true;
    });
    await world.clock.advance(2999);
    expect(isOver).toBe(false);
    await world.clock.advance(1);
    expect(await failing).toMatchObject({
      retryable: true,
      message: expect.stringContaining('ECONNREFUSED'),
    });
  });

  it('leaves nothing running when it fails', async () => {
    const world = createWorld();
    world.appConfig.hangs = true;
    const failing = failureOf(world.start());
    await world.clock.advance(5000);
    expect(await failing).toBeInstanceOf(ConfigurationMissing);
    expect(world.clock.timers()).toEqual([]);
    expect([world.appConfig.closed, world.stream.closed]).toEqual([true, true]);
  });

  it('recovers within its start when AppConfig does', async () => {
    const world = createWorld();
    world.appConfig.failure = { kind: 'throttled', reason: 'Rate exceeded' };
    const starting = world.start();
    await world.clock.advance(1000);
    world.appConfig.failure = undefined;
    await world.clock.advance(2000);
    expect((await starting).config.limits.get()).toEqual({ queueSize: 10 });
  });

  it('refuses content that is no JSON', async () => {
    const world = createWorld();
    world.appConfig.deploy('gameplay', '{"coolDownMs": 1', 'v2-aaaaaaaa');
    const failing = failureOf(world.start());
    await world.clock.settle();
    expect(await failing).toMatchObject({ message: expect.stringContaining('is not JSON') });
  });
});

describe('connect, given a schema with code of its own', () => {
  const brittle: readonly [what: string, schema: z.ZodType][] = [
    ['throws', z.unknown().transform(() => JSON.parse('{'))],
    ['waits', z.unknown().refine(async () => true)],
  ];
  it.each(brittle)('refuses content when that code %s, and goes on', async (_what, schema) => {
    const { outside, clock } = createWorld();
    const profile = defineProfile({ name: 'limits', description: 'brittle', schemaVersion: 1, schema });
    const application = defineApplication({ name: 'hunt', environments: ['staging'], profiles: [profile] });
    const failing = failureOf(connectWith(application, { environment: 'staging' }, outside));
    await clock.settle();
    expect(await failing).toMatchObject({
      message: expect.stringContaining('v1-bbbbbbbb was refused: makes the schema fail'),
    });
  });
});

describe('connect, given onMissing: defaults', () => {
  it('starts with the defaults of profiles that have none deployed, and takes the first version that comes', async () => {
    const world = createWorld();
    world.appConfig.deployed.delete('gameplay');
    const node = await world.connect({ onMissing: 'defaults' });
    expect(node.config.gameplay.get()).toEqual({ coolDownMs: 5000, tiers: {} });
    expect(node.config.gameplay.state()).toMatchObject({ source: 'default' });
    expect(node.status().health).toBe('degraded');
    const changes: unknown[] = [];
    node.config.gameplay.onChange((change) => changes.push(change));
    world.appConfig.deploy('gameplay', { coolDownMs: 7 }, 'v1-aaaaaaaa');
    await world.clock.advance(61_000);
    expect(changes).toEqual([
      {
        value: { coolDownMs: 7, tiers: {} },
        previous: { coolDownMs: 5000, tiers: {} },
        label: 'v1-aaaaaaaa',
      },
    ]);
    expect(node.status().health).toBe('ready');
  });

  it('fails when a profile has no defaults either', async () => {
    const world = createWorld();
    world.appConfig.deployed.delete('limits');
    const failing = failureOf(world.start({ onMissing: 'defaults' }));
    await world.clock.settle();
    expect(await failing).toMatchObject({ hint: expect.stringContaining('hunt/staging/limits') });
  });
});

describe('connect, given last good values on disk', () => {
  it('resolves without waiting for AppConfig, and says where the values are from', async () => {
    const world = createWorld();
    await (await world.connect()).close();
    await world.clock.advance(3_600_000);
    world.appConfig.hangs = true;
    const node = await world.connect();
    expect(node.config.gameplay.get()).toEqual({ coolDownMs: 800, tiers: {} });
    expect(node.config.gameplay.state()).toMatchObject({
      label: 'v1-aaaaaaaa',
      source: 'disk',
      ageMs: 3_600_000,
    });
    await world.clock.advance(10_000);
    expect(node.status().health).toBe('degraded');
  });

  it('takes what AppConfig holds as soon as it answers', async () => {
    const world = createWorld();
    await (await world.connect()).close();
    world.appConfig.deploy('limits', { queueSize: 99 }, 'v2-bbbbbbbb');
    const node = await world.start();
    expect(node.config.limits.get()).toEqual({ queueSize: 10 });
    await world.clock.settle();
    expect(node.config.limits.get()).toEqual({ queueSize: 99 });
  });

  it('goes on in the session of the process before it', async () => {
    const world = createWorld();
    await (await world.connect()).close();
    expect(world.appConfig.starts).toHaveLength(2);
    await world.clock.advance(23 * 3_600_000);
    const node = await world.connect();
    expect(world.appConfig.starts).toHaveLength(2);
    expect(node.config.gameplay.state()).toMatchObject({ source: 'cloud', ageMs: 0 });
  });

  it('begins a session when the old one is a day old', async () => {
    const world = createWorld();
    await (await world.connect()).close();
    await world.clock.advance(24 * 3_600_000);
    await world.connect();
    expect(world.appConfig.starts).toHaveLength(4);
  });

  it('begins a session when it must be held to another interval', async () => {
    const world = createWorld();
    await (await world.connect()).close();
    await world.connect({ poll: { intervalSeconds: 30 } });
    expect(world.appConfig.starts).toHaveLength(4);
  });

  it('waits for AppConfig only for the profile that the disk does not hold', async () => {
    const world = createWorld();
    await (await world.connect()).close();
    world.disk.files.delete('limits');
    world.appConfig.failure = { kind: 'unreachable', reason: 'ECONNREFUSED' };
    const starting = failureOf(world.start());
    await world.clock.advance(5000);
    expect(await starting).toMatchObject({ message: expect.stringContaining('hunt/staging/limits') });
  });
});
