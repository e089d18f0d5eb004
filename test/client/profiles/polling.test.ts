import { describe, expect, it } from 'vitest';
import { createWorld, seededRandom, type World } from '../world.js';

/** Milliseconds between consecutive polls of one profile. */
function gaps(world: World, profile = 'gameplay'): number[] {
  const times = world.appConfig.polls.filter((poll) => poll.profile === profile).map((poll) => poll.atMs);
  return times.slice(1).map((atMs, index) => atMs - (times[index] ?? 0));
}

const min = (numbers: readonly number[]) => Math.min(...numbers);
const max = (numbers: readonly number[]) => Math.max(...numbers);

describe('polling', () => {
  it('keeps to the interval AppConfig asks for, give or take a tenth', async () => {
    const world = createWorld({ random: seededRandom(1) });
    world.appConfig.intervalSeconds = 120;
    await world.connect();
    await world.clock.advance(100 * 120_000);
    expect(gaps(world).length).toBeGreaterThan(90);
    expect(min(gaps(world))).toBeGreaterThanOrEqual(108_000);
    expect(max(gaps(world))).toBeLessThanOrEqual(132_000);
    expect(max(gaps(world)) - min(gaps(world))).toBeGreaterThan(20_000);
  });

  it('follows AppConfig when it asks for another interval', async () => {
    const world = createWorld();
    await world.connect();
    world.appConfig.intervalSeconds = 300;
    await world.clock.advance(660_001);
    expect(gaps(world)).toEqual([60_000, 300_000, 300_000]);
  });

  it('polls early, without a required interval, when asked for less than 15 seconds', async () => {
    const world = createWorld();
    await world.connect({ poll: { intervalSeconds: 0.5 } });
    await world.clock.advance(10_000);
    expect(gaps(world)).toHaveLength(20);
    expect(world.appConfig.starts[0]).not.toHaveProperty('requiredIntervalSeconds');
  });

  it('is never early where AppConfig holds it to an interval', async () => {
    const world = createWorld({ random: seededRandom(2) });
    world.appConfig.intervalSeconds = 15;
    const node = await world.connect({ poll: { intervalSeconds: 15 } });
    await world.clock.advance(100 * 15_000);
    expect(world.appConfig.starts[0]).toMatchObject({ requiredIntervalSeconds: 15 });
    expect(min(gaps(world))).toBeGreaterThanOrEqual(15_000);
    expect(max(gaps(world))).toBeLessThanOrEqual(16_500);
    expect(node.status().health).toBe('ready');
  });

  it('takes a change at the next poll and tells listeners once', async () => {
    const world = createWorld();
    const node = await world.connect();
    const changes: unknown[] = [];
    node.config.limits.onChange((change) => changes.push(change));
    world.appConfig.deploy('limits', { queueSize: 11 }, 'v2-bbbbbbbb');
    await world.clock.advance(59_999);
    expect(changes).toEqual([]);
    await world.clock.advance(300_000);
    expect(changes).toEqual([
      { value: { queueSize: 11 }, previous: { queueSize: 10 }, label: 'v2-bbbbbbbb' },
    ]);
  });

  it('goes back when AppConfig delivers the version before', async () => {
    const world = createWorld();
    const node = await world.connect();
    world.appConfig.deploy('limits', { queueSize: 11 }, 'v2-bbbbbbbb');
    await world.clock.advance(60_000);
    world.appConfig.deploy('limits', { queueSize: 10 }, 'v1-bbbbbbbb');
    await world.clock.advance(60_000);
    expect(node.config.limits.get()).toEqual({ queueSize: 10 });
    expect(node.config.limits.state().label).toBe('v1-bbbbbbbb');
  });

  it('does not call a listener that was taken off, nor lets one that fails hinder the others', async () => {
    const world = createWorld();
    const node = await world.connect();
    const heard: string[] = [];
    const off = node.config.limits.onChange(() => heard.push('taken off'));
    node.config.limits.onChange(() => {
      throw new Error('no');
    });
    node.config.limits.onChange(async () => Promise.reject(new Error('not this one either')));
    node.config.limits.onChange(() => heard.push('kept'));
    off();
    world.appConfig.deploy('limits', { queueSize: 11 }, 'v2-bbbbbbbb');
    await world.clock.advance(60_000);
    expect(heard).toEqual(['kept']);
    expect(world.logged.filter(({ level }) => level === 'error')).toHaveLength(2);
  });

  it('names a version that has no label after its content', async () => {
    const world = createWorld();
    world.appConfig.deploy('limits', { queueSize: 11 });
    const node = await world.connect();
    expect(node.config.limits.state().label).toMatch(/^unlabelled-[0-9a-f]{8}$/);
  });
});

