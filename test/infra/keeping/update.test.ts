/** From an earlier release to this one: everything that was written is still there, and work goes on from it. */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { parse } from 'yaml';
import { epochMs } from '../../../core/time.js';
import type { DeployProgress, DeployResult } from '../../../local/deploy/progress.js';
import { type LocalAws, startLocalAws } from '../../../local/index.js';
import { ManualClock } from '../../../local/kernel/clock.js';
import { lostBetween, type StatefulStacks } from '../../../scripts/stateful.js';
import { before, type Doors, doorsOf, identities, statefulOf, writeAssembly } from './update-world.js';

const delivery = 'Veltrix-main-Delivery';
const profileId = 'treasurehuntProfilelimits05E6AAE9';

const clock = new ManualClock();
const cluster = 'treasure-hunt/staging';
const undone = { author: 'anna', reason: 'before the update', at: '2026-01-01T00:00:00.000Z' };
const cursor = { address: `${cluster}/limits`, settledThrough: 3, emitted: { 4: 2 } };
const drain = {
  node: 'n1',
  sinceMs: epochMs(1),
  untilMs: epochMs(2),
  reason: 'before the update',
  by: 'anna',
};
const waiting = {
  profile: 'gameplay',
  version: 7,
  label: 'v7-0a1b2c3d',
  author: 'anna',
  reason: 'waits',
  queuedAt: '2026-01-01T00:00:00.000Z',
  held: { why: 'a person has to look', since: '2026-01-01T00:00:00.000Z' },
};
const limits = parse(readFileSync('config/treasure-hunt/limits.staging.yaml', 'utf8')) as object;
const bytes = new TextEncoder().encode(JSON.stringify(limits));
const letter = { QueueUrl: '', MessageBody: 'a letter of before' };

let scratch: string;
let aws: LocalAws;
let doors: Doors;
let madeBefore: Record<string, unknown>;
let updated: DeployResult;
const touched: DeployProgress[] = [];

/** Of what held data before. */
const isStateful = ({ stack, logicalId }: DeployProgress) => before[stack]?.[logicalId] !== undefined;

async function leaveThings(): Promise<void> {
  await doors.store.createVersion({
    profile: 'limits',
    bytes,
    label: 'v1-00000000',
    description: 'x',
    after: 0,
  });
  const order = {
    profile: 'limits',
    version: 1,
    strategy: 'immediate',
    description: 'x',
    latestDeployment: 0,
  };
  await doors.store.startDeployment(order);
  await clock.advance(11 * 60_000, aws.settled);
  await doors.rollouts.saveUndone(cluster, 1, undone);
  await doors.cursors.write(cursor, 0);
  await doors.queues.write({ cluster, entries: [waiting] }, 0);
  await doors.drains.write({ cluster, drains: [drain] }, 0);
  const node = { cluster: { S: `${cluster}#0` }, node: { S: 'n1' } };
  await aws.call('dynamodb', 'PutItem', { TableName: 'veltrix-main-nodes', Item: node });
  for (const StreamName of ['veltrix-main-changes', 'veltrix-main-load'])
    await aws.call('kinesis', 'PutRecord', { StreamName, PartitionKey: 'x', Data: Buffer.from('before') });
  const asked = { QueueName: 'veltrix-main-dead-letters' };
  letter.QueueUrl = (await aws.call<{ QueueUrl: string }>('sqs', 'GetQueueUrl', asked)).QueueUrl;
  await aws.call('sqs', 'SendMessage', letter);
}

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'veltrix-update-'));
  aws = await startLocalAws({ port: 0, clock });
  await aws.deploy(writeAssembly(join(scratch, 'before'), before));
  doors = await doorsOf(aws, () => clock.now());
  await leaveThings();
  madeBefore = await identities(aws);
  await clock.advance(60_000, aws.settled);
  updated = await aws.deploy(inject('assembly'), { onProgress: (event) => touched.push(event) });
});
afterAll(async () => {
  doors?.close();
  await aws?.close();
  rmSync(scratch, { recursive: true, force: true });
});

