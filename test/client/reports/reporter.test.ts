import { describe, expect, it } from 'vitest';
import { connectWith } from '../../../client/connect.js';
import { nodeReportSchema } from '../../../core/fleet/node-reports.js';
import { createWorld, gameplay, hunt, limits, seededRandom } from '../world.js';

const last = <T>(items: readonly T[]): T | undefined => items.at(-1);

describe('reports', () => {
  it('are what core says a report is, from the first to the last', async () => {
    const world = createWorld();
    const node = await world.connect({
      endpoint: 'http://10.0.0.7:8080',
      labels: { zone: 'a', serviceVersion: '1.2.0' },
      capacity: 4,
    });
    node.count({ requests: 2, errors: 1 });
    node.setQueueDepth(3);
    world.appConfig.deploy('limits', { queueSize: 0 }, 'v2-bbbbbbbb');
    await world.clock.advance(120_000);
    await node.close();
    for (const report of world.stream.reports) expect(nodeReportSchema.parse(report)).toEqual(report);
    expect(last(world.stream.reports)).toEqual({
      form: 1,
      cluster: 'hunt/staging',
      node: 'n1',
      incarnation: '88888888-8888-4888-8888-888888888888',
      reportIntervalMs: 5000,
      sequence: 27,
      endpoint: 'http://10.0.0.7:8080',
      labels: { zone: 'a', serviceVersion: '1.2.0' },
      capacity: 4,
      load: 0.75,
      queueDepth: 3,
      inFlight: 0,
      health: 'stopped',
      profiles: {
        gameplay: {
          label: 'v1-aaaaaaaa',
          source: 'cloud',
          schemaVersion: 3,
          counters: { 'v1-aaaaaaaa': { requests: 2, errors: 1, slow: 0 } },
        },
        limits: {
          label: 'v1-bbbbbbbb',
          source: 'cloud',
          refused: { label: 'v2-bbbbbbbb', reason: 'queueSize is 0, expected at least 1' },
          schemaVersion: 1,
          counters: { 'v1-bbbbbbbb': { requests: 2, errors: 1, slow: 0 } },
        },
      },
      droppedReports: 0,
    });
  });

  it('say that a node is busy whose event loop is', async () => {
    const world = createWorld();
    const loopBusyMs = () => 0.75 * world.clock.monotonicMs();
    const starting = connectWith(
      hunt,
      { environment: 'staging', node: 'n1' },
      { ...world.outside, loopBusyMs },
    );
    await world.clock.advance(30_000);
    await starting;
    expect(last(world.stream.reports)?.load).toBe(0.75);
  });

  it('say how often they come, in whole milliseconds', async () => {
    const world = createWorld();
    await world.connect({ report: { intervalSeconds: 1.1111 } });
    expect(last(world.stream.reports)?.reportIntervalMs).toBe(1111);
    await world.connect({ report: { intervalSeconds: 3600 } });
    expect(last(world.stream.reports)?.reportIntervalMs).toBe(3_600_000);
  });

  it('come every five seconds, give or take a tenth, and count from 1', async () => {
    const world = createWorld({ random: seededRandom(3) });
    await world.connect();
    await world.clock.advance(600_000);
    const [, , ...steady] = world.stream.taken;
    const gaps = steady.slice(1).map(({ atMs }, index) => atMs - (steady[index]?.atMs ?? 0));
    expect(gaps.length).toBeGreaterThan(110);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(4499);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(5501);
    expect(world.stream.reports.map(({ sequence }) => sequence)).toEqual(
      world.stream.reports.map((_, index) => index + 1),
    );
  });

  it('say at once what others act on: versions, refusals, health', async () => {
    const world = createWorld();
    const node = await world.connect({ report: { intervalSeconds: 3600 } });
    await world.clock.advance(100);
    world.appConfig.deploy('limits', { queueSize: 11 }, 'v2-bbbbbbbb');
    await world.clock.advance(60_000);
    expect(last(world.stream.reports)?.profiles.limits).toMatchObject({ label: 'v2-bbbbbbbb' });
    world.appConfig.deploy('limits', { queueSize: 0 }, 'v3-bbbbbbbb');
    await world.clock.advance(60_000);
    expect(last(world.stream.reports)?.profiles.limits).toMatchObject({ refused: { label: 'v3-bbbbbbbb' } });
    world.appConfig.failure = { kind: 'unreachable', reason: 'gone' };
    await world.clock.advance(120_000);
    expect(last(world.stream.reports)).toMatchObject({ health: 'degraded' });
    void node.drain();
    await world.clock.settle();
    expect(last(world.stream.reports)).toMatchObject({ health: 'draining' });
    expect(world.stream.reports.map(({ health }) => health)).toEqual([
      'starting',
      'ready',
      'ready',
      'ready',
      'degraded',
      'draining',
    ]);
  });

  it('make one of changes that come together', async () => {
    const world = createWorld();
    await world.connect({ report: { intervalSeconds: 3600 } });
    await world.clock.advance(100);
    const before = world.stream.reports.length;
    world.appConfig.deploy('limits', { queueSize: 11 }, 'v2-bbbbbbbb');
    world.appConfig.deploy('gameplay', { coolDownMs: 1 }, 'v2-aaaaaaaa');
    await world.clock.advance(60_100);
    expect(world.stream.reports.length - before).toBe(1);
  });

  it('count work for the version in force when it began', async () => {
    const world = createWorld();
    const node = await world.connect();
    let finish: () => void = () => undefined;
    const work = node.measure(
      () =>
        new Promise<void>((resolve) => {
          finish = resolve;
        }),
    );
    world.appConfig.deploy('limits', { queueSize: 11 }, 'v2-bbbbbbbb');
    await world.clock.advance(60_000);
    finish();
    await work;
    await world.clock.advance(6000);
    expect(last(world.stream.reports)?.profiles.limits?.counters).toEqual({
      'v1-bbbbbbbb': { requests: 1, errors: 0, slow: 1 },
      'v2-bbbbbbbb': { requests: 0, errors: 0, slow: 0 },
    });
  });

  it('call slow what the profile says is slow, and else what the node says', async () => {
    const patient = { ...gameplay, guard: { latencyObjectiveMs: 400 } };
    const world = createWorld();
    const starting = connectWith(
      { ...hunt, profiles: [patient, limits] },
      { environment: 'staging', node: 'n1', slowAfterMs: 200 },
      world.outside,
    );
    await world.clock.settle();
    const node = await starting;
    const take = (durationMs: number) => {
      const work = node.measure(
        () => new Promise<void>((resolve) => world.clock.setTimer(resolve, durationMs)),
      );
      return world.clock.advance(durationMs).then(() => work);
    };
    await take(100);
    await take(300);
    await take(500);
    node.count({ requests: 4, slow: 3 });
    await world.clock.advance(6000);
    const { profiles } = last(world.stream.reports) ?? {};
    expect(profiles?.gameplay?.counters['v1-aaaaaaaa']).toEqual({ requests: 7, errors: 0, slow: 4 });
    expect(profiles?.limits?.counters['v1-bbbbbbbb']).toEqual({ requests: 7, errors: 0, slow: 5 });
  });

  it('go on counting a version that returns after it was rolled back', async () => {
    const world = createWorld();
    const node = await world.connect();
    const deploy = async (queueSize: number, label: string) => {
      world.appConfig.deploy('limits', { queueSize }, label);
      await world.clock.advance(60_000);
    };
    node.count({ requests: 100, errors: 1 });
    await deploy(11, 'v2-bbbbbbbb');
    node.count({ requests: 50, errors: 25 });
    await deploy(10, 'v1-bbbbbbbb');
    node.count({ requests: 7 });
    await deploy(11, 'v2-bbbbbbbb');
    node.count({ requests: 1 });
    await world.clock.advance(6000);
    expect(last(world.stream.reports)?.profiles.limits?.counters).toEqual({
      'v1-bbbbbbbb': { requests: 107, errors: 1, slow: 0 },
      'v2-bbbbbbbb': { requests: 51, errors: 25, slow: 0 },
    });
    expect(last(world.stream.reports)?.profiles.gameplay?.counters).toEqual({
      'v1-aaaaaaaa': { requests: 158, errors: 26, slow: 0 },
    });
  });

  it('are not made when told not to', async () => {
    const world = createWorld();
    const node = await world.connect({ report: false });
    await world.clock.advance(60_000);
    await node.drain();
    await node.close();
    expect(world.stream.batchSizes).toEqual([]);
  });
});

