/** What a node says of its partitions while it cannot read the table: the assigner gives them to others by it. */

import { expect, it } from 'vitest';
import { createCluster, grant, member } from './cluster.js';

async function createOwner() {
  const cluster = createCluster();
  cluster.table.write([grant('a', 3)]);
  cluster.table.writeRoster([member('a'), member('b')]);
  const node = await cluster.connect();
  await cluster.clock.advance(10_000);
  const claimed = () => cluster.lastReportOf('a')?.ownership;
  return { ...cluster, node, claimed };
}

it('is what it said before, for less than half a minute, and then nothing', async () => {
  const { table, clock, claimed } = await createOwner();
  expect(claimed()).toEqual({ letGo: 1, begun: 1 });
  table.behaviour = 'fails';
  await clock.advance(18_000);
  expect(claimed()).toEqual({ letGo: 1, begun: 1 });
  await clock.advance(10_000);
  expect(claimed()).toBeUndefined();
});

it('is all that it may say as soon as it can read again, also where nothing was or is its own', async () => {
  const { table, clock, connect, lastReportOf } = await createOwner();
  await connect('b');
  await clock.advance(10_000);
  expect(lastReportOf('b')?.ownership).toEqual({ letGo: 1, begun: 1 });
  table.behaviour = 'fails';
  await clock.advance(20_000);
  // Granted, and taken again, while it could not read.
  for (let generation = 2; generation < 6; generation += 1) table.write([grant('a', 3)]);
  await clock.advance(20_000);
  table.behaviour = 'works';
  await clock.advance(20_000);
  for (const node of ['a', 'b']) expect(lastReportOf(node)?.ownership).toEqual({ letGo: 5, begun: 5 });
});

it('is its last word all the same', async () => {
  const { table, clock, node, claimed } = await createOwner();
  table.behaviour = 'fails';
  await clock.advance(120_000);
  expect(claimed()).toBeUndefined();
  await node.close();
  expect(claimed()).toEqual({ letGo: Number.MAX_SAFE_INTEGER, begun: 0 });
});