/** What the first shard of a stream holds, from its beginning. */
async function recordsOf(StreamName: string): Promise<string[]> {
  const from = { StreamName, ShardId: 'shardId-000000000000', ShardIteratorType: 'TRIM_HORIZON' };
  const { ShardIterator } = await aws.call<{ ShardIterator: string }>('kinesis', 'GetShardIterator', from);
  const { Records } = await aws.call<{ Records: { Data: Uint8Array }[] }>('kinesis', 'GetRecords', {
    ShardIterator,
  });
  return Records.map(({ Data }) => Buffer.from(Data).toString());
}

describe('an update to this release', () => {
  it('makes nothing anew that holds data, takes nothing away, and leaves nothing behind', () => {
    const actions = touched.filter(isStateful).map(({ action, logicalId }) => `${action} ${logicalId}`);
    expect(actions.filter((action) => !action.startsWith('update '))).toEqual([]);
    expect(updated.stacks.flatMap(({ retained }) => retained)).toEqual([]);
  });

  it('leaves every table, stream, queue, application, environment and profile the one it was', async () => {
    const after = await identities(aws);
    expect(Object.keys(madeBefore)).toHaveLength(11);
    expect(after).toEqual(madeBefore);
  });

  it('keeps versions, and what is deployed', async () => {
    const versions = await collect(doors.store.versions('limits'));
    expect(versions.map(({ label }) => label)).toEqual(['v1-00000000']);
    expect(Buffer.from((await doors.store.content('limits', 1)) ?? '')).toEqual(Buffer.from(bytes));
    expect(await collect(doors.store.deployments())).toMatchObject([{ number: 1, state: 'COMPLETE' }]);
  });

  it('keeps items', async () => {
    expect((await doors.rollouts.read(cluster, [1])).get(1)).toEqual({ undone });
    expect(await doors.cursors.read(cursor.address)).toEqual({ cursor, revision: 1 });
    expect(await doors.queues.read(cluster)).toEqual({ queue: { cluster, entries: [waiting] }, revision: 1 });
    expect(await doors.drains.read(cluster)).toEqual({ list: { cluster, drains: [drain] }, revision: 1 });
    const { Count } = await aws.call<{ Count: number }>('dynamodb', 'Scan', {
      TableName: 'veltrix-main-nodes',
    });
    expect(Count).toBe(1);
  });

  it('keeps records and dead letters', async () => {
    expect(await recordsOf('veltrix-main-changes')).toContain('before');
    expect(await recordsOf('veltrix-main-load')).toContain('before');
    const { Messages } = await aws.call<{ Messages: { Body: string }[] }>('sqs', 'ReceiveMessage', {
      QueueUrl: letter.QueueUrl,
      MaxNumberOfMessages: 10,
    });
    expect(Messages.map(({ Body }) => Body)).toContain('a letter of before');
  });

  it('lets the next publish build on what was deployed before', async () => {
    const { Payload } = await aws.call<{ Payload: Uint8Array }>('lambda', 'Invoke', {
      FunctionName: 'veltrix-main-publish-treasure-hunt-staging',
      Payload: Buffer.from(
        JSON.stringify({
          profile: 'limits',
          content: { ...limits, queueSize: 77 },
          expectedVersion: 1,
          description: 'after the update',
          author: 'anna',
        }),
      ),
    });
    expect(JSON.parse(Buffer.from(Payload).toString())).toMatchObject({ outcome: 'accepted', version: 2 });
  });
});

async function collect<Item>(items: AsyncIterable<Item>): Promise<readonly Item[]> {
  const found: Item[] = [];
  for await (const item of items) found.push(item);
  return found;
}

