import { describe, expect, it } from 'vitest';
import { createWorld, type World } from '../world.js';

/** A node that took version 2 of `limits` after version 1, and the process of which then simply ends. */
async function dieAfterTaking(world: World, livedMs: number) {
  await world.connect({ report: false });
  world.appConfig.deploy('limits', { queueSize: 11 }, 'v2-bbbbbbbb');
  await world.clock.advance(60_000 + livedMs);
  return new Map(world.disk.files);
}

/** A process that finds what the other one left. */
async function restart(world: World, files: ReadonlyMap<string, string>) {
  const next = createWorld();
  await next.clock.advance(world.clock.now() - next.clock.now());
  for (const [name, text] of files) next.disk.files.set(name, text);
  for (const [name, version] of world.appConfig.deployed) next.appConfig.deployed.set(name, version);
  return { next, node: await next.connect() };
}

/** A node that took version 2, closed after `livedMs`, and was started again. */
async function restartAfterClose(livedMs: number) {
  const world = createWorld();
  const node = await world.connect({ report: false });
  world.appConfig.deploy('limits', { queueSize: 11 }, 'v2-bbbbbbbb');
  await world.clock.advance(60_000 + livedMs);
  await node.close();
  return restart(world, world.disk.files);
}

/** A node that took version 2 of both profiles, 10 seconds apart, and the process of which ended with both on probation. */
async function dieWithTwo(first: 'gameplay' | 'limits') {
  const world = createWorld();
  await world.connect({ report: false, poll: { intervalSeconds: 1 } });
  const deploy = {
    gameplay: () => world.appConfig.deploy('gameplay', { coolDownMs: 1 }, 'v2-aaaaaaaa'),
    limits: () => world.appConfig.deploy('limits', { queueSize: 11 }, 'v2-bbbbbbbb'),
  };
  deploy[first]();
  await world.clock.advance(10_000);
  deploy[first === 'gameplay' ? 'limits' : 'gameplay']();
  await world.clock.advance(5000);
  return restart(world, new Map(world.disk.files));
}

const refusedBy = ({ config }: Awaited<ReturnType<typeof dieWithTwo>>['node']) =>
  (['gameplay', 'limits'] as const).filter((profile) => config[profile].state().refused !== undefined);

describe('probation of two profiles at once', () => {
  it.each([
    ['gameplay', 'limits'],
    ['limits', 'gameplay'],
  ] as const)('suspects, where %s was taken first, %s alone', async (first, last) => {
    const { node } = await dieWithTwo(first);
    expect(refusedBy(node)).toEqual([last]);
    expect(node.config[first].state().label).toMatch(/^v2-/);
    expect(node.config[last].state().label).toMatch(/^v1-/);
  });

  it('suspects the other one when the process dies again without the first', async () => {
    const { next } = await dieWithTwo('gameplay');
    await next.clock.advance(29_000);
    const { node } = await restart(next, new Map(next.disk.files));
    expect(refusedBy(node)).toEqual(['gameplay', 'limits']);
    expect(node.config.gameplay.get().coolDownMs).toBe(800);
  });

  it('trusts the other one once a process lived with it', async () => {
    const { next } = await dieWithTwo('gameplay');
    await next.clock.advance(30_001);
    const { node } = await restart(next, new Map(next.disk.files));
    expect(refusedBy(node)).toEqual(['limits']);
    expect(node.config.gameplay.get().coolDownMs).toBe(1);
  });

  it('does not suspect a version that was proved, whenever the other was taken', async () => {
    const world = createWorld();
    await world.connect({ report: false, poll: { intervalSeconds: 1 } });
    world.appConfig.deploy('gameplay', { coolDownMs: 1 }, 'v2-aaaaaaaa');
    await world.clock.advance(32_000);
    world.appConfig.deploy('limits', { queueSize: 11 }, 'v2-bbbbbbbb');
    await world.clock.advance(5000);
    const { node } = await restart(world, new Map(world.disk.files));
    expect(refusedBy(node)).toEqual(['limits']);
  });
});

