import { describe, expect, it } from 'vitest';
import type { EnvironmentStore } from '../../../core/delivery/deployments.js';
import { deployed, publisher, request } from './publisher.js';

describe('publish-config, reading', () => {
  /** Counts what is taken from the lists. */
  const counting = (taken: { deployments: number; versions: number }) => (store: EnvironmentStore) => ({
    ...store,
    async *deployments() {
      for await (const item of store.deployments()) {
        taken.deployments += 1;
        yield item;
      }
    },
    async *versions(profile: string) {
      for await (const item of store.versions(profile)) {
        taken.versions += 1;
        yield item;
      }
    },
  });

  const twoHoursMs = 2 * 60 * 60 * 1000;

  it('reads deployments down to the newest that completed, and the one that says it did so long ago', async () => {
    const world = await deployed(1, 2, 3, 4);
    world.nowMs += twoHoursMs;
    await publisher(world).publish(request(5));
    world.finish('staging');
    world.nowMs += twoHoursMs;
    const taken = { deployments: 0, versions: 0 };
    await publisher(world, { through: counting(taken) }).publish(request(6));
    expect(taken.deployments).toBe(2);
  });

  it('reads versions down to the one that holds the content, and deployments down to where it was deployed', async () => {
    const world = await deployed(1, 2, 3, 4, 5);
    world.nowMs += twoHoursMs;
    const taken = { deployments: 0, versions: 0 };
    await publisher(world, { through: counting(taken) }).publish(request(3));
    expect(taken).toEqual({ deployments: 3, versions: 3 });
  });
});
