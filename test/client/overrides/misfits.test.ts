import { beforeEach, describe, expect, it } from 'vitest';
import { nodeReportSchema } from '../../../core/fleet/node-reports.js';
import { createWorld, file, hoursMs, longUntil, nested, noHints, reason, until, value } from './world.js';

let world: ReturnType<typeof createWorld>;
beforeEach(() => {
  world = createWorld();
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