describe('probation', () => {
  it('starts from the version before when the process died with a version it had just taken', async () => {
    const world = createWorld();
    const { node } = await restart(world, await dieAfterTaking(world, 29_000));
    expect(node.config.limits.get()).toEqual({ queueSize: 10 });
    expect(node.config.limits.state()).toMatchObject({
      label: 'v1-bbbbbbbb',
      source: 'disk',
      refused: {
        label: 'v2-bbbbbbbb',
        reason:
          'the process ended without closing soon after taking it; to try it again, remove /disk/limits.copy while the node is stopped',
      },
    });
  });

  it('trusts a version with which the process lived for 30 seconds', async () => {
    const world = createWorld();
    const { node } = await restart(world, await dieAfterTaking(world, 30_001));
    expect(node.config.limits.get()).toEqual({ queueSize: 11 });
    expect(node.config.limits.state()).not.toHaveProperty('refused');
  });

  it('takes a version up again with which the process closed, and puts it on probation anew', async () => {
    const first = await restartAfterClose(1000);
    expect(first.node.config.limits.get()).toEqual({ queueSize: 11 });
    expect(first.node.config.limits.state()).not.toHaveProperty('refused');
    await first.next.clock.advance(29_000);
    const { node } = await restart(first.next, first.next.disk.files);
    expect(node.config.limits.get()).toEqual({ queueSize: 10 });
    expect(node.config.limits.state().refused?.label).toBe('v2-bbbbbbbb');
  });

  it('proves nothing by closing, however often', async () => {
    let { next, node } = await restartAfterClose(1000);
    for (let starts = 0; starts < 3; starts++) {
      await next.clock.advance(20_000);
      await node.close();
      ({ next, node } = await restart(next, next.disk.files));
      expect(node.config.limits.get()).toEqual({ queueSize: 11 });
    }
    ({ node } = await restart(next, next.disk.files));
    expect(node.config.limits.get()).toEqual({ queueSize: 10 });
  });

  it('trusts a version with which the process closed once the next one lived with it', async () => {
    const first = await restartAfterClose(1000);
    await first.next.clock.advance(30_001);
    const { node } = await restart(first.next, first.next.disk.files);
    expect(node.config.limits.get()).toEqual({ queueSize: 11 });
  });

  it('trusts a version with which the process lived before it closed', async () => {
    const first = await restartAfterClose(30_001);
    const { node } = await restart(first.next, first.next.disk.files);
    expect(node.config.limits.get()).toEqual({ queueSize: 11 });
  });

  it('is on disk anew before the version is in force again', async () => {
    const { next, node } = await restartAfterClose(1000);
    await node.close();
    expect(next.disk.files.get('limits')).not.toContain('"probationSinceMs"');
    const written: string[] = [];
    let release: () => void = () => undefined;
    next.disk.write = (_profile, text) => {
      written.push(text);
      return new Promise((resolve) => {
        release = resolve;
      });
    };
    let started: typeof node | undefined;
    void next.start().then((other) => {
      started = other;
    });
    await next.clock.settle();
    expect(written).toEqual([expect.stringMatching(/v2-bbbbbbbb.*"probationSinceMs"/)]);
    expect(started).toBeUndefined();
    release();
    await next.clock.settle();
    expect(started?.config.limits.get()).toEqual({ queueSize: 11 });
  });

  it('keeps refusing through later starts, until another version arrives', async () => {
    const world = createWorld();
    const first = await restart(world, await dieAfterTaking(world, 1000));
    await first.node.close();
    const { next, node } = await restart(first.next, first.next.disk.files);
    expect(node.config.limits.get()).toEqual({ queueSize: 10 });
    await next.clock.advance(300_000);
    expect(node.config.limits.state().refused?.label).toBe('v2-bbbbbbbb');
    next.appConfig.deploy('limits', { queueSize: 12 }, 'v3-bbbbbbbb');
    await next.clock.advance(61_000);
    expect(node.config.limits.get()).toEqual({ queueSize: 12 });
    expect(node.config.limits.state()).not.toHaveProperty('refused');
  });

  it('goes back to the last version that was good, not to one that was on probation itself', async () => {
    const world = createWorld();
    await world.connect({ report: false, poll: { intervalSeconds: 5 } });
    world.appConfig.deploy('limits', { queueSize: 11 }, 'v2-bbbbbbbb');
    await world.clock.advance(5000);
    world.appConfig.deploy('limits', { queueSize: 12 }, 'v3-bbbbbbbb');
    await world.clock.advance(5000);
    const { node } = await restart(world, world.disk.files);
    expect(node.config.limits.get()).toEqual({ queueSize: 10 });
  });

  it('does not put the only version it ever had on probation', async () => {
    const world = createWorld();
    await world.connect({ report: false });
    const { node } = await restart(world, world.disk.files);
    expect(node.config.limits.get()).toEqual({ queueSize: 10 });
    expect(node.config.limits.state()).not.toHaveProperty('refused');
  });

  it('is on disk before the version is in force', async () => {
    const world = createWorld();
    const node = await world.connect();
    world.appConfig.deploy('limits', { queueSize: 11 }, 'v2-bbbbbbbb');
    let onDisk: string | undefined;
    node.config.limits.onChange(() => {
      onDisk = world.disk.files.get('limits');
    });
    await world.clock.advance(60_000);
    expect(onDisk).toContain('"probationSinceMs"');
    expect(onDisk).toContain('v2-bbbbbbbb');
  });

  it('does not keep a version from a node whose disk does not answer', async () => {
    const world = createWorld();
    const node = await world.connect();
    world.disk.behaviour = 'hangs';
    world.appConfig.deploy('limits', { queueSize: 11 }, 'v2-bbbbbbbb');
    await world.clock.advance(62_000);
    expect(node.config.limits.get()).toEqual({ queueSize: 11 });
    expect(node.status().diskError).toBe('the disk does not answer');
  });
});
