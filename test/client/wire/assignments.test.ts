/** Two nodes, one table in DynamoDB, over the wire. */

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAssignments } from '../../../aws/dynamodb/assignments.js';
import { withoutNodeVersionWarning } from '../../../aws/node-version-warning.js';
import { connect } from '../../../client/index.js';
import { epochMs } from '../../../core/time.js';
import { grant, keyOf, member, routed } from '../routing/cluster.js';
import { startWireWorld, type WireWorld } from './world.js';

let world: WireWorld;
let dynamodb: DynamoDBClient;
beforeAll(async () => {
  world = await startWireWorld();
  await world.deploy('gameplay', { coolDownMs: 1 }, 'v1-aaaaaaaa');
  await world.deploy('limits', { queueSize: 1 }, 'v1-bbbbbbbb');
  await world.table('veltrix-main-assignments', 'cluster', 'part');
  dynamodb = withoutNodeVersionWarning(() => new DynamoDBClient({}));
});
afterAll(async () => {
  dynamodb.destroy();
  await world.close();
});

describe('nodes over one table', () => {
  it('know each other and their partitions, hand one over, and send work where it is', async () => {
    const assignments = createAssignments(dynamodb, 'veltrix-main-assignments', () => undefined);
    const start = (node: string) =>
      connect(routed, { environment: 'staging', node, endpoint: `http://${node}`, directory: false });
    const [a, b] = await Promise.all([start('a'), start('b')]);
    const lives = { a: a.status().incarnation, b: b.status().incarnation };
    const owned = (node: 'a' | 'b', epoch: number, began: number) => ({
      ...grant(node, epoch, { began }),
      incarnations: [lives[node]],
    });
    const tableOf = (owner: 'a' | 'b', generation: number) => ({
      generation,
      slots: Array.from({ length: 16 }, () => owned(owner, generation, generation)),
    });
    const nodes = (['a', 'b'] as const).map((node) => member(node, { incarnation: lives[node] }));
    const commit = async (change: object) =>
      assignments.commit(
        'hunt/staging',
        { over: await assignments.reader('hunt/staging').head(), ...change },
        epochMs(Date.now()),
      );
    expect(await commit({ table: tableOf('a', 1), roster: { revision: 1, nodes } })).toBe('saved');
    await expect.poll(() => [a.owns(keyOf[0]), b.owns(keyOf[0])], { timeout: 8_000 }).toEqual([1, undefined]);
    await expect.poll(() => b.router.ownerOf(keyOf[0])?.node, { timeout: 8_000 }).toBe('a');
    expect(await b.router.send((peer) => peer.endpoint, { key: keyOf[0], exclusive: true })).toBe('http://a');

    expect(await commit({ table: tableOf('b', 2) })).toBe('saved');
    await expect.poll(() => [a.owns(keyOf[0]), b.owns(keyOf[0])], { timeout: 8_000 }).toEqual([undefined, 2]);
    await Promise.all([a.close(), b.close()]);
    const [last] = (await world.reports()).filter(({ node }) => node === 'a').slice(-1);
    expect(last).toMatchObject({ health: 'stopped', ownership: { letGo: Number.MAX_SAFE_INTEGER } });
  }, 40_000);
});