describe('polling, given content it cannot take', () => {
  it('keeps the value in force, says why, and does not try that version again', async () => {
    const world = createWorld();
    const node = await world.connect();
    world.appConfig.deploy('limits', { queueSize: 'many' }, 'v2-bbbbbbbb');
    await world.clock.advance(60_000);
    expect(node.config.limits.get()).toEqual({ queueSize: 10 });
    expect(node.config.limits.state()).toMatchObject({
      label: 'v1-bbbbbbbb',
      refused: { label: 'v2-bbbbbbbb', reason: 'queueSize is "many", expected a number' },
    });
    await world.clock.advance(600_000);
    expect(world.logged.filter(({ level }) => level === 'error')).toHaveLength(1);
    expect(node.status().health).toBe('ready');
  });

  it('forgets the refusal when another version arrives', async () => {
    const world = createWorld();
    const node = await world.connect();
    world.appConfig.deploy('limits', { queueSize: 0 }, 'v2-bbbbbbbb');
    await world.clock.advance(60_000);
    world.appConfig.deploy('limits', { queueSize: 12 }, 'v3-bbbbbbbb');
    await world.clock.advance(60_000);
    expect(node.config.limits.get()).toEqual({ queueSize: 12 });
    expect(node.config.limits.state()).not.toHaveProperty('refused');
  });

  it('does not call the value confirmed while a later version stands refused', async () => {
    const world = createWorld();
    const node = await world.connect();
    world.appConfig.deploy('limits', { queueSize: 0 }, 'v2-bbbbbbbb');
    await world.clock.advance(180_000);
    expect(node.config.limits.state().ageMs).toBe(180_000);
    expect(node.config.gameplay.state().ageMs).toBe(0);
  });
});