describe('reports, given a stream that does not take them', () => {
  const behaviours = ['refuses', 'rejects', 'hangs'] as const;
  it.each(behaviours)('keep to a bound and give up the oldest when it %s', async (behaviour) => {
    const world = createWorld();
    const node = await world.connect();
    world.stream.behaviour = behaviour;
    await world.clock.advance(600_000);
    const { pending, lastError } = node.status().reports;
    expect(pending).toBeLessThanOrEqual(16);
    expect(lastError).toMatch(/no stream|hang up|no answer/);
    world.stream.behaviour = 'takes';
    await world.clock.advance(20_000);
    expect(node.status().reports).toMatchObject({ pending: 0 });
    expect(node.status().reports).not.toHaveProperty('lastError');
    const { dropped } = node.status().reports;
    expect(dropped).toBeGreaterThan(80);
    expect(last(world.stream.reports)).toMatchObject({
      droppedReports: dropped,
      sequence: world.stream.reports.length + dropped,
    });
  });

  it('are sent again at once when one call hangs, long before the node is missed', async () => {
    const world = createWorld();
    const node = await world.connect();
    const put = world.stream.put.bind(world.stream);
    let hangs = 0;
    world.stream.put = async (reports) => {
      if (hangs === 0) return put(reports);
      hangs -= 1;
      return new Promise<never>(() => undefined);
    };
    await world.clock.advance(1_000);
    hangs = 1;
    await world.clock.advance(60_000);
    const arrivedAtMs = world.stream.taken.map(({ atMs }) => atMs);
    const gaps = arrivedAtMs.slice(1).map((atMs, index) => atMs - (arrivedAtMs[index] ?? 0));
    expect(Math.max(...gaps)).toBe(6_980);
    expect(node.status().reports).toMatchObject({ dropped: 0, pending: 0 });
    hangs = 2;
    await world.clock.advance(60_000);
    const after = world.stream.taken.map(({ atMs }) => atMs).slice(arrivedAtMs.length - 1);
    // Twice in a row: with the next report.
    expect(Math.max(...after.slice(1).map((atMs, index) => atMs - (after[index] ?? 0)))).toBe(10_000);
  });

  it('are not tried in a hurry where a call is refused after one that hung', async () => {
    const world = createWorld();
    await world.connect();
    world.stream.behaviour = 'hangs';
    await world.clock.advance(5_500);
    world.stream.behaviour = 'refuses';
    const before = world.stream.batchSizes.length;
    await world.clock.advance(4_000);
    expect(world.stream.batchSizes.length - before).toBe(1);
    await world.clock.advance(10_000);
    expect(world.stream.batchSizes.length - before).toBe(3);
  });

  it('give a call up before the next report is due', async () => {
    const world = createWorld();
    const node = await world.connect({ report: { intervalSeconds: 1 } });
    world.stream.behaviour = 'hangs';
    await world.clock.advance(10_000);
    expect(node.status().reports.lastError).toContain('no answer within 1 seconds');
  });

  it('send again what a batch left over, and nothing twice', async () => {
    const world = createWorld();
    const node = await world.connect();
    world.stream.behaviour = 'refuses';
    await world.clock.advance(30_000);
    world.stream.behaviour = 'takes-half';
    await world.clock.advance(10_000);
    world.stream.behaviour = 'takes';
    await world.clock.advance(10_000);
    const sequences = world.stream.reports.map(({ sequence }) => sequence);
    expect(sequences).toEqual(sequences.map((_, index) => index + 1));
    expect(node.status().reports).toMatchObject({ sent: sequences.length, dropped: 0 });
  });
});

