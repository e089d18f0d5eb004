import { beforeEach, describe, expect, it } from 'vitest';
import { createWorld, hoursMs, noHints, reason, until, value } from './world.js';

let world: ReturnType<typeof createWorld>;
beforeEach(() => {
  world = createWorld();
});

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
