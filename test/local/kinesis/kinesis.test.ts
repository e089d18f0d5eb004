import {
  CreateStreamCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  KinesisClient,
  PutRecordsCommand,
  RegisterStreamConsumerCommand,
} from '@aws-sdk/client-kinesis';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { LocalAws } from '../../../local/index.js';
import { type Json, localIdentity, type Service } from '../../../local/kernel/aws.js';
import { ManualClock } from '../../../local/kernel/clock.js';
import { createKinesis } from '../../../local/services/kinesis/service.js';
import { startForTest } from '../gateway/clients.js';

const startMs = Date.UTC(2026, 0, 1);
const hourMs = 3_600_000;
const firstShard = 'shardId-000000000000';

let clock: ManualClock;
let kinesis: Service;

beforeEach(() => {
  clock = new ManualClock(startMs);
  kinesis = createKinesis({ clock, identity: localIdentity });
});

afterEach(async () => {
  await kinesis.close();
});

async function create(about: Json = { ShardCount: 1 }): Promise<void> {
  await kinesis.call('CreateStream', { StreamName: 's', ...about });
}

function put(text: string, PartitionKey = 'k'): Promise<Json> {
  return kinesis.call('PutRecord', { StreamName: 's', Data: Buffer.from(text), PartitionKey });
}

async function iterator(
  about: Json = { ShardIteratorType: 'TRIM_HORIZON' },
  ShardId = firstShard,
): Promise<unknown> {
  return (await kinesis.call('GetShardIterator', { StreamName: 's', ShardId, ...about }))['ShardIterator'];
}

function read(ShardIterator: unknown, about: Json = {}): Promise<Json> {
  return kinesis.call('GetRecords', { ShardIterator, ...about });
}

function texts(output: Json): string[] {
  return (output['Records'] as { Data: Uint8Array }[]).map(({ Data }) => Buffer.from(Data).toString());
}

describe('records', () => {
  it('are forgotten when the retention is over, and an old iterator reads on from what is left', async () => {
    await create();
    await put('old');
    await clock.advance(23 * hourMs);
    await put('new');
    const start = await iterator();
    await clock.advance(hourMs - 1);
    expect(texts(await read(await iterator()))).toEqual(['old', 'new']);
    await clock.advance(1);
    expect(texts(await read(await iterator()))).toEqual(['new']);
    await expect(read(start)).rejects.toMatchObject({ name: 'ExpiredIteratorException' });
  });

  it('stay longer when the retention is raised', async () => {
    await create();
    await put('old');
    const change = (direction: string, RetentionPeriodHours: number) =>
      kinesis.call(`${direction}StreamRetentionPeriod`, { StreamName: 's', RetentionPeriodHours });
    await change('Increase', 48);
    await expect(change('Increase', 36)).rejects.toThrow('can not be shorter');
    await expect(change('Decrease', 72)).rejects.toThrow('can not be longer');
    await clock.advance(47 * hourMs);
    expect(texts(await read(await iterator()))).toEqual(['old']);
  });

  it('arrive in order of strictly increasing numbers, also when the clock steps back', async () => {
    const numbers: bigint[] = [];
    const times = [startMs, startMs, startMs - 5000, startMs + 1];
    const stepping = { now: () => times[numbers.length - 1] ?? startMs, after: () => () => undefined };
    const engine = createKinesis({ clock: stepping, identity: localIdentity });
    await engine.call('CreateStream', { StreamName: 's', ShardCount: 1 });
    for (let count = 0; count < 5; count++) {
      const record = { StreamName: 's', Data: Buffer.from('x'), PartitionKey: 'k' };
      numbers.push(BigInt(String((await engine.call('PutRecord', record))['SequenceNumber'])));
    }
    expect(numbers).toEqual([...numbers].sort((one, other) => (one < other ? -1 : 1)));
    expect(new Set(numbers).size).toBe(5);
  });

  it('of a call come with a result each', async () => {
    await create({ ShardCount: 4 });
    const Records = ['a', 'b', 'c'].map((PartitionKey) => ({ Data: Buffer.from('x'), PartitionKey }));
    const output = await kinesis.call('PutRecords', { StreamName: 's', Records });
    expect(output).toMatchObject({
      FailedRecordCount: 0,
      // The MD5s of a, b and c begin with 0c, 92 and 4a: shards are quarters of the range.
      Records: [
        { ShardId: firstShard },
        { ShardId: 'shardId-000000000002' },
        { ShardId: 'shardId-000000000001' },
      ],
    });
  });

  it('larger than the stream takes are refused; the key counts', async () => {
    await create();
    const record = (bytes: number) => ({ StreamName: 's', Data: new Uint8Array(bytes), PartitionKey: 'kk' });
    await kinesis.call('PutRecord', record(1_048_574));
    await expect(kinesis.call('PutRecord', record(1_048_575))).rejects.toThrow('larger than the 1024 KiB');
    await create({ StreamName: 'large', ShardCount: 1, MaxRecordSizeInKiB: 10_240 });
    await kinesis.call('PutRecord', { ...record(10_000_000), StreamName: 'large' });
  });

  it('more than 500, or 10 MiB, in a call are refused', async () => {
    await create();
    const records = (count: number, bytes: number) => ({
      StreamName: 's',
      Records: Array.from({ length: count }, () => ({ Data: new Uint8Array(bytes), PartitionKey: 'k' })),
    });
    await expect(kinesis.call('PutRecords', records(501, 1))).rejects.toMatchObject({
      name: 'ValidationException',
    });
    await expect(kinesis.call('PutRecords', records(11, 1_000_000))).rejects.toThrow('10485760');
    expect(texts(await read(await iterator()))).toEqual([]);
  });

  it('beyond what memory should hold push out the oldest', async () => {
    await create({ ShardCount: 1, MaxRecordSizeInKiB: 10_240 });
    const large = { StreamName: 's', Data: new Uint8Array(10_000_000), PartitionKey: 'k' };
    await put('oldest');
    for (let count = 0; count < 14; count++) await kinesis.call('PutRecord', large);
    expect(texts(await read(await iterator(), { Limit: 1 }))).not.toEqual(['oldest']);
  });
});

