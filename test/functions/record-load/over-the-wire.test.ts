/** record-load over the tables it has in AWS: containers that restart, overtake each other and are handed batches twice. */

import { expect, it } from 'vitest';
import { createAssignments } from '../../../aws/dynamodb/assignments.js';
import { createLivenessItems } from '../../../aws/dynamodb/liveness-items.js';
import { createNodeRecords } from '../../../aws/dynamodb/node-records.js';
import { epochMs } from '../../../core/time.js';
import { createHandler } from '../../../functions/record-load/handler.js';
import { inLocalAws } from '../../aws/in-local-aws.js';
import { observed } from '../observed.js';
import { batch, json, nowMs, report } from './recorder.js';

const aws = inLocalAws();
const cluster = 'app/staging';
const done = { batchItemFailures: [] };

/** Tables, and containers of the function over them on one clock. */
async function start() {
  const [nodes, assignments] = [await aws().table('cluster', 'node'), await aws().table('cluster', 'part')];
  let now = nowMs;
  const clock = () => epochMs(now);
  const records = createNodeRecords(aws().dynamodb, nodes, clock);
  const asked: string[] = [];
  const container = () => {
    const told = observed();
    const handle = createHandler({
      records,
      liveness: createLivenessItems(aws().dynamodb, nodes),
      assignments: createAssignments(aws().dynamodb, assignments, () => undefined),
      requests: { ask: async (name) => void asked.push(name) },
      routedClusters: [cluster],
      deadLetters: { put: async () => undefined },
      clock,
      log: told.log,
      measures: told.measures,
      gauges: told.gauges,
    });
    return { handle, ...told };
  };
  const at = (afterMs: number) => {
    now = nowMs + afterMs;
  };
  const state = async () => ({
    listed: (await records.list(cluster)).toSorted((a, b) => (a.node < b.node ? -1 : 1)),
    read: [...(await records.read(cluster, names))].toSorted(([a], [b]) => (a < b ? -1 : 1)),
  });
  return { container, at, records, state, asked };
}

const names = Array.from({ length: 30 }, (_, index) => `n-${String(index).padStart(2, '0')}`);

/** A report of every node, five seconds after the last ones; `n-07` has more to do each time. */
const round = (index: number) =>
  batch(
    ...names.map((node) =>
      json(report(node, index + 1, node === 'n-07' ? { load: index / 10 } : {}), index * 5),
    ),
  );

it('changes nothing when batches come again, to the same container, to another or to a new one', async () => {
  const world = await start();
  const [one, two] = [world.container(), world.container()];
  for (let index = 0; index < 4; index += 1) {
    world.at(index * 5_000);
    expect(await (index % 2 === 0 ? one : two).handle(round(index))).toEqual(done);
  }
  const before = await world.state();
  expect(before.listed).toHaveLength(30);
  expect(before.listed[7]).toMatchObject({
    node: 'n-07',
    load: 0.3,
    sequence: 4,
    arrivedAtMs: nowMs + 15_000,
  });
  // The others have not been written since their first report, and are known to be there.
  expect(before.listed[8]).toMatchObject({ node: 'n-08', sequence: 1, arrivedAtMs: nowMs + 14_976 });
  expect(before.read[8]?.[1]).toMatchObject({ revision: 1, asOfMs: nowMs });
  for (const again of [one, two, world.container()]) {
    for (const index of [3, 1, 2, 0]) expect(await again.handle(round(index))).toEqual(done);
  }
  expect(await world.state()).toEqual(before);
});

it('lets two containers handle the same shard at once', async () => {
  const world = await start();
  for (let index = 0; index < 3; index += 1) {
    const [one, two] = [world.container(), world.container()];
    world.at(index * 5_000);
    const answers = await Promise.all([one.handle(round(index)), two.handle(round(index))]);
    expect(answers).toEqual([done, done]);
  }
  const { listed, read } = await world.state();
  expect(listed.map(({ node }) => node)).toEqual(names);
  expect(listed[7]).toMatchObject({ load: 0.2, sequence: 3 });
  expect(listed.every(({ arrivedAtMs }) => arrivedAtMs >= nowMs + 9_984)).toBe(true);
  // Never twice for the same report.
  expect(read[7]?.[1].revision).toBe(3);
  expect(read[8]?.[1].revision).toBe(1);
});

it('asks for an assignment once in four seconds, however many containers there are', async () => {
  const world = await start();
  const containers = [world.container(), world.container(), world.container()];
  for (const afterMs of [0, 1_000, 3_999, 4_000, 4_001, 8_000]) {
    world.at(afterMs);
    const event = batch(json(report('n-00', 1 + afterMs), afterMs / 1000));
    await Promise.all(containers.map(({ handle }) => handle(event)));
  }
  expect(world.asked).toEqual([cluster, cluster, cluster]);
});
