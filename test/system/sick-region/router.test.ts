/** Without DynamoDB nobody learns anew who has which work: every node goes by the last table it read. */

import { afterAll, beforeAll, expect, inject, it, vi } from 'vitest';
import { appConfigSessions } from '../../../aws/appconfig/configuration-sessions.js';
import { dynamoDbClient } from '../../../aws/clients.js';
import { createAssignmentReader } from '../../../aws/dynamodb/assignment-reader.js';
import { kinesisLoadReports } from '../../../aws/kinesis/load-stream.js';
import { connectWith } from '../../../client/connect.js';
import type { Node } from '../../../client/index.js';
import { treasureHunt } from '../../../config/treasure-hunt/application.js';
import { assignmentsTable, loadStream } from '../../../core/names.js';
import { epochMs } from '../../../core/time.js';
import { createActivity } from '../../../local/kernel/activity.js';
import { seededRandom } from '../../client/world.js';
import { tracked } from '../manual/tracked.js';
import { type ManualWorld, minuteMs, startManualWorld } from '../manual-world.js';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

const names = ['a', 'b', 'c'];
const keys = Array.from({ length: 200 }, (_, index) => `hunt-${index}`);
const activity = createActivity();
let world: ManualWorld;
const nodes: Node<typeof treasureHunt>[] = [];

beforeAll(async () => {
  world = await startManualWorld(inject('assembly'));
  await world.publish('gameplay');
  await world.advance(1_000);
  await world.publish('limits');
  await world.advance(1_000);
  for (const name of names) nodes.push(await begin(name));
  await advance(minuteMs);
});
afterAll(() => world?.close());

/** A node that reads the table, with ports of its own: the world's nodes have no part in sharing work. */
async function begin(name: string): Promise<Node<typeof treasureHunt>> {
  const bornMs = world.clock.now();
  const random = seededRandom(name.charCodeAt(0));
  const reader = createAssignmentReader(
    await dynamoDbClient(),
    assignmentsTable('main'),
    'treasure-hunt/staging',
  );
  const beginning = connectWith(
    treasureHunt,
    {
      environment: 'staging',
      node: name,
      endpoint: `http://${name}`,
      capacity: 10,
      poll: { intervalSeconds: 60 },
      report: { intervalSeconds: 15 },
    },
    {
      clock: {
        now: () => epochMs(Math.floor(world.clock.now())),
        monotonicMs: () => world.clock.now() - bornMs,
        setTimer: (run, delayMs) => world.clock.after(delayMs, run),
      },
      random,
      hostName: name,
      sessions: tracked(activity, appConfigSessions()),
      reports: tracked(activity, kinesisLoadReports(loadStream('main'))),
      assignments: tracked(activity, reader),
    },
  );
  let isDone = false;
  beginning.finally(() => {
    isDone = true;
  });
  while (!isDone) await advance(100);
  return beginning;
}

/** Keys that somebody owns, each by one node. */
const owned = () => nodes.flatMap(({ owns }) => keys.filter((key) => owns(key) !== undefined)).length;

const settled = async () => {
  await activity.settled();
  await world.settled();
};
const advance = (durationMs: number) => world.clock.advance(durationMs, settled);
const routes = () => nodes.map(({ router }) => keys.map((key) => router.nodeFor(key)?.node));

it('routes as before for ten sick minutes, and takes up a change of the fleet afterwards', async () => {
  const before = routes();
  expect(new Set(before[0])).toEqual(new Set(names));
  expect(before[1]).toEqual(before[0]);
  expect(owned()).toBe(keys.length);
  world.aws.faults.begin({ services: ['dynamodb'], kind: 'fail', forMs: 10 * minuteMs });
  for (let minute = 0; minute < 9; minute++) {
    await advance(minuteMs);
    expect(routes()).toEqual(before);
    // Nobody can confirm what he owns: exclusive work has to wait.
    expect(nodes.map(({ owns }) => keys.filter((key) => owns(key) !== undefined))).toEqual([[], [], []]);
  }
  await advance(2 * minuteMs);
  expect(owned()).toBe(keys.length);
  const newcomer = await begin('d');
  nodes.push(newcomer);
  await advance(3 * minuteMs);
  expect(new Set(routes()[0])).toEqual(new Set([...names, 'd']));
});
