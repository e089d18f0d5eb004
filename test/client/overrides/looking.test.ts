import { beforeEach, describe, expect, it } from 'vitest';
import { watchOverrides } from '../../../client/overrides/override-watch.js';
import { createWorld, noHints } from './world.js';

let world: ReturnType<typeof createWorld>;
beforeEach(() => {
  world = createWorld();
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
