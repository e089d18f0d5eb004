import { GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { createChangeCursors } from '../../../aws/dynamodb/change-cursors.js';
import { createLivenessItems } from '../../../aws/dynamodb/liveness-items.js';
import { createNodeRecords } from '../../../aws/dynamodb/node-records.js';
import { createPublishQueues } from '../../../aws/dynamodb/publish-queues.js';
import { ServiceUnavailable } from '../../../core/errors.js';
import { foldReport } from '../../../core/fleet/node-records.js';
import type { NodeReport } from '../../../core/fleet/node-reports.js';
import { heardIn } from '../../../core/fleet/shard-liveness.js';
import { nodeShard } from '../../../core/names.js';
import { epochMs } from '../../../core/time.js';
import { inLocalAws } from '../in-local-aws.js';
import { changeCursorsContract } from './change-cursors-contract.js';
import { inMemoryCursors, inMemoryQueues, inMemoryRecords } from './in-memory-tables.js';
import { nodeRecordsContract } from './node-records-contract.js';
import { publishQueuesContract } from './publish-queues-contract.js';

const aws = inLocalAws();

const report: NodeReport = {
  form: 1,
  cluster: 'a/b',
  node: 'plain',
  incarnation: 'x',
  sequence: 1,
  labels: {},
  capacity: 1,
  load: 0,
  queueDepth: 0,
  inFlight: 0,
  health: 'ready',
  profiles: {},
  droppedReports: 0,
};

describe('ChangeCursors in memory', () => {
  changeCursorsContract(async () => inMemoryCursors());
});

describe('ChangeCursors in DynamoDB', () => {
  changeCursorsContract(async () => createChangeCursors(aws().dynamodb, await aws().table('address')));

  it('says which cursor something else wrote, and where it differs', async () => {
    const table = await aws().table('address');
    const Item = {
      address: { S: 'a/b/c' },
      revision: { N: '1' },
      settledThrough: { S: 'x' },
      emitted: { S: '{}' },
    };
    await aws().dynamodb.send(new PutItemCommand({ TableName: table, Item }));
    const error = await createChangeCursors(aws().dynamodb, table)
      .read('a/b/c')
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ServiceUnavailable);
    expect(String(error)).toContain('The cursor of a/b/c was stored in another form: settledThrough.N');
  });

  it('says so when its table is not there', async () => {
    const cursors = createChangeCursors(aws().dynamodb, 'nowhere');
    const error = await cursors.read('a/b/c').catch((thrown: unknown) => thrown);
    expect(String(error)).toContain('could not read the cursor of a/b/c: ResourceNotFoundException');
    expect(error).toMatchObject({ retryable: false });
  });
});

describe('PublishQueues in memory', () => {
  publishQueuesContract(async () => inMemoryQueues());
});

describe('PublishQueues in DynamoDB', () => {
  publishQueuesContract(async () => createPublishQueues(aws().dynamodb, await aws().table('cluster')));

  it('keeps an entry that it cannot read as it is, held, beside the others', async () => {
    const table = await aws().table('cluster');
    const queues = createPublishQueues(aws().dynamodb, table);
    const unknown = {
      profile: 'limits',
      version: 4,
      strategy: 'warp',
      queuedAt: '2026-01-01T00:00:00.000Z',
      new: [1],
    };
    const Item = {
      cluster: { S: 'a/b' },
      revision: { N: '1' },
      entries: { S: JSON.stringify([7, unknown]) },
    };
    await aws().dynamodb.send(new PutItemCommand({ TableName: table, Item }));
    const { queue, revision } = await queues.read('a/b');
    expect(queue.entries).toMatchObject([
      { profile: expect.stringMatching(/^unreadable-[0-9a-f]{8}$/), version: 0 },
      {
        profile: expect.stringMatching(/^unreadable-[0-9a-f]{8}$/),
        version: 4,
        held: { why: expect.stringContaining('An entry of limits that cannot be read: label') },
      },
    ]);
    const readable = {
      profile: 'limits',
      version: 5,
      label: 'v5-0a0a0a0a',
      author: 'anna',
      reason: 'why',
      queuedAt: '2026-01-01T00:00:00.000Z',
    };
    expect(await queues.write({ ...queue, entries: [...queue.entries, readable] }, revision)).toBe('saved');
    const stored = await aws().dynamodb.send(
      new GetItemCommand({ TableName: table, Key: { cluster: { S: 'a/b' } } }),
    );
    expect(JSON.parse(stored.Item?.['entries']?.S ?? '')).toEqual([7, unknown, readable]);
    expect((await queues.read('a/b')).queue.entries).toEqual([...queue.entries, readable]);
  });

  it('says which queue something else wrote, and where it differs', async () => {
    const table = await aws().table('cluster');
    const Item = { cluster: { S: 'a/b' }, revision: { N: '1' }, entries: { S: '{}' } };
    await aws().dynamodb.send(new PutItemCommand({ TableName: table, Item }));
    await expect(createPublishQueues(aws().dynamodb, table).read('a/b')).rejects.toThrow(
      'The queue of a/b was stored in another form: entries',
    );
  });
});