describe('polling, given an AppConfig that fails', () => {
  it('backs off, further each time and never beyond a minute, and keeps its value', async () => {
    const world = createWorld({ random: () => 0.999_999 });
    const node = await world.connect();
    const attempts: number[] = [];
    const poll = world.appConfig.poll.bind(world.appConfig);
    world.appConfig.poll = async (token) => {
      if (world.appConfig.failure) attempts.push(world.clock.now());
      return poll(token);
    };
    world.appConfig.failure = { kind: 'unreachable', reason: 'ECONNREFUSED' };
    await world.clock.advance(600_000);
    const times = [...new Set(attempts)];
    const waits = times.slice(1, 10).map((atMs, index) => Math.round((atMs - (times[index] ?? 0)) / 1000));
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60]);
    expect(node.config.gameplay.get()).toEqual({ coolDownMs: 800, tiers: {} });
    expect(node.status().health).toBe('degraded');
    expect(node.config.gameplay.state().lastError).toBe('ECONNREFUSED');
  });

  it('never waits longer than its interval, so that a long outage is over within two polls', async () => {
    const world = createWorld({ random: () => 0.999_999 });
    const node = await world.connect({ poll: { intervalSeconds: 2 } });
    world.appConfig.failure = { kind: 'unreachable', reason: 'ECONNREFUSED' };
    await world.clock.advance(3_600_000);
    world.appConfig.failure = undefined;
    world.appConfig.deploy('limits', { queueSize: 12 }, 'v2-bbbbbbbb');
    await world.clock.advance(4_000);
    expect(node.config.limits.get()).toEqual({ queueSize: 12 });
    expect(node.status().health).toBe('ready');
  });

  it('draws its waits from the whole range, so that a fleet does not come back at once', async () => {
    const world = createWorld({ random: () => 0 });
    await world.connect();
    world.appConfig.failure = { kind: 'throttled', reason: 'Rate exceeded' };
    await world.clock.advance(60_000);
    expect(min(world.clock.timers())).toBeLessThanOrEqual(100);
  });

  it('is well again with the first answer', async () => {
    const world = createWorld();
    const node = await world.connect();
    world.appConfig.failure = { kind: 'unreachable', reason: 'ECONNREFUSED' };
    await world.clock.advance(120_000);
    expect(node.status().health).toBe('degraded');
    world.appConfig.failure = undefined;
    await world.clock.advance(60_000);
    expect(node.status().health).toBe('ready');
    expect(node.config.gameplay.state()).not.toHaveProperty('lastError');
  });

  it('makes nothing of one lost answer', async () => {
    const world = createWorld();
    const node = await world.connect();
    world.appConfig.losesNextAnswer = true;
    await world.clock.advance(60_000);
    expect(node.status().health).toBe('ready');
  });

  it('begins a session when the token of a lost answer turns out to be spent', async () => {
    const world = createWorld();
    const node = await world.connect();
    world.appConfig.losesNextAnswer = true;
    world.appConfig.deploy('gameplay', { coolDownMs: 1 }, 'v2-aaaaaaaa');
    await world.clock.advance(61_000);
    expect(world.appConfig.starts).toHaveLength(3);
    expect(node.config.gameplay.get()).toEqual({ coolDownMs: 1, tiers: {} });
  });

  it('begins a session when the machine slept for more than a day', async () => {
    const world = createWorld();
    const node = await world.connect();
    const hour = 3_600_000;
    world.appConfig.hangs = true;
    await world.clock.advance(25 * hour);
    world.appConfig.hangs = false;
    await world.clock.advance(100_000);
    expect(world.appConfig.starts).toHaveLength(4);
    expect(node.status().health).toBe('ready');
  });

  it('gives up a call that hangs and ignores what it answers later', async () => {
    const world = createWorld();
    const node = await world.connect();
    let answerLate: () => void = () => undefined;
    const poll = world.appConfig.poll.bind(world.appConfig);
    let held = 0;
    world.appConfig.poll = async (token) => {
      const answer = await poll(token);
      if (answer.kind !== 'content' || held++ > 0) return answer;
      await new Promise<void>((resolve) => {
        answerLate = resolve;
      });
      return answer;
    };
    world.appConfig.deploy('limits', { queueSize: 20 }, 'v2-bbbbbbbb');
    await world.clock.advance(70_000);
    world.appConfig.deploy('limits', { queueSize: 30 }, 'v3-bbbbbbbb');
    await world.clock.advance(120_000);
    answerLate();
    await world.clock.settle();
    expect(node.config.limits.get()).toEqual({ queueSize: 30 });
  });

  it('does not run in circles when every token is spent at once', async () => {
    const world = createWorld();
    await world.connect();
    world.appConfig.poll = async () => ({ kind: 'spent', reason: 'Expired' });
    await world.clock.advance(600_000);
    expect(world.appConfig.starts.length).toBeLessThan(60);
  });

  it('waits for its turn when AppConfig calls it early, and stays well', async () => {
    const world = createWorld();
    world.appConfig.intervalSeconds = 30;
    await (await world.connect({ poll: { intervalSeconds: 30 } })).close();
    await world.clock.advance(2000);
    const node = await world.connect({ poll: { intervalSeconds: 30 } });
    expect(node.status().health).toBe('ready');
    expect(node.config.limits.state()).toMatchObject({ source: 'disk' });
    await world.clock.advance(33_000);
    expect(node.config.limits.state()).toMatchObject({ source: 'cloud' });
    expect(world.appConfig.starts).toHaveLength(2);
  });
});