/** Today's stacks with another logical id for one resource. */
function renamed(stack: string, id: string): StatefulStacks {
  const today = statefulOf(inject('assembly'));
  const { [id]: moved, ...rest } = today[stack] ?? {};
  if (moved === undefined) throw new Error(`${id} is not there`);
  return { ...today, [stack]: { ...rest, Moved: moved } };
}

describe('a logical id that changes', () => {
  it('is what nothing of this release does', () => {
    expect(lostBetween(before, statefulOf(inject('assembly')))).toEqual([]);
  });

  it('is named', () => {
    expect(lostBetween(before, renamed(delivery, profileId))).toEqual([
      `${delivery} ${profileId} (AWS::AppConfig::ConfigurationProfile) is gone: what stands behind it is left behind, and a new one is made beside it`,
    ]);
  });

  it('would leave the profile with its versions behind, and make an empty one of the same name', async () => {
    const other = await startLocalAws({ port: 0, clock: new ManualClock() });
    try {
      await other.deploy(writeAssembly(join(scratch, 'old'), before));
      const { stacks } = await other.deploy(
        writeAssembly(join(scratch, 'moved'), renamed(delivery, profileId)),
      );
      expect(stacks.flatMap(({ retained }) => retained)).toMatchObject([{ logicalId: profileId }]);
      expect((await identities(other))['profiles']).toEqual([
        expect.stringMatching(/^gameplay /),
        expect.stringMatching(/^limits /),
        expect.stringMatching(/^limits /),
      ]);
    } finally {
      await other.close();
    }
  });
});

describe('what an update would take away', () => {
  const held = Object.entries(before).flatMap(([stack, resources]) =>
    Object.entries(resources).map(([id, resource]) => ({ stack, id, resource })),
  );
  const find = (wanted: string) => {
    const found = held.find(({ id }) => id === wanted);
    if (found === undefined) throw new Error(`${wanted} is not there`);
    return found;
  };
  const changed = (wanted: string, change: object): StatefulStacks => {
    const { stack, id, resource } = find(wanted);
    return { ...before, [stack]: { ...before[stack], [id]: { ...resource, ...change } } };
  };
  const properties = (wanted: string) => find(wanted).resource.Properties;

  it.each([
    {
      what: 'another key',
      id: 'NodesTable',
      change: { Properties: { ...properties('NodesTable'), KeySchema: [] } },
      why: '(AWS::DynamoDB::Table) has another KeySchema',
    },
    {
      what: 'another name',
      id: 'LoadStream',
      change: { Properties: { ...properties('LoadStream'), Name: 'x' } },
      why: '(AWS::Kinesis::Stream) has another Name',
    },
    {
      what: 'another name in AppConfig, by which nodes ask',
      id: profileId,
      change: { Properties: { ...properties(profileId), Name: 'x' } },
      why: '(AWS::AppConfig::ConfigurationProfile) has another Name',
    },
    {
      what: 'another type',
      id: 'NodesTable',
      change: { Type: 'AWS::DynamoDB::GlobalTable' },
      why: '(AWS::DynamoDB::Table) becomes AWS::DynamoDB::GlobalTable',
    },
    {
      what: 'a policy that deletes',
      id: 'DeadLettersQueue',
      change: { DeletionPolicy: 'Delete' },
      why: '(AWS::SQS::Queue) is no longer retained',
    },
    {
      what: 'a policy that deletes what is replaced',
      id: 'DeadLettersQueue',
      change: { UpdateReplacePolicy: undefined },
      why: '(AWS::SQS::Queue) is no longer retained',
    },
  ])('is named: $what', ({ id, change, why }) => {
    expect(lostBetween(before, changed(id, change))).toEqual([`${find(id).stack} ${id} ${why}`]);
  });

  it('is nothing where settings change that AWS changes in place', () => {
    const Properties = { ...properties('ChangesStream'), RetentionPeriodHours: 48 };
    expect(lostBetween(before, changed('ChangesStream', { Properties }))).toEqual([]);
  });
});