describe('NodeRecords in memory', () => {
  nodeRecordsContract(async () => {
    let nowMs = 0;
    const setNow = (ms: number) => {
      nowMs = ms;
    };
    const records = inMemoryRecords(() => epochMs(nowMs));
    return { records, liveness: records, setNow };
  });
});

describe('NodeRecords in DynamoDB', () => {
  nodeRecordsContract(async () => {
    let nowMs = 0;
    const setNow = (ms: number) => {
      nowMs = ms;
    };
    const table = await aws().table('cluster', 'node');
    return {
      records: createNodeRecords(aws().dynamodb, table, () => epochMs(nowMs)),
      liveness: createLivenessItems(aws().dynamodb, table),
      setNow,
    };
  });

  it('shows the others when one cannot be read, and lets the next report replace that one', async () => {
    const table = await aws().table('cluster', 'node');
    const records = createNodeRecords(aws().dynamodb, table, () => epochMs(0));
    const folded = foldReport(undefined, report, epochMs(1000));
    if (folded.kind === 'stale') throw new Error('must begin a record');
    const { record } = folded;
    await records.write(record, 0);
    const Item = {
      cluster: { S: nodeShard('a/b', 'strange') },
      node: { S: 'strange' },
      revision: { N: '7' },
      expiresAtSeconds: { N: '9999' },
      record: { S: '{"node":"strange","form":9}' },
    };
    await aws().dynamodb.send(new PutItemCommand({ TableName: table, Item }));

    const broken = {
      ...Item,
      node: { S: 'strange-as-well' },
      cluster: { S: nodeShard('a/b', 'plain') },
      revision: { S: 'x' },
    };
    await aws().dynamodb.send(new PutItemCommand({ TableName: table, Item: broken }));
    expect(await records.list('a/b')).toEqual([record]);
    expect(await records.sample('a/b', 40)).toEqual({ records: [record], isWhole: true });
    expect(await records.read('a/b', ['strange'])).toEqual(new Map([['strange', { revision: 7 }]]));
    expect(await records.write({ ...record, node: 'strange' }, 7)).toBe('saved');
    expect(await records.list('a/b')).toHaveLength(2);
  });

  it('does without liveness that cannot be read, and writes over it', async () => {
    const table = await aws().table('cluster', 'node');
    const records = createNodeRecords(aws().dynamodb, table, () => epochMs(0));
    const liveness = createLivenessItems(aws().dynamodb, table);
    const folded = foldReport(undefined, report, epochMs(1000));
    if (folded.kind === 'stale') throw new Error('must begin a record');
    await records.write(folded.record, 0);
    const key = { cluster: { S: 'a/b#live' }, node: { S: 'shard' }, revision: { N: '3' } };
    for (const live of [{ B: new Uint8Array([9, 9, 9]) }, { S: 'text' }]) {
      await aws().dynamodb.send(new PutItemCommand({ TableName: table, Item: { ...key, live } }));
      expect(await records.list('a/b')).toEqual([folded.record]);
      expect(await liveness.readShard('a/b', 'shard')).toEqual({ revision: 3 });
    }
    const heard = heardIn('shard', [{ ...report, arrivedAtMs: epochMs(6400) }], epochMs(6400));
    expect(await liveness.writeShard('a/b', heard, 3)).toBe('saved');
    expect((await records.list('a/b'))[0]?.arrivedAtMs).toBe(6400);
    const { Item } = await aws().dynamodb.send(
      new GetItemCommand({ TableName: table, Key: { cluster: key.cluster, node: key.node } }),
    );
    // An hour after what was heard last, as the records themselves.
    expect(Item?.['expiresAtSeconds']?.N).toBe('3607');
    expect(Item?.['live']?.B).toHaveLength(19);
  });
});
