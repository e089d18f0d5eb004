import { beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { connectWith } from '../../../client/connect.js';
import type { ConnectOptions } from '../../../client/options.js';
import { watchOverrides } from '../../../client/overrides/override-watch.js';
import { nodeReportSchema } from '../../../core/fleet/node-reports.js';
import { defineApplication, defineProfile } from '../../../core/profiles.js';
import { secretRef } from '../../../core/secrets/secret-ref.js';
import { SecretsTwin, untilIdle } from '../secrets/world.js';
import { AppConfigTwin, DiskTwin, StreamTwin } from '../twins.js';
import { virtualClock } from '../virtual-clock.js';

const gameplay = defineProfile({
  name: 'gameplay',
  description: 'How a hunt plays.',
  schemaVersion: 1,
  schema: z
    .object({
      features: z.object({ hints: z.boolean(), teasers: z.boolean() }),
      coolDownMs: z.int().min(0).max(60_000),
      tags: z.array(z.string()).default([]),
      rates: z.record(z.string(), z.int()).optional(),
      key: secretRef('hunt/').optional(),
    })
    .refine(({ features, coolDownMs }) => features.hints || coolDownMs < 5000, {
      path: ['coolDownMs'],
      error: 'must be below 5000 without hints',
    }),
  defaults: { features: { hints: true, teasers: true }, coolDownMs: 100 },
});
const limits = defineProfile({
  name: 'limits',
  description: 'How much a node takes on.',
  schemaVersion: 1,
  schema: z.object({ queueSize: z.int().min(1) }),
});
const hunt = defineApplication({ name: 'hunt', environments: ['staging'], profiles: [gameplay, limits] });

const value = { features: { hints: true, teasers: true }, coolDownMs: 800 };
/** The world begins at midnight. */
const until = '2026-01-01T02:00:00Z';
const reason = 'INC-7: hints overload the database';
const file = (profiles: unknown, about: object = {}) => JSON.stringify({ until, reason, profiles, ...about });
/** What is put over `rates`: `{"a":{"a":1}}`. */
const nested = (levels: number) =>
  file({ gameplay: { rates: 0 } }).replace('0}', `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}}`);
const longUntil = `2026-01-01T02:00:00.${'0'.repeat(300)}Z`;
const noHints = file({ gameplay: { features: { hints: false } } });

/** A file that a person writes; it lies there when the node has gone, too. */
class FileTwin {
  readonly place = '/state/override.json';
  text: string | undefined;
  behaviour: 'works' | 'fails' | 'hangs' = 'works';
  /** Reads that hang: each ends when it is told to. */
  readonly hanging: (() => void)[] = [];

  async read() {
    if (this.behaviour === 'hangs') await new Promise<void>((resolve) => this.hanging.push(resolve));
    if (this.behaviour === 'fails') throw new Error('EACCES: permission denied');
    return this.text;
  }
}

function createWorld() {
  const clock = virtualClock();
  const appConfig = new AppConfigTwin(clock);
  const stream = new StreamTwin(clock);
  const disk = new DiskTwin();
  const secrets = new SecretsTwin();
  const overrides = new FileTwin();
  const logged: string[] = [];
  appConfig.deploy('gameplay', value, 'v1-aaaaaaaa');
  appConfig.deploy('limits', { queueSize: 10 }, 'v1-bbbbbbbb');
  const outside = { clock, random: () => 0.5, sessions: appConfig, reports: stream, hostName: 'host' };
  const connect = async (options: Partial<ConnectOptions<typeof hunt>> = {}) => {
    const log = (level: string, message: string) => void logged.push(`${level} ${message}`);
    const starting = connectWith(
      hunt,
      { environment: 'staging', node: 'n1', log, ...options },
      { ...outside, disk, secrets, overrides },
    );
    await untilIdle(clock);
    return starting;
  };
  const advance = async (durationMs: number) => {
    await clock.advance(durationMs);
    await untilIdle(clock);
  };
  /** Writes the file, and waits until the node has looked at it. */
  const write = async (text: string | undefined) => {
    overrides.text = text;
    await advance(5_000);
  };
  return { clock, appConfig, stream, disk, secrets, overrides, logged, connect, advance, write };
}

let world: ReturnType<typeof createWorld>;
beforeEach(() => {
  world = createWorld();
});

const hoursMs = 60 * 60_000;

describe('a kill switch that is flipped on one node', () => {
  it('works within five seconds, also while AppConfig is away, and leaves the rest as it was', async () => {
    const node = await world.connect();
    world.appConfig.failure = { kind: 'unreachable', reason: 'down' };
    const heard: unknown[] = [];
    node.config.gameplay.onChange((change) => heard.push(change));
    const limitsBefore = node.config.limits.get();
    await world.write(noHints);
    const overridden = { features: { hints: false, teasers: true }, coolDownMs: 800, tags: [] };
    expect(node.config.gameplay.get()).toEqual(overridden);
    expect(Object.isFrozen(node.config.gameplay.get().features)).toBe(true);
    expect(heard).toEqual([{ value: overridden, previous: { ...value, tags: [] }, label: 'v1-aaaaaaaa' }]);
    expect(node.config.limits.get()).toBe(limitsBefore);
    expect(node.config.limits.state().override).toBeUndefined();
    await node.close();
  });

  it('is told: in the state of the profile, in the log, and in the next report', async () => {
    const node = await world.connect({ report: { intervalSeconds: 3600 } });
    await world.advance(20_000);
    const reportsBefore = world.stream.reports.length;
    await world.write(noHints);
    await world.advance(100);
    const override = { paths: ['features.hints'], until, reason };
    expect(node.config.gameplay.state()).toMatchObject({ label: 'v1-aaaaaaaa', source: 'cloud', override });
    expect(node.status().overrideFile).toBe('/state/override.json');
    expect(world.logged).toContain(`warn gameplay: features.hints overridden until ${until}`);
    expect(world.stream.reports.length).toBeGreaterThan(reportsBefore);
    expect(world.stream.reports.at(-1)?.profiles['gameplay']?.override).toEqual(override);
    await node.close();
  });

  it('counts for no version what the node does meanwhile', async () => {
    const node = await world.connect();
    const requests = () =>
      world.stream.reports.at(-1)?.profiles['gameplay']?.counters['v1-aaaaaaaa']?.requests;
    node.measure(() => 1);
    await world.write(noHints);
    node.measure(() => 1);
    node.measure(() => 1);
    await world.advance(6_000);
    expect(requests()).toBe(1);
    await world.write(undefined);
    node.measure(() => 1);
    await world.advance(6_000);
    expect(requests()).toBe(2);
    await node.close();
  });

  it('ends when the file goes, and tells who listens', async () => {
    const node = await world.connect();
    await world.write(noHints);
    const heard: boolean[] = [];
    node.config.gameplay.onChange((change) => heard.push(change.value.features.hints));
    await world.write(undefined);
    expect(heard).toEqual([true]);
    expect(node.config.gameplay.get().features.hints).toBe(true);
    expect(node.config.gameplay.state().override).toBeUndefined();
    expect(world.logged.at(-1)).toBe('info gameplay: no override is in force any more');
    await node.close();
  });

  it('ends by itself, to the second look after its instant, and says that the file is left', async () => {
    const node = await world.connect();
    await world.write(noHints);
    await world.advance(2 * hoursMs - 10_000);
    expect(node.config.gameplay.get().features.hints).toBe(false);
    await world.advance(10_000);
    expect(node.config.gameplay.get().features.hints).toBe(true);
    expect(node.config.gameplay.state().override).toBeUndefined();
    await world.advance(60_000);
    const over = `info /state/override.json is over since ${until}: remove it`;
    expect(world.logged.filter((line) => line === over)).toHaveLength(1);
    await node.close();
  });

  it('tells nobody twice, and makes no new value, while the file stays as it is', async () => {
    const node = await world.connect();
    await world.write(noHints);
    const before = node.config.gameplay.get();
    const lines = world.logged.length;
    await world.advance(45_000);
    expect(node.config.gameplay.get()).toBe(before);
    expect(world.logged.length).toBe(lines);
    await node.close();
  });

  it('stays over the next version, and over what a rollback brings', async () => {
    const node = await world.connect();
    await world.write(noHints);
    world.appConfig.deploy('gameplay', { ...value, coolDownMs: 900 }, 'v2-aaaaaaaa');
    await world.advance(66_000);
    expect(node.config.gameplay.get()).toMatchObject({ features: { hints: false }, coolDownMs: 900 });
    expect(node.config.gameplay.state()).toMatchObject({ label: 'v2-aaaaaaaa', override: { until } });
    await world.write(undefined);
    expect(node.config.gameplay.get()).toMatchObject({ features: { hints: true }, coolDownMs: 900 });
    await node.close();
  });

  it('is there from the first moment of a process that starts from disk', async () => {
    await (await world.connect()).close();
    world.appConfig.failure = { kind: 'unreachable', reason: 'down' };
    world.overrides.text = noHints;
    const node = await world.connect();
    expect(node.config.gameplay.get().features.hints).toBe(false);
    expect(node.config.gameplay.state()).toMatchObject({ source: 'disk', override: { until } });
    await node.close();
  });

  it('never goes into the file of last good values', async () => {
    const node = await world.connect();
    await world.write(noHints);
    world.appConfig.deploy('gameplay', { ...value, coolDownMs: 900 }, 'v2-aaaaaaaa');
    await world.advance(120_000);
    await node.close();
    expect(world.disk.files.get('gameplay')).toContain('\\"hints\\":true');
    expect(world.disk.files.get('gameplay')).not.toContain('\\"hints\\":false');
  });

  it('works over defaults', async () => {
    world.appConfig.deployed.delete('gameplay');
    world.overrides.text = noHints;
    const node = await world.connect({ onMissing: 'defaults' });
    expect(node.config.gameplay.get()).toMatchObject({ features: { hints: false }, coolDownMs: 100 });
    await node.close();
  });
});

describe('an override that does not suit', () => {
  it.each<[string, string, string]>([
    ['no JSON', '{ "until": ', 'it is no JSON object'],
    ['without an end', JSON.stringify({ reason, profiles: { gameplay: {} } }), 'until expected an instant'],
    [
      'with an end of another form',
      file({ gameplay: {} }, { until: 'tomorrow' }),
      'until expected an instant',
    ],
    [
      'for longer than a day',
      file({ gameplay: {} }, { until: '2026-01-02T00:01:00Z' }),
      'within the next 24 hours',
    ],
    ['without a reason', JSON.stringify({ until, profiles: { gameplay: {} } }), 'reason'],
    ['with an empty reason', file({ gameplay: {} }, { reason: '' }), 'reason'],
    ['of nothing', file({}), 'profiles must name a profile'],
    ['with a word too many', file({ gameplay: {} }, { untill: until }), 'untill'],
    ['nested as deep as nobody edits', nested(62), 'deeper than 64'],
    ['nested as deep as the file is long', nested(9_000), 'deeper than 64'],
    ['with an end that no report would carry', file({ gameplay: {} }, { until: longUntil }), 'until'],
    [
      'of an unknown profile',
      file({ gamplay: {} }),
      'it names "gamplay", which is no profile: use gameplay, limits',
    ],
  ])('as a file that is %s is refused, and told to operators', async (_, text, words) => {
    const node = await world.connect();
    await world.write(text);
    expect(node.config.gameplay.get()).toEqual({ ...value, tags: [] });
    const { override } = node.config.gameplay.state();
    expect(override).toMatchObject({ paths: [] });
    expect(override?.refused).toContain(words);
    expect(override?.refused).toContain('/state/override.json is refused');
    await world.advance(12_000);
    expect(world.stream.reports.at(-1)?.profiles['gameplay']?.override?.refused).toContain(words);
    expect(world.logged.filter((line) => line.startsWith('error /state/override.json'))).toHaveLength(1);
    await node.close();
  });

  it.each<[string, object, string]>([
    ['an unknown key', { feature: { hints: false } }, 'feature is unknown'],
    ['a wrong type', { features: { hints: 'off' } }, 'features.hints is text, expected true or false'],
    ['a member that must be there removed', { features: { hints: null } }, 'features.hints is missing'],
    ['a value past its bounds', { coolDownMs: 70_000 }, 'coolDownMs is 70000, expected at most 60000'],
    ['a rule between fields broken', { features: { hints: false }, coolDownMs: 6000 }, 'must be below 5000'],
    ['a secret of its own', { key: 'secretsmanager:hunt/other' }, 'secrets that are held already'],
  ])('with %s is refused in that profile, and the others take their part', async (_, patch, words) => {
    const node = await world.connect();
    await world.write(file({ gameplay: patch, limits: { queueSize: 1 } }));
    expect(node.config.gameplay.get()).toEqual({ ...value, tags: [] });
    expect(node.config.gameplay.state().override?.refused).toContain(words);
    expect(node.config.limits.get()).toEqual({ queueSize: 1 });
    expect(node.config.limits.state().override).toEqual({ paths: ['queueSize'], until, reason });
    await node.close();
  });

  it('is held against the schema down to 64 levels', async () => {
    const node = await world.connect();
    await world.write(nested(61));
    expect(node.config.gameplay.state().override?.refused).toContain('rates.a is a map, expected a number');
    await node.close();
  });

  it('leaves in force the one before it, until that ends', async () => {
    const node = await world.connect();
    await world.write(noHints);
    await world.write(file({ gameplay: { coolDownMs: -1 } }, { until: '2026-01-01T20:00:00Z' }));
    expect(node.config.gameplay.get()).toMatchObject({ features: { hints: false }, coolDownMs: 800 });
    expect(node.config.gameplay.state().override).toEqual({
      paths: ['features.hints'],
      until,
      reason,
      refused: 'coolDownMs is -1, expected at least 0',
    });
    await world.write('{ half a fi');
    expect(node.config.gameplay.get().features.hints).toBe(false);
    await world.advance(2 * hoursMs);
    expect(node.config.gameplay.get().features.hints).toBe(true);
    expect(node.config.gameplay.state().override).toMatchObject({ paths: [] });
    await node.close();
  });

  it('gives way to a version that it does not suit, and comes back with one that it does', async () => {
    const node = await world.connect();
    await world.write(noHints);
    world.appConfig.deploy('gameplay', { ...value, coolDownMs: 6000 }, 'v2-aaaaaaaa');
    await world.advance(66_000);
    expect(node.config.gameplay.get()).toMatchObject({ features: { hints: true }, coolDownMs: 6000 });
    expect(node.config.gameplay.state().override?.refused).toContain('must be below 5000');
    world.appConfig.deploy('gameplay', { ...value, coolDownMs: 700 }, 'v3-aaaaaaaa');
    await world.advance(66_000);
    expect(node.config.gameplay.get()).toMatchObject({ features: { hints: false }, coolDownMs: 700 });
    expect(node.config.gameplay.state().override).toEqual({ paths: ['features.hints'], until, reason });
    await node.close();
  });

  it('is not blamed for keys that a newer version brings', async () => {
    world.appConfig.deploy('gameplay', { ...value, newer: { a: 1 } }, 'v1-aaaaaaaa');
    const node = await world.connect();
    await world.write(noHints);
    expect(node.config.gameplay.get()).toEqual({
      ...value,
      features: { hints: false, teasers: true },
      tags: [],
    });
    await node.close();
  });

  it('changes nothing while the file cannot be read, and holds up no start', async () => {
    const node = await world.connect();
    await world.write(noHints);
    world.overrides.behaviour = 'fails';
    await world.advance(10_000);
    expect(node.config.gameplay.get().features.hints).toBe(false);
    expect(node.config.gameplay.state().override?.refused).toContain('EACCES');
    world.overrides.behaviour = 'works';
    await world.advance(10_000);
    expect(node.config.gameplay.state().override).toEqual({ paths: ['features.hints'], until, reason });
    world.overrides.behaviour = 'fails';
    await world.advance(2 * hoursMs);
    expect(node.config.gameplay.get().features.hints).toBe(true);
    await node.close();
    world.overrides.behaviour = 'hangs';
    const starting = world.connect();
    await world.advance(600);
    expect((await starting).config.limits.get()).toEqual({ queueSize: 10 });
    await (await starting).close();
  });
});

it('keeps a value with secrets whole: they are filled from what is held, and rotate beneath it', async () => {
  world.secrets.texts.set('hunt/key', 'one');
  world.appConfig.deploy('gameplay', { ...value, key: 'secretsmanager:hunt/key' }, 'v1-aaaaaaaa');
  const node = await world.connect();
  await world.write(noHints);
  expect(node.config.gameplay.get().key?.reveal()).toBe('one');
  world.secrets.texts.set('hunt/key', 'two');
  await world.advance(5 * 60_000);
  expect(node.config.gameplay.get().features.hints).toBe(false);
  expect(node.config.gameplay.get().key?.reveal()).toBe('two');
  await world.write(undefined);
  expect(node.config.gameplay.get().key?.reveal()).toBe('two');
  await node.close();
});

describe('a disk that does not answer', () => {
  it('is asked once, however often it is looked for, and anew when it has answered', async () => {
    const node = await world.connect();
    world.overrides.behaviour = 'hangs';
    await world.advance(10 * 60_000);
    expect(world.overrides.hanging).toHaveLength(1);
    expect(world.logged.filter((line) => line.startsWith('error /state'))).toHaveLength(1);
    world.overrides.behaviour = 'works';
    for (const answer of world.overrides.hanging) answer();
    await world.write(noHints);
    expect(node.config.gameplay.get().features.hints).toBe(false);
    await node.close();
  });
});

it('goes on looking when what judges the file fails, and says so once', async () => {
  const { clock } = world;
  const logged: string[] = [];
  let fails = true;
  const watch = watchOverrides({
    source: { place: '/state/override.json', read: async () => '{}' },
    get profiles() {
      if (fails) throw new Error('out of memory');
      return [];
    },
    secrets: { settle: async () => undefined, keeper: undefined, close: () => undefined },
    clock,
    log: (level, message) => void logged.push(`${level} ${message}`),
    onChanged: () => undefined,
  });
  await watch.start();
  await world.advance(12_000);
  expect(logged).toEqual(['error /state/override.json cannot be read: Error: out of memory']);
  fails = false;
  await world.advance(5_000);
  expect(logged.at(-1)).toContain('/state/override.json is refused');
  watch.close();
  expect(clock.timers()).toEqual([]);
});

it('looks no more, and leaves no timer, when the node has closed', async () => {
  const node = await world.connect();
  world.overrides.behaviour = 'hangs';
  await world.advance(5_000);
  const closing = node.close();
  await world.advance(5_000);
  await closing;
  expect(world.clock.timers()).toEqual([]);
});

it('names at most eight paths, so that a report stays small', async () => {
  const node = await world.connect();
  const rates = Object.fromEntries(Array.from({ length: 20 }, (_, at) => [`rate-${at}`, at]));
  await world.write(file({ gameplay: { rates, tags: ['a'] } }));
  expect(node.config.gameplay.get()).toMatchObject({ rates, tags: ['a'] });
  const names = Array.from({ length: 8 }, (_, at) => `rates.rate-${at}`);
  expect(node.config.gameplay.state().override?.paths).toEqual(names);
  await node.close();
});

it('cuts paths that are too long to read, so that a report of them is taken', async () => {
  const node = await world.connect();
  await world.write(file({ gameplay: { rates: { ['k'.repeat(600)]: 1 } } }));
  await world.advance(6_000);
  expect(node.config.gameplay.get().rates?.['k'.repeat(600)]).toBe(1);
  const report = nodeReportSchema.parse(world.stream.reports.at(-1));
  expect(report.profiles['gameplay']?.override?.paths).toEqual([`rates.${'k'.repeat(93)}…`]);
  await node.close();
});
