import { describe, expect, it } from 'vitest';
import { createWorld } from '../world.js';

describe('a node whose files are of no use', () => {
  it('starts from AppConfig, says what is wrong, and replaces them', async () => {
    const world = createWorld();
    await (await world.connect()).close();
    const good = world.disk.files.get('limits') ?? '';
    world.disk.files.set('limits', good.replace('queueSize\\":10', 'queueSize\\":99'));
    const node = await world.connect();
    expect(node.config.limits.get()).toEqual({ queueSize: 10 });
    expect(world.logged).toContainEqual({
      level: 'warn',
      message: 'hunt/staging/limits: the file of last good values is ignored: it is damaged',
    });
    await node.close();
    expect(world.disk.files.get('limits')).toContain('queueSize\\":10');
    expect(node.status()).not.toHaveProperty('diskError');
  });

  it('goes on without a disk that is full, and says so until it is not', async () => {
    const world = createWorld();
    world.disk.behaviour = 'full';
    const node = await world.connect();
    await world.clock.advance(120_000);
    expect(node.config.limits.get()).toEqual({ queueSize: 10 });
    expect(node.status().diskError).toBe('ENOSPC: no space left on device, write');
    expect(world.logged.filter(({ message }) => message.includes('ENOSPC'))).toHaveLength(2);
    world.disk.behaviour = 'works';
    await world.clock.advance(61_000);
    expect(node.status()).not.toHaveProperty('diskError');
  });

  it('starts from AppConfig when the disk does not answer', async () => {
    const world = createWorld();
    world.disk.behaviour = 'hangs';
    const starting = world.start();
    await world.clock.advance(500);
    expect((await starting).config.limits.state().source).toBe('cloud');
    expect(world.logged).toContainEqual({
      level: 'warn',
      message:
        'hunt/staging/limits: the file of last good values cannot be read: no answer within 0.5 seconds',
    });
  });

  it('keeps nothing when told to keep nothing', async () => {
    const world = createWorld();
    await (await world.connect({ directory: false })).close();
    expect(world.disk.files.size).toBe(0);
  });

  it('closes although the disk does not answer', async () => {
    const world = createWorld();
    const node = await world.connect();
    world.disk.behaviour = 'hangs';
    const closing = node.close();
    await world.clock.advance(2000);
    await closing;
    expect(world.clock.timers()).toEqual([]);
  });
});
