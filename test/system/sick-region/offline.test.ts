/** The machines of a fleet lose their way to AWS, which itself is well: nobody there is alarmed for nothing. */

import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { serviceNames } from '../../../local/faults/errors.js';
import { minuteMs } from '../manual-world.js';
import { nodeCount, type SickWorld, secondMs, startFleet } from './world.js';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

let fleet: SickWorld;
beforeAll(async () => {
  fleet = await startFleet();
});
afterAll(() => fleet?.world.close());

it('leaves nodes at work, tells of their silence only, and is over at once', async () => {
  const { world, nodes } = fleet;
  const fromMs = world.clock.now();
  const before = nodes.map((node) => node.node.config.gameplay.get());
  world.aws.faults.begin({ services: serviceNames, kind: 'drop', strikes: 'outside', forMs: 8 * minuteMs });
  await world.advance(7 * minuteMs);
  expect(nodes.map((node) => node.node.config.gameplay.get())).toEqual(before);
  expect(nodes.map(({ node }) => node.status().health)).toEqual(nodes.map(() => 'degraded'));
  const [restarted] = nodes;
  await restarted?.restart();
  expect(restarted?.node.config.limits.state()).toMatchObject({ source: 'disk' });
  // Who asks stands where the nodes stand.
  const seen = await fleet.look();
  expect(seen.profiles.map(({ state }) => state)).toEqual(['unreadable', 'unreadable']);
  expect(seen.blind.map((note) => note.split(' cannot be read since ')[0])).toEqual(
    expect.arrayContaining(['what is deployed and on its way, in AppConfig,', 'the records of nodes']),
  );

  await world.advance(minuteMs);
  await world.until(
    () => nodes.every(({ node }) => node.status().health === 'ready'),
    'the fleet to be back',
    2 * minuteMs,
  );
  await world.advance(minuteMs);
  const { blind, profiles } = await fleet.look();
  expect(blind).toEqual([]);
  expect(profiles.map(({ nodes: { holding } }) => holding.length)).toEqual([nodeCount, nodeCount]);
  // Its functions reached everything all the time.
  expect(fleet.raisedSince(fromMs)).toEqual(['assignment-panic', 'nodes-silent-treasure-hunt-staging']);
  expect(world.clock.now() - fromMs).toBeLessThan(12 * minuteMs + secondMs);
});
