/** Scenario of a night: one node melts. The command over the real tables, with the function that assigns running beside it. */

import { afterAll, beforeAll, expect, it } from 'vitest';
import { drain, undrain } from '../../cli/commands/act/drain.js';
import { load } from '../../cli/commands/see/load.js';
import { connect } from '../../control/connect.js';
import { assignmentsTable, nodesTable } from '../../core/names.js';
import { epochMs, plusMs, ttlSeconds } from '../../core/time.js';
import { type InLocalAws, inLocalAws } from '../aws/in-local-aws.js';
import type { World } from '../control/world.js';
import { assigner, owned, startMs } from '../functions/assign-partitions/assigner.js';
import { useEnvironment } from '../system/aws-environment.js';
import { personAt } from './person.js';

const aws = inLocalAws();
const where = ['shop/staging'];
const why = { message: 'melting' };

let fleet: Awaited<ReturnType<typeof assigner>>;
let restore: () => void;
let world: World;

beforeAll(async () => {
  fleet = await assigner({ ...aws(), table: createTable });
  fleet.pass(Date.now() - startMs);
  const endpoint = await aws().dynamodb.config.endpoint?.();
  restore = useEnvironment({
    AWS_ENDPOINT_URL: `http://${endpoint?.hostname}:${endpoint?.port}`,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
  });
  world = { cloud: connect({ stage: 'main', target: 'local' }), project: { root: '/' } } as unknown as World;
});
afterAll(() => restore());

/** By the names under which the command looks for them. */
const createTable: InLocalAws['table'] = async (partition, sort = 'node') => {
  const TableName = sort === 'part' ? assignmentsTable('main') : nodesTable('main');
  const keys = [partition, sort];
  await aws().call('dynamodb', 'CreateTable', {
    TableName,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: keys.map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
    KeySchema: keys.map((AttributeName, index) => ({
      AttributeName,
      KeyType: index === 0 ? 'HASH' : 'RANGE',
    })),
  });
  return TableName;
};

async function report(loads: Readonly<Record<string, number>>): Promise<void> {
  const arrivedAtMs = epochMs(Date.now());
  const expiresAtSeconds = ttlSeconds(plusMs(arrivedAtMs, 3_600_000));
  const since = plusMs(arrivedAtMs, -600_000);
  for (const [node, busy] of Object.entries(loads)) {
    await fleet.report(node, { load: busy, arrivedAtMs, expiresAtSeconds, since });
  }
}

/** Runs the function again and again while something is done, as reports would. */
async function whileAssigning<T>(work: Promise<T>): Promise<T> {
  let isOver = false;
  const done = work.finally(() => {
    isOver = true;
  });
  while (!isOver) {
    await fleet.handle({ cluster: 'shop/staging' });
    await Promise.race([done.catch(() => undefined), new Promise((resolve) => setTimeout(resolve, 200))]);
  }
  return done;
}

const script = () => personAt(world, { isTerminal: false });

it('a node is drained within a generation, alone, and by a name', { timeout: 60_000 }, async () => {
  await report({ 'node-1': 0.3, 'node-2': 0.3, 'node-3': 0.3 });
  await fleet.handle({ cluster: 'shop/staging' });
  expect(owned(await fleet.table())).toMatchObject({ 'node-1': expect.any(Number) });
  await report({ 'node-1': 0.8, 'node-2': 0.3, 'node-3': 0.3 });
  const before = await fleet.table();
  const anna = script();
  const { exitCode, data } = await whileAssigning(anna.types(drain, [...where, 'node-1'], why));
  expect(anna.shown()).toContain('✔ others took its ');
  expect(exitCode).toBe(0);
  expect(data).toMatchObject({
    room: { offered: 140, capacity: 200, isEnough: true },
    moved: { kind: 'moved', generation: before.generation + 1, partitions: owned(before)['node-1'] },
    drain: { by: expect.stringMatching(/^arn:aws:(iam|sts)::\d{12}:/) },
  });
  const after = await fleet.table();
  const moved = after.slots.flatMap(({ owners }, index) =>
    owners[0] === before.slots[index]?.owners[0] ? [] : [before.slots[index]?.owners[0]],
  );
  expect(new Set(moved)).toEqual(new Set(['node-1']));
});

it('it is shown by load, and may have work again', async () => {
  const seen = script();
  await seen.types(load, where);
  expect(seen.shown()).toMatch(/^node-1 .* drained$/m);
  expect(seen.shown()).toMatch(/◌ node-1 is drained until .* UTC \(30 min\): "melting"/);
  expect((await script().types(undrain, [...where, 'node-1'], { message: 'cooled' })).data).toMatchObject({
    unchanged: false,
    drain: { state: 'ended', reason: 'melting', ended: { reason: 'cooled' } },
  });
  expect((await script().types(drain, where)).data).toMatchObject({
    drains: [{ node: 'node-1', state: 'ended' }],
  });
});

it('of two people who drain at the same time, the second counts with the first', async () => {
  await report({ 'node-1': 0.45, 'node-2': 0.45, 'node-3': 0.45 });
  const options = { ...why, wait: false };
  const ended = await Promise.all(
    ['node-1', 'node-2', 'node-3'].map((node) => script().types(drain, [...where, node], options)),
  );
  expect(ended.map(({ exitCode }) => exitCode).toSorted()).toEqual([0, 4, 4]);
  const { data } = await script().types(drain, where);
  expect(data).toMatchObject({ drains: [{ state: 'in-force' }, { state: 'ended' }] });
});

it('a name that is nearly right is answered with the right one', async () => {
  const anna = script();
  expect((await anna.types(drain, [...where, 'node1'], why)).exitCode).toBe(2);
  expect(anna.shown()).toContain('Did you mean "node-1"? Known: node-1, node-2, node-3.');
});
