import { afterEach, describe, expect, it } from 'vitest';
import { connectWith } from '../../../client/connect.js';
import type { Node } from '../../../client/node.js';
import { metrics as declared } from '../../../client/telemetry/metrics.js';
import { createCluster, grant, keyOf, member, routed } from '../routing/cluster.js';
import { createWorld, type Hunt, hunt } from '../world.js';
import { measured } from './measured.js';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

function withResolvers() {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

/** A node on a virtual clock, and what it measures. */
async function start() {
  const world = createWorld();
  const { telemetry, ...told } = measured();
  const connect = async (): Promise<Node<Hunt>> => {
    const options = { environment: 'staging', node: 'n1', directory: false } as const;
    const starting = connectWith(hunt, options, { ...world.outside, telemetry });
    await world.clock.settle();
    const node = await starting;
    closing.push(async () => {
      const closed = node.close();
      await world.clock.advance(5_000);
      await closed;
    });
    return node;
  };
  return { ...world, ...told, node: await connect() };
}

const gameplay = { 'veltrix.profile': 'gameplay' };
const limits = { 'veltrix.profile': 'limits' };

describe('what a node measures of its configuration', () => {
  it('is the number of the version in force, and how often a value was put in force', async () => {
    const { appConfig, clock, points } = await start();
    appConfig.deploy('limits', { queueSize: 20 }, 'v7-cccccccc');
    await clock.advance(70_000);
    expect(await points('veltrix.config.version')).toEqual([
      { attributes: gameplay, value: 1 },
      { attributes: limits, value: 7 },
    ]);
    const changes = await points('veltrix.config.changes');
    expect(changes.find(({ attributes }) => attributes['veltrix.profile'] === 'gameplay')?.value).toBe(1);
    expect(changes.find(({ attributes }) => attributes['veltrix.profile'] === 'limits')?.value).toBe(2);
  });

  it('is how long ago AppConfig confirmed it, in seconds', async () => {
    const { clock, points, appConfig } = await start();
    appConfig.failure = { kind: 'unreachable', reason: 'no route' };
    await clock.advance(300_000);
    const [age] = await points('veltrix.config.age');
    expect(age).toEqual({ attributes: gameplay, value: 300 });
  });

  it('is a refusal, while it lasts', async () => {
    const { appConfig, clock, points } = await start();
    const refused = async () => (await points('veltrix.config.refused')).map(({ value }) => value);
    expect(await refused()).toEqual([0, 0]);
    appConfig.deploy('limits', { queueSize: 'many' }, 'v2-dddddddd');
    await clock.advance(70_000);
    expect(await refused()).toEqual([0, 1]);
    expect((await points('veltrix.config.version')).map(({ value }) => value)).toEqual([1, 1]);
    appConfig.deploy('limits', { queueSize: 5 }, 'v3-eeeeeeee');
    await clock.advance(70_000);
    expect(await refused()).toEqual([0, 0]);
  });

  it('says nothing of a version that has no number', async () => {
    const { appConfig, clock, points } = await start();
    appConfig.deploy('limits', { queueSize: 7 }, 'by-hand');
    await clock.advance(70_000);
    expect(await points('veltrix.config.version')).toEqual([{ attributes: gameplay, value: 1 }]);
  });

  it('is the time of each poll, and in one word why it failed', async () => {
    const { appConfig, clock, points } = await start();
    const polls = async (failure: string | undefined) => {
      const all = await points('veltrix.config.poll.duration');
      const found = all.filter(
        ({ attributes }) =>
          attributes['veltrix.profile'] === 'limits' && attributes['error.type'] === failure,
      );
      return found.map(({ value }) => value);
    };
    expect(await polls(undefined)).toEqual([{ count: 1, sum: 0 }]);
    appConfig.failure = { kind: 'throttled', reason: 'slow down' };
    await clock.advance(60_000);
    expect((await polls('throttled')).length).toBe(1);
    appConfig.failure = undefined;
    appConfig.hangs = true;
    await clock.advance(200_000);
    const [timeouts] = await polls('timeout');
    if (typeof timeouts !== 'object') throw new Error('nothing hung');
    expect(timeouts.count).toBeGreaterThanOrEqual(1);
    expect(timeouts.sum / timeouts.count).toBe(10);
  });

  it('is what was asked under each version, and how that ended', async () => {
    const { node, appConfig, clock, points } = await start();
    node.count({ requests: 90, errors: 9, slow: 3 });
    appConfig.deploy('limits', { queueSize: 20 }, 'v2-cccccccc');
    await clock.advance(70_000);
    node.count({ requests: 10, errors: 5 });
    const of = async (name: string) =>
      Object.fromEntries(
        (await points(name)).map(({ attributes, value }) => [
          `${attributes['veltrix.profile']} ${attributes['veltrix.version']}`,
          value,
        ]),
      );
    const [requests, failed, slow] = ['requests', 'failed_requests', 'slow_requests'];
    expect(await of(`veltrix.config.${requests}`)).toEqual({
      'gameplay 1': 100,
      'limits 1': 90,
      'limits 2': 10,
    });
    expect(await of(`veltrix.config.${failed}`)).toEqual({ 'gameplay 1': 14, 'limits 1': 9, 'limits 2': 5 });
    expect(await of(`veltrix.config.${slow}`)).toEqual({ 'gameplay 1': 3, 'limits 1': 3, 'limits 2': 0 });
  });
});

describe('what a node measures of itself', () => {
  it('is one state of those that there are', async () => {
    const { appConfig, clock, points } = await start();
    const state = async () =>
      (await points('veltrix.node.health'))
        .filter(({ value }) => value === 1)
        .map(({ attributes }) => attributes['veltrix.node.state']);
    expect(await state()).toEqual(['ready']);
    appConfig.failure = { kind: 'denied', reason: 'no' };
    await clock.advance(200_000);
    expect(await state()).toEqual(['degraded']);
    expect(await points('veltrix.node.health')).toHaveLength(5);
  });

  it('is its work: what is done, what waits, and what was offered', async () => {
    const { node, points } = await start();
    const value = async (name: string) => (await points(name)).map((point) => point.value);
    const { promise, resolve: end } = withResolvers();
    const work = node.measure(() => promise);
    node.setQueueDepth(3);
    expect(await value('veltrix.node.active_requests')).toEqual([1]);
    expect(await value('veltrix.node.queued_requests')).toEqual([3]);
    expect((await value('veltrix.node.load'))[0]).toBeGreaterThanOrEqual(0);
    end();
    await work;
    expect(await value('veltrix.node.active_requests')).toEqual([0]);
    expect(await value('veltrix.node.shed')).toEqual([0]);
  });

  it('is its reports, and how long the stream took', async () => {
    const { clock, stream, points } = await start();
    await clock.advance(21_000);
    const sent = (await points('veltrix.report.sent'))[0]?.value;
    expect(sent).toBeGreaterThanOrEqual(4);
    expect(await points('veltrix.report.duration')).toMatchObject([{ attributes: {}, value: { sum: 0 } }]);
    stream.behaviour = 'refuses';
    await clock.advance(200_000);
    expect((await points('veltrix.report.dropped'))[0]?.value).toBeGreaterThan(0);
    const failed = await points('veltrix.report.duration');
    expect(failed.map(({ attributes }) => attributes['error.type'])).toContain('unsent');
  });

  it('ends when it is closed', async () => {
    const { node, clock, points } = await start();
    const closed = node.close();
    await clock.advance(5_000);
    await closed;
    const before = await points('veltrix.config.age');
    await clock.advance(60_000);
    expect(await points('veltrix.config.age')).toEqual(before);
  });

  it('is told under whose it is', async () => {
    const { metrics } = await start();
    const own = (await metrics()).flatMap(({ dataPoints }) =>
      dataPoints.map(({ attributes }) => [
        attributes['veltrix.application'],
        attributes['veltrix.environment'],
        attributes['veltrix.node'],
      ]),
    );
    expect(own.length).toBeGreaterThan(20);
    expect(new Set(own.map(String))).toEqual(new Set(['hunt,staging,n1']));
  });
});

describe('what a router measures', () => {
  /** Two nodes; `a` owns the first partition and `b` the second. */
  async function startCluster() {
    const world = createCluster();
    const { telemetry, ...told } = measured();
    world.table.write([grant('a', 1), grant('b', 1)]);
    world.table.writeRoster([member('a'), member('b')]);
    const outside = { ...world.outside, assignments: world.table.reader(), telemetry };
    const starting = connectWith(routed, { environment: 'staging', node: 'a', directory: false }, outside);
    await world.clock.settle();
    return { ...world, ...told, node: await starting };
  }

  it('is the table, the nodes, the partitions, and work that went astray', async () => {
    const { node, clock, table, points } = await startCluster();
    const value = async (name: string) => (await points(name)).map((point) => point.value);
    await clock.advance(30_000);
    expect(await value('veltrix.router.nodes')).toEqual([2]);
    expect(await value('veltrix.router.partitions')).toEqual([1]);
    expect(await value('veltrix.router.misdirected')).toEqual([0]);
    node.measure(() => undefined, { key: keyOf[1] });
    expect(await value('veltrix.router.misdirected')).toEqual([1]);
    table.behaviour = 'fails';
    await clock.advance(20_000);
    expect((await value('veltrix.router.table.age'))[0]).toBeGreaterThan(19);
    const reads = await points('veltrix.router.read.duration');
    expect(reads.map(({ attributes }) => attributes['error.type'])).toEqual([undefined, 'unreachable']);
    await node.close();
  });

  it('is each request that it sent: how long it took, whether here, and how it ended', async () => {
    const { node, clock, points } = await startCluster();
    await clock.advance(10_000);
    const sent = node.router.send(
      () => new Promise<string>((resolve) => void clock.setTimer(() => resolve('done'), 250)),
      { key: keyOf[1] },
    );
    await clock.advance(300);
    expect(await sent).toBe('done');
    await node.router.send(async () => 'here', { key: keyOf[0] });
    const refusing = node.router.send(
      async () => {
        throw Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
      },
      { key: keyOf[1], exclusive: true },
    );
    await expect(refusing).rejects.toThrow();
    expect(await points('veltrix.router.request.duration')).toEqual([
      { attributes: { 'veltrix.router.self': false }, value: { count: 1, sum: 0.25 } },
      { attributes: { 'veltrix.router.self': true }, value: { count: 1, sum: 0 } },
      {
        attributes: { 'veltrix.router.self': false, 'error.type': 'refused' },
        value: { count: 1, sum: 0 },
      },
    ]);
    await node.close();
  });

  it('and everything else is declared, with its unit, and nothing is declared that is not told', async () => {
    const { node, clock, metrics } = await startCluster();
    await clock.advance(30_000);
    await node.router.send(async () => 'here', { key: keyOf[0] });
    const told = (await metrics()).map(({ descriptor: { name, unit } }) => [name, unit]);
    expect(told.toSorted()).toEqual(
      Object.entries(declared)
        .map(([name, { unit }]) => [name, unit])
        .toSorted(),
    );
    await node.close();
  });
});