describe('close', () => {
  it('says a last word and leaves no timer behind', async () => {
    const world = createWorld();
    const node = await world.connect();
    await world.clock.advance(1000);
    await node.close();
    expect(last(world.stream.reports)?.health).toBe('stopped');
    expect(world.clock.timers()).toEqual([]);
    expect([world.appConfig.closed, world.stream.closed]).toEqual([true, true]);
    expect(node.config.limits.get()).toEqual({ queueSize: 10 });
    expect(node.status().health).toBe('stopped');
  });

  it.each(['takes', 'rejects'] as const)(
    'says its last word after a report under way that it %s',
    async (ends) => {
      const world = createWorld();
      const node = await world.connect();
      const put = world.stream.put.bind(world.stream);
      let release: () => void = () => undefined;
      let puts = 0;
      world.stream.put = async (reports) => {
        await new Promise<void>((resolve) => {
          release = resolve;
        });
        puts += 1;
        world.stream.behaviour = puts === 1 ? ends : 'takes';
        return put(reports);
      };
      await world.clock.advance(5000);
      const closing = node.close();
      for (let turn = 0; turn < 4; turn++) {
        await world.clock.settle();
        release();
      }
      await closing;
      expect(last(world.stream.reports)?.health).toBe('stopped');
    },
  );

  it('waits two seconds for a stream that hangs, and no longer', async () => {
    const world = createWorld();
    const node = await world.connect();
    world.stream.behaviour = 'hangs';
    let isClosed = false;
    const closing = node.close().then(() => {
      isClosed = true;
    });
    await world.clock.advance(1999);
    expect(isClosed).toBe(false);
    await world.clock.advance(1);
    await closing;
    expect(world.clock.timers()).toEqual([]);
  });

  it('ends a poll that is under way', async () => {
    const world = createWorld();
    const node = await world.connect();
    world.appConfig.hangs = true;
    await world.clock.advance(60_000);
    await node.close();
    await world.clock.settle();
    expect(world.clock.timers()).toEqual([]);
    expect(node.config.limits.state()).not.toHaveProperty('lastError');
  });

  it('may be called twice', async () => {
    const world = createWorld();
    const node = await world.connect();
    await Promise.all([node.close(), node.close()]);
    expect(world.stream.reports.filter(({ health }) => health === 'stopped')).toHaveLength(1);
  });
});

describe('drain', () => {
  it('resolves when nothing is in flight any more', async () => {
    const world = createWorld();
    const node = await world.connect();
    let finish: () => void = () => undefined;
    void node.measure(
      () =>
        new Promise<void>((resolve) => {
          finish = resolve;
        }),
    );
    let isDrained = false;
    const draining = node.drain().then(() => {
      isDrained = true;
    });
    await world.clock.advance(9000);
    expect([isDrained, node.status().health]).toEqual([false, 'draining']);
    finish();
    await draining;
    expect(node.status().inFlight).toBe(0);
  });

  it('waits no longer than it may', async () => {
    const world = createWorld();
    const node = await world.connect();
    void node.measure(() => new Promise(() => undefined));
    const draining = node.drain({ timeoutMs: 3000 });
    await world.clock.advance(3000);
    await draining;
    expect(node.status().inFlight).toBe(1);
  });
});
