import { inspect } from 'node:util';
import { beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { defineApplication, defineProfile, secretRef } from '../../../client/config.js';
import type { Secret } from '../../../client/index.js';
import { createTestNode } from '../../../client/testing.js';
import { createWorld, untilIdle } from './world.js';

let world: ReturnType<typeof createWorld>;
beforeEach(() => {
  world = createWorld();
});

const fiveMinutesMs = 5 * 60_000;
const away = { kind: 'unreachable', reason: 'TimeoutError: no answer' } as const;
const denied = { kind: 'denied', reason: 'AccessDeniedException: not authorized' } as const;
const withMail = {
  url: 'https://b.example',
  apiKey: 'secretsmanager:hunt/map#key',
  mail: { password: 'secretsmanager:hunt/mail' },
};
const advance = async (durationMs: number) => {
  await world.clock.advance(durationMs);
  await untilIdle(world.clock);
};

describe('a value that names a secret', () => {
  it('is in force with its text, which was asked for once', async () => {
    const node = await world.connect();
    expect(node.config.maps.get().apiKey.reveal()).toBe('sk_live_1');
    expect(node.config.maps.get().apiKey.reference).toBe('secretsmanager:hunt/map#key');
    expect(world.secrets.reads).toEqual(['hunt/map']);
    expect(node.status()).toMatchObject({ health: 'ready', profiles: { maps: { label: 'v1-aaaaaaaa' } } });
    await node.close();
  });

  it('brings another secret when its version does, and asks for the new one alone', async () => {
    const node = await world.connect();
    world.secrets.texts.set('hunt/mail', 'p4ss');
    world.appConfig.deploy('maps', withMail, 'v2-aaaaaaaa');
    await advance(66_000);
    expect(node.config.maps.get().mail?.password.reveal()).toBe('p4ss');
    expect(node.config.maps.get().apiKey.reveal()).toBe('sk_live_1');
    expect(world.secrets.reads).toEqual(['hunt/map', 'hunt/mail']);
    await node.close();
  });

  it('is not taken while Secrets Manager is away, comes again with each poll, and is taken when that is back', async () => {
    const node = await world.connect();
    const heard: unknown[] = [];
    node.config.maps.onChange(({ label }) => heard.push(label));
    world.secrets.texts.set('hunt/mail', 'p4ss');
    world.secrets.failure = away;
    world.appConfig.deploy('maps', withMail, 'v2-aaaaaaaa');
    await advance(66_000);
    expect(node.config.maps.get().url).toBe('https://a.example');
    expect(node.config.maps.state()).toMatchObject({
      label: 'v1-aaaaaaaa',
      lastError: 'secretsmanager:hunt/mail cannot be read: TimeoutError: no answer',
    });
    expect(node.config.maps.state().refused).toBeUndefined();
    world.secrets.failure = undefined;
    await advance(120_000);
    expect(node.config.maps.state()).toMatchObject({ label: 'v2-aaaaaaaa' });
    expect(node.config.maps.state().lastError).toBeUndefined();
    expect(heard).toEqual(['v2-aaaaaaaa']);
    await node.close();
  });

  it('is followed back when its version is rolled back while Secrets Manager is away', async () => {
    const node = await world.connect();
    world.secrets.failure = away;
    world.appConfig.deploy('maps', withMail, 'v2-aaaaaaaa');
    await advance(66_000);
    world.appConfig.deploy('maps', { ...withMail, mail: undefined, url: 'https://c.example' }, 'v3-aaaaaaaa');
    await advance(66_000);
    expect(node.config.maps.get().url).toBe('https://c.example');
    await node.close();
  });

  it.each([
    ['may not be read', denied, 'AccessDeniedException: not authorized'],
    ['is not there', undefined, "ResourceNotFoundException: can't find it"],
  ])('is refused, and reported, when its secret %s', async (_, failure, reason) => {
    const node = await world.connect();
    world.secrets.failure = failure;
    world.appConfig.deploy('maps', withMail, 'v2-aaaaaaaa');
    await advance(66_000);
    const refused = { label: 'v2-aaaaaaaa', reason: `secretsmanager:hunt/mail cannot be read: ${reason}` };
    expect(node.config.maps.state()).toMatchObject({ label: 'v1-aaaaaaaa', refused });
    expect(node.status().health).toBe('ready');
    await advance(6_000);
    expect(world.stream.reports.at(-1)?.profiles['maps']?.refused).toEqual(refused);
    await node.close();
  });

  it('is refused for a member that its secret has not', async () => {
    const node = await world.connect();
    world.appConfig.deploy(
      'maps',
      { url: 'https://b.example', apiKey: 'secretsmanager:hunt/map#no' },
      'v2-aaaaaaaa',
    );
    await advance(66_000);
    expect(node.config.maps.state().refused?.reason).toBe(
      'secretsmanager:hunt/map#no cannot be read: it is no JSON object with a text under "no"',
    );
    expect(node.config.maps.get().apiKey.reveal()).toBe('sk_live_1');
    await node.close();
  });

  it('is taken within minutes of the cure, without being sent or published again', async () => {
    const node = await world.connect();
    world.appConfig.deploy('maps', withMail, 'v2-aaaaaaaa');
    await advance(66_000);
    expect(node.config.maps.state().refused?.label).toBe('v2-aaaaaaaa');
    world.secrets.texts.set('hunt/mail', 'p4ss');
    await advance(fiveMinutesMs + 31_000 + 66_000);
    expect(node.config.maps.get().mail?.password.reveal()).toBe('p4ss');
    expect(node.config.maps.state()).toMatchObject({ label: 'v2-aaaaaaaa', source: 'cloud' });
    expect(node.config.maps.state()).not.toHaveProperty('refused');
    expect(world.appConfig.starts.filter(({ profile }) => profile === 'maps')).toHaveLength(1);
    await node.close();
  });

  it('costs a call in five minutes, and a line in the log, as long as nobody cures it', async () => {
    const node = await world.connect();
    world.secrets.texts.set('hunt/mail', 'no json');
    const mail = { password: 'secretsmanager:hunt/mail#no' };
    world.appConfig.deploy('maps', { ...withMail, mail }, 'v2-aaaaaaaa');
    await advance(66_000);
    world.secrets.reads.length = 0;
    await advance(60 * 60_000);
    const calls = world.secrets.reads.filter((name) => name === 'hunt/mail').length;
    expect(calls).toBeGreaterThanOrEqual(8);
    expect(calls).toBeLessThanOrEqual(12);
    expect(world.logged.filter((line) => line.includes('v2-aaaaaaaa was refused'))).toHaveLength(1);
    expect(world.logged.join()).not.toContain('https://b.example');
    await node.close();
  });

  it('is tried no more when another version came, or the one before came back', async () => {
    const node = await world.connect();
    world.appConfig.deploy('maps', withMail, 'v2-aaaaaaaa');
    await advance(66_000);
    const before = { url: 'https://a.example', apiKey: 'secretsmanager:hunt/map#key' };
    world.appConfig.deploy('maps', before, 'v1-aaaaaaaa');
    await advance(66_000);
    expect(node.config.maps.state()).not.toHaveProperty('refused');
    world.secrets.texts.set('hunt/mail', 'p4ss');
    await advance(3 * fiveMinutesMs);
    expect(node.config.maps.state().label).toBe('v1-aaaaaaaa');
    expect(node.config.maps.get().mail).toBeUndefined();
    await node.close();
  });

  it('is tried at once by a process that starts again, whose file held nothing of it but why', async () => {
    const before = await world.connect();
    world.appConfig.deploy('maps', withMail, 'v2-aaaaaaaa');
    await advance(66_000);
    await before.close();
    expect(world.disk.files.get('maps')).toContain('secretsmanager:hunt/mail cannot be read');
    expect(world.disk.files.get('maps')).not.toContain('https://b.example');
    world.secrets.texts.set('hunt/mail', 'p4ss');
    world.appConfig.failure = { kind: 'unreachable', reason: 'down' };
    const node = await world.connect();
    expect(node.config.maps.state()).toMatchObject({ label: 'v1-aaaaaaaa', source: 'disk' });
    world.appConfig.failure = undefined;
    await advance(60_000);
    expect(node.config.maps.state()).toMatchObject({ label: 'v2-aaaaaaaa', source: 'cloud' });
    await node.close();
  });

  it('leaves a node on its defaults healthy, and replaces them when it can be taken', async () => {
    world.secrets.texts.set('hunt/default', 'd');
    world.appConfig.deploy('maps', withMail, 'v2-aaaaaaaa');
    const node = await world.connect({ onMissing: 'defaults' });
    await advance(130_000);
    expect(node.config.maps.get().apiKey.reveal()).toBe('d');
    expect(node.config.maps.state()).toMatchObject({ source: 'default', refused: { label: 'v2-aaaaaaaa' } });
    expect(node.config.maps.state()).not.toHaveProperty('lastError');
    expect(node.status().health).toBe('ready');
    world.secrets.texts.set('hunt/mail', 'p4ss');
    await advance(fiveMinutesMs + 31_000 + 66_000);
    expect(node.config.maps.get().mail?.password.reveal()).toBe('p4ss');
    await node.close();
  });

  it('is given up after five seconds where nobody answers', async () => {
    const node = await world.connect();
    world.secrets.behaviour = 'hangs';
    world.appConfig.deploy('maps', withMail, 'v2-aaaaaaaa');
    await advance(60_000 + 4_000);
    expect(node.config.maps.state().lastError).toBeUndefined();
    await advance(2_000);
    expect(node.config.maps.state().lastError).toContain('no answer within 5 seconds');
    await node.close();
  });

  it('keeps a node from starting where it cannot be read in time', async () => {
    world.secrets.failure = away;
    world.appConfig.deploy('maps', { url: 'x', apiKey: 'secretsmanager:hunt/map' }, 'v1-aaaaaaaa');
    const starting = world.connect({ startTimeoutMs: 1000 });
    starting.catch(() => undefined);
    await advance(1_500);
    await expect(starting).rejects.toMatchObject({
      message: expect.stringContaining(
        'hunt/staging/maps: secretsmanager:hunt/map cannot be read: TimeoutError',
      ),
      hint: expect.stringContaining('secretsmanager:GetSecretValue'),
      retryable: true,
    });
    expect(world.secrets.closed).toBe(true);
    expect(world.clock.timers()).toEqual([]);
  });
});

describe('a secret that is rotated', () => {
  it('makes another value of the same version, and tells who listens', async () => {
    const node = await world.connect();
    const before = node.config.maps.get();
    const heard: string[] = [];
    node.config.maps.onChange(({ value, previous, label }) =>
      heard.push(`${previous.apiKey.reveal()} → ${value.apiKey.reveal()} ${label}`),
    );
    const limits = node.config.limits.get();
    world.secrets.texts.set('hunt/map', '{"key":"sk_live_2"}');
    await advance(fiveMinutesMs + 1_000);
    expect(heard).toEqual(['sk_live_1 → sk_live_2 v1-aaaaaaaa']);
    expect(before.apiKey.reveal()).toBe('sk_live_1');
    expect(Object.isFrozen(node.config.maps.get())).toBe(true);
    expect(node.config.limits.get()).toBe(limits);
    await node.close();
  });

  it('changes nothing while its text is the same', async () => {
    const node = await world.connect();
    const before = node.config.maps.get();
    await advance(4 * fiveMinutesMs);
    expect(node.config.maps.get()).toBe(before);
    expect(world.secrets.reads.length).toBe(5);
    await node.close();
  });

  it('keeps what was read while it cannot be read anew, says so, and follows later', async () => {
    const node = await world.connect();
    world.secrets.failure = denied;
    world.secrets.texts.set('hunt/map', '{"key":"sk_live_2"}');
    await advance(3 * fiveMinutesMs);
    expect(node.config.maps.get().apiKey.reveal()).toBe('sk_live_1');
    const secretsError = 'secretsmanager:hunt/map cannot be read: AccessDeniedException: not authorized';
    expect(node.config.maps.state()).toMatchObject({ label: 'v1-aaaaaaaa', secretsError });
    expect(world.stream.reports.at(-1)?.profiles['maps']?.secretsError).toBe(secretsError);
    expect(world.logged.filter((line) => line.includes('cannot be read anew'))).toHaveLength(1);
    expect(node.status().health).toBe('ready');
    world.secrets.failure = undefined;
    await advance(fiveMinutesMs + 31_000);
    expect(node.config.maps.get().apiKey.reveal()).toBe('sk_live_2');
    expect(node.config.maps.state().secretsError).toBeUndefined();
    await node.close();
  });

  it('keeps its whole value where the new text does not suit', async () => {
    const node = await world.connect();
    const before = node.config.maps.get();
    world.secrets.texts.set('hunt/map', 'no json');
    await advance(fiveMinutesMs + 1_000);
    expect(node.config.maps.get()).toBe(before);
    await node.close();
  });

  it('is forgotten when no value names it any more, and not asked for', async () => {
    const node = await world.connect({ secrets: { intervalSeconds: 30 } });
    world.secrets.texts.set('hunt/other', 'o');
    world.appConfig.deploy('maps', { url: 'x', apiKey: 'secretsmanager:hunt/other' }, 'v2-aaaaaaaa');
    await advance(120_000);
    world.secrets.reads.length = 0;
    await advance(31_000);
    expect(world.secrets.reads).toEqual(['hunt/other']);
    world.secrets.texts.set('hunt/map', '{"key":"sk_live_7"}');
    const heard: string[] = [];
    node.config.maps.onChange((change) => heard.push(change.value.apiKey.reveal()));
    world.appConfig.deploy('maps', { url: 'x', apiKey: 'secretsmanager:hunt/map#key' }, 'v3-aaaaaaaa');
    await advance(66_000);
    expect(heard).toEqual(['sk_live_7']);
    await node.close();
  });
});

describe('a node that starts again', () => {
  it('reads its secrets anew, and starts from disk with them', async () => {
    await (await world.connect()).close();
    world.appConfig.failure = { kind: 'unreachable', reason: 'down' };
    world.secrets.texts.set('hunt/map', '{"key":"sk_live_9"}');
    const node = await world.connect();
    expect(node.config.maps.state().source).toBe('disk');
    expect(node.config.maps.get().apiKey.reveal()).toBe('sk_live_9');
    await node.close();
  });

  it('waits for them, and does not start without', async () => {
    await (await world.connect()).close();
    world.secrets.failure = away;
    const starting = world.connect({ startTimeoutMs: 10_000 });
    starting.catch(() => undefined);
    await advance(10_500);
    await expect(starting).rejects.toThrow('secretsmanager:hunt/map cannot be read');
    world.secrets.failure = undefined;
    const node = await world.connect();
    expect(node.config.maps.get().apiKey.reveal()).toBe('sk_live_1');
    await node.close();
  });

  it('starts with defaults whose secrets can be read, and with none whose cannot', async () => {
    world.appConfig.deployed.delete('maps');
    world.secrets.texts.set('hunt/default', 'd');
    const node = await world.connect({ onMissing: 'defaults', directory: false });
    expect(node.config.maps.get().apiKey.reveal()).toBe('d');
    await node.close();
    world.secrets.texts.delete('hunt/default');
    await expect(world.connect({ onMissing: 'defaults', directory: false })).rejects.toThrow('cannot start');
  });

  it('leaves no timer behind when it closes', async () => {
    const node = await world.connect();
    const closing = node.close();
    await advance(5_000);
    await closing;
    expect(world.clock.timers()).toEqual([]);
    expect(world.secrets.closed).toBe(true);
  });
});

it('shows no secret to anybody: not in logs, reports, files, states, errors, nor in what is printed', async () => {
  const node = await world.connect();
  node.config.maps.onChange(({ value }) => {
    throw new Error(`cannot log in with ${value.apiKey} of ${JSON.stringify(value)}`);
  });
  world.secrets.texts.set('hunt/mail', 'sk_live_mail');
  world.appConfig.deploy('maps', withMail, 'v2-aaaaaaaa');
  await advance(66_000);
  world.secrets.texts.set('hunt/map', '{"key":"sk_live_2"}');
  await advance(fiveMinutesMs + 31_000);
  world.secrets.texts.set('hunt/map', 'sk_live_3 {');
  world.appConfig.deploy('maps', { ...withMail, url: 7 }, 'v3-aaaaaaaa');
  await advance(fiveMinutesMs + 31_000);
  expect(node.config.maps.get().apiKey.reveal()).toBe('sk_live_2');
  const shown = [
    ...world.logged,
    JSON.stringify(world.stream.reports),
    ...world.disk.files.values(),
    inspect(node, { depth: 12, showHidden: true, getters: true }),
    inspect(node.config.maps.get(), { depth: 12, showHidden: true, customInspect: false }),
    JSON.stringify([node.status(), node.config.maps.get()]),
  ].join('\n');
  await node.close();
  expect(shown).toContain('secretsmanager:hunt/mail');
  expect(shown).toContain('cannot log in with [secret secretsmanager:hunt/map#key]');
  expect(shown).not.toContain('sk_live');
});

describe('a test node', () => {
  const schema = z.object({ apiKey: secretRef('hunt/'), other: secretRef('hunt/') });
  const maps = defineProfile({ name: 'maps', description: 'Maps.', schemaVersion: 1, schema });
  const shop = defineApplication({ name: 'shop', environments: ['staging'], profiles: [maps] });

  it('reveals what the test says, and otherwise a text of its own', () => {
    const node = createTestNode(shop, {
      values: { maps: { apiKey: 'secretsmanager:hunt/a', other: 'secretsmanager:hunt/b' } },
      secrets: { 'secretsmanager:hunt/a': 'from the test' },
    });
    const { apiKey, other }: { readonly apiKey: Secret; readonly other: Secret } = node.config.maps.get();
    expect(apiKey.reveal()).toBe('from the test');
    expect(other.reveal()).toBe('the secret of secretsmanager:hunt/b');
  });
});