describe('reading', () => {
  it('goes from iterator to iterator, and tells how far behind it is', async () => {
    await create();
    await put('one');
    await clock.advance(250);
    await put('two');
    await clock.advance(1000);
    const first = await read(await iterator(), { Limit: 1 });
    expect([texts(first), first['MillisBehindLatest']]).toEqual([['one'], 1000]);
    const second = await read(first['NextShardIterator']);
    expect([texts(second), second['MillisBehindLatest']]).toEqual([['two'], 0]);
    const third = await read(second['NextShardIterator']);
    expect(texts(third)).toEqual([]);
    await put('three');
    expect(texts(await read(third['NextShardIterator']))).toEqual(['three']);
  });

  it('begins at a timestamp, inclusive', async () => {
    await create();
    await put('one');
    await clock.advance(1000);
    await put('two');
    const at = async (ms: number) =>
      texts(await read(await iterator({ ShardIteratorType: 'AT_TIMESTAMP', Timestamp: new Date(ms) })));
    expect([await at(startMs), await at(startMs + 1), await at(startMs + 1000)]).toEqual([
      ['one', 'two'],
      ['two'],
      ['two'],
    ]);
    await expect(at(startMs + 1001)).rejects.toThrow('in the future');
  });

  it('takes at most 10 MB at once, and at least one record', async () => {
    await create({ ShardCount: 1, MaxRecordSizeInKiB: 10_240 });
    for (const bytes of [10_400_000, 6_000_000, 3_000_000, 2_000_000])
      await kinesis.call('PutRecord', { StreamName: 's', Data: new Uint8Array(bytes), PartitionKey: 'k' });
    const lengths = (output: Json) =>
      (output['Records'] as { Data: Uint8Array }[]).map(({ Data }) => Data.length);
    const first = await read(await iterator());
    const second = await read(first['NextShardIterator']);
    const third = await read(second['NextShardIterator']);
    expect([first, second, third].map(lengths)).toEqual([[10_400_000], [6_000_000, 3_000_000], [2_000_000]]);
  });

  it('with an iterator older than five minutes is refused', async () => {
    await create();
    const start = await iterator();
    await clock.advance(300_000);
    await read(start);
    await clock.advance(1);
    await expect(read(start)).rejects.toMatchObject({ name: 'ExpiredIteratorException' });
  });

  it('with an iterator of a stream that was created again is refused', async () => {
    await create();
    const start = await iterator();
    await kinesis.call('DeleteStream', { StreamName: 's' });
    await create();
    await expect(read(start)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  it('from a sequence number of another shard is refused', async () => {
    await create({ ShardCount: 2 });
    const { SequenceNumber } = await put('x', 'a');
    const at = { ShardIteratorType: 'AT_SEQUENCE_NUMBER', StartingSequenceNumber: SequenceNumber };
    await expect(iterator(at, 'shardId-000000000001')).rejects.toMatchObject({
      name: 'InvalidArgumentException',
    });
  });

  it('of a closed shard ends with its children, and the shard goes after the retention', async () => {
    await create();
    await put('before');
    await kinesis.call('SplitShard', {
      StreamName: 's',
      ShardToSplit: firstShard,
      NewStartingHashKey: '1000',
    });
    const last = await read(await iterator());
    expect(texts(last)).toEqual(['before']);
    expect(last['NextShardIterator']).toBeUndefined();
    expect(last['ChildShards']).toMatchObject([
      { ShardId: 'shardId-000000000001', ParentShards: [firstShard] },
      { ShardId: 'shardId-000000000002', ParentShards: [firstShard] },
    ]);
    const shards = async () => (await kinesis.call('ListShards', { StreamName: 's' }))['Shards'] as Json[];
    expect(await shards()).toHaveLength(3);
    await clock.advance(24 * hourMs);
    expect(await shards()).toHaveLength(2);
  });
});

describe('a stream in ON_DEMAND mode', () => {
  it('has four shards, which nobody splits', async () => {
    await create({ StreamModeDetails: { StreamMode: 'ON_DEMAND' } });
    const { StreamDescriptionSummary } = await kinesis.call('DescribeStreamSummary', { StreamName: 's' });
    expect(StreamDescriptionSummary).toMatchObject({ OpenShardCount: 4, MaxRecordSizeInKiB: 1024 });
    const scaling = { StreamName: 's', TargetShardCount: 8, ScalingType: 'UNIFORM_SCALING' };
    await expect(kinesis.call('UpdateShardCount', scaling)).rejects.toThrow('ON_DEMAND');
  });
});

describe('a snapshot', () => {
  it('brings back records, positions, settings and later sequence numbers', async () => {
    await create({ ShardCount: 2, Tags: { a: '1' } });
    const before = await put('kept', 'a');
    const start = await iterator();
    const again = createKinesis({ clock, identity: localIdentity });
    again.restore?.(JSON.parse(JSON.stringify(kinesis.snapshot?.())));
    const output = await again.call('GetRecords', { ShardIterator: start });
    expect(texts(output)).toEqual(['kept']);
    expect((await again.call('ListTagsForStream', { StreamName: 's' }))['Tags']).toEqual([
      { Key: 'a', Value: '1' },
    ]);
    const record = { StreamName: 's', Data: Buffer.from('more'), PartitionKey: 'a' };
    const after = await again.call('PutRecord', record);
    expect(BigInt(String(after['SequenceNumber']))).toBeGreaterThan(BigInt(String(before['SequenceNumber'])));
    expect(texts(await again.call('GetRecords', { ShardIterator: output['NextShardIterator'] }))).toEqual([
      'more',
    ]);
    await again.close();
  });
});

describe('the default client, with nothing but the environment', () => {
  let local: LocalAws;
  let client: KinesisClient;

  beforeEach(async () => {
    local = await startForTest();
    for (const [name, value] of Object.entries(local.environment)) vi.stubEnv(name, value);
    client = new KinesisClient();
  });

  afterEach(async () => {
    vi.unstubAllEnvs();
    client.destroy();
    await local.close();
  });

  it('puts and gets over HTTP/2', async () => {
    expect(client.config.requestHandler.metadata?.handlerProtocol).toBe('h2');
    await client.send(new CreateStreamCommand({ StreamName: 's', ShardCount: 1 }));
    const Records = Array.from({ length: 500 }, (_, index) => ({
      Data: Buffer.from(`${index}`),
      PartitionKey: `${index}`,
    }));
    await client.send(new PutRecordsCommand({ StreamName: 's', Records }));
    const { ShardIterator } = await client.send(
      new GetShardIteratorCommand({
        StreamName: 's',
        ShardId: firstShard,
        ShardIteratorType: 'TRIM_HORIZON',
      }),
    );
    const output = await client.send(new GetRecordsCommand({ ShardIterator }));
    expect(output.Records).toHaveLength(500);
    expect(Buffer.from(output.Records?.[499]?.Data ?? []).toString()).toBe('499');
    expect(output.Records?.[0]?.ApproximateArrivalTimestamp).toBeInstanceOf(Date);
  });

  it('is told of an operation that is missing here', async () => {
    const command = new RegisterStreamConsumerCommand({ StreamARN: 'arn', ConsumerName: 'c' });
    await expect(client.send(command)).rejects.toThrow('kinesis:RegisterStreamConsumer');
  });
});
