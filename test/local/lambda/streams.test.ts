import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Json } from '../../../local/kernel/aws.js';
import { role, startWorld, type World } from './world.js';

let world: World;
beforeEach(async () => {
  world = await startWorld();
  await world.aws.call('kinesis', 'CreateStream', { StreamName: 'orders', ShardCount: 1 });
});
afterEach(() => world.close());

const streamArn = 'arn:aws:kinesis:us-east-1:000000000000:stream/orders';

/** Prints what it gets, one line a batch; fails for records whose text is `poison`. */
const consumer = (onPoison: string) => `
  const text = (record) => Buffer.from(record.kinesis.data, 'base64').toString();
  export const handler = async (event) => {
    process.stdout.write('batch ' + event.Records.map(text).join(',') + '\\n');
    const poison = event.Records.filter((record) => text(record) === 'poison');
    if (poison.length > 0) { ${onPoison} }
    return { batchItemFailures: [] };
  };`;
const failing = consumer("throw new Error('poisoned');");
const reporting = consumer(
  'return { batchItemFailures: poison.map((record) => ({ itemIdentifier: record.kinesis.sequenceNumber })) };',
);

const batches = (from: World = world) =>
  from.lines.filter((line) => line.startsWith('batch ')).map((line) => line.slice(6));

async function put(...texts: string[]): Promise<string[]> {
  const numbers: string[] = [];
  for (const text of texts) {
    const input = { StreamName: 'orders', PartitionKey: 'k', Data: Buffer.from(text) };
    const output = await world.aws.call<{ SequenceNumber: string }>('kinesis', 'PutRecord', input);
    numbers.push(output.SequenceNumber);
  }
  return numbers;
}

async function map(settings: Json = {}): Promise<string> {
  const input = {
    EventSourceArn: streamArn,
    FunctionName: 'consumer',
    StartingPosition: 'TRIM_HORIZON',
    ...settings,
  };
  const { UUID } = await world.aws.call<{ UUID: string }>('lambda', 'CreateEventSourceMapping', input);
  return UUID;
}

async function onFailure(): Promise<Json> {
  await world.aws.call('sqs', 'CreateQueue', { QueueName: 'discarded' });
  return { OnFailure: { Destination: 'arn:aws:sqs:us-east-1:000000000000:discarded' } };
}

const discarded = async () =>
  (await world.messages('discarded')).map((message) => JSON.parse(String(message['Body'])));

describe('a stream mapping', () => {
  it('gives records as AWS shapes them', async () => {
    const source =
      "export const handler = async (event) => process.stdout.write('batch ' + JSON.stringify(event) + '\\n');";
    await world.create('consumer', source);
    await world.clock.advance(1234);
    const [sequenceNumber] = await put('hello');
    await map();
    await world.pass(200);
    expect(JSON.parse(batches()[0] ?? '')).toEqual({
      Records: [
        {
          kinesis: {
            kinesisSchemaVersion: '1.0',
            partitionKey: 'k',
            sequenceNumber,
            data: 'aGVsbG8=',
            approximateArrivalTimestamp: 1_767_225_601.234,
          },
          eventSource: 'aws:kinesis',
          eventVersion: '1.0',
          eventID: `shardId-000000000000:${sequenceNumber}`,
          eventName: 'aws:kinesis:record',
          invokeIdentityArn: role,
          awsRegion: 'us-east-1',
          eventSourceARN: streamArn,
        },
      ],
    });
  });

  it('hands over batches of at most BatchSize, in order', async () => {
    await world.create('consumer', failing);
    await put('a', 'b', 'c', 'd', 'e');
    await map({ BatchSize: 2 });
    await world.pass(600);
    expect(batches()).toEqual(['a,b', 'c,d', 'e']);
  });

  it('waits for a full batch or the end of the window', async () => {
    await world.create('consumer', failing);
    await map({ BatchSize: 3, MaximumBatchingWindowInSeconds: 10 });
    await put('a', 'b');
    await world.pass(9_000);
    expect(batches()).toEqual([]);
    await world.pass(1_400);
    expect(batches()).toEqual(['a,b']);
    await put('c', 'd', 'e');
    await world.pass(600);
    expect(batches()).toEqual(['a,b', 'c,d,e']);
  });

  it.each([
    ['TRIM_HORIZON', {}, 'old,older,new'],
    ['LATEST', {}, 'new'],
    ['AT_TIMESTAMP', { StartingPositionTimestamp: new Date('2026-01-01T00:00:30Z') }, 'older,new'],
  ])('begins at %s', async (StartingPosition, more, expected) => {
    await world.create('consumer', failing);
    await put('old');
    await world.clock.advance(60_000);
    await put('older');
    await map({ StartingPosition, ...more });
    await put('new');
    await world.pass(1_000);
    expect(batches().join()).toBe(expected);
  });

  it('hands over only what passes a filter, and does not come back to the rest', async () => {
    await world.create('consumer', failing);
    const Filters = [
      { Pattern: JSON.stringify({ data: { type: ['sold'], price: [{ numeric: ['>', 4] }] } }) },
      { Pattern: JSON.stringify({ data: { type: [{ prefix: 'lost' }] }, partitionKey: ['k'] }) },
    ];
    const UUID = await map({ FilterCriteria: { Filters } });
    const sold = JSON.stringify({ type: 'sold', price: 5 });
    const lost = JSON.stringify({ type: 'lost-and-found' });
    await put(JSON.stringify({ type: 'sold', price: 4 }), sold, 'no JSON', '7', lost, 'no JSON either');
    await world.pass(600);
    expect(batches()).toEqual([`${sold},${lost}`]);
    const shown = await world.aws.call('lambda', 'GetEventSourceMapping', { UUID });
    expect(shown).toMatchObject({ FilterCriteria: { Filters } });
    await world.aws.call('lambda', 'UpdateEventSourceMapping', { UUID, FilterCriteria: { Filters: [] } });
    const cleared = await world.aws.call('lambda', 'GetEventSourceMapping', { UUID });
    expect(cleared['FilterCriteria']).toBeUndefined();
    await put('all');
    await world.pass(600);
    expect(batches()).toEqual([`${sold},${lost}`, 'all']);
  });

  it('does not read again what its filters passed over, after a restart', async () => {
    await world.create('consumer', failing);
    const UUID = await map({ FilterCriteria: { Filters: [{ Pattern: '{"data":{"a":[1]}}' }] } });
    await put('passed over');
    await world.pass(600);
    await world.aws.call('lambda', 'UpdateEventSourceMapping', { UUID, Enabled: false });
    const FilterCriteria = { Filters: [] };
    await world.aws.call('lambda', 'UpdateEventSourceMapping', { UUID, Enabled: true, FilterCriteria });
    await put('new');
    await world.pass(600);
    expect(batches()).toEqual(['new']);
  });

  it.each([
    ['plain text by a list', { data: ['plain'] }, 'plain'],
    ['nothing that is plain text by an object', { data: { a: [{ exists: false }] } }, ''],
    ['JSON not by a list', { data: ['{"a":1}'] }, ''],
    ['the partition key alone', { partitionKey: ['k'] }, 'plain,{"a":1}'],
    ['another partition key', { partitionKey: ['l'] }, ''],
  ])('filters %s', async (_, pattern, expected) => {
    await world.create('consumer', failing);
    await put('plain', '{"a":1}');
    await map({ FilterCriteria: { Filters: [{ Pattern: JSON.stringify(pattern) }] } });
    await world.pass(600);
    expect(batches().join()).toBe(expected);
  });

  it('tries a failing batch again and again, ever more slowly, and holds back what comes after', async () => {
    await world.create('consumer', failing);
    await put('poison');
    await map();
    await world.pass(200);
    expect(batches()).toHaveLength(1);
    await put('after');
    await world.pass(3_400, 100);
    // 0, 0.5, 1.5 and 3.5 seconds after the first attempt.
    expect(batches()).toEqual(['poison', 'poison', 'poison']);
    await world.pass(300, 100);
    expect(batches()).toEqual(['poison', 'poison', 'poison', 'poison']);
  });

  it('discards a batch after its retries and tells the destination, without its content', async () => {
    await world.create('consumer', failing);
    const [first, last] = await put('poison', 'b');
    const DestinationConfig = await onFailure();
    const UUID = await map({ MaximumRetryAttempts: 1, DestinationConfig });
    await world.pass(1_000, 100);
    await put('after');
    await world.pass(1_000, 100);
    expect(batches()).toEqual(['poison,b', 'poison,b', 'after']);
    expect(await discarded()).toEqual([
      {
        requestContext: {
          requestId: expect.any(String),
          functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:consumer',
          condition: 'RetryAttemptsExhausted',
          approximateInvokeCount: 2,
        },
        responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
        version: '1.0',
        timestamp: expect.stringMatching(/^2026-01-01T00:00:00\.\d{3}Z$/),
        KinesisBatchInfo: {
          shardId: 'shardId-000000000000',
          startSequenceNumber: first,
          endSequenceNumber: last,
          approximateArrivalOfFirstRecord: '2026-01-01T00:00:00.000Z',
          approximateArrivalOfLastRecord: '2026-01-01T00:00:00.000Z',
          batchSize: 2,
          streamArn,
        },
      },
    ]);
    expect(await world.aws.call('lambda', 'GetEventSourceMapping', { UUID })).toMatchObject({
      LastProcessingResult: 'OK',
      State: 'Enabled',
    });
  });

  it('splits a failing batch until the bad record stands alone', async () => {
    await world.create('consumer', failing);
    await put('a', 'b', 'poison', 'd');
    const DestinationConfig = await onFailure();
    await map({ BisectBatchOnFunctionError: true, MaximumRetryAttempts: 0, DestinationConfig });
    await world.pass(10_000);
    expect(batches()).toEqual(['a,b,poison,d', 'a,b', 'poison,d', 'poison', 'd']);
    expect((await discarded()).map((message) => message.KinesisBatchInfo.batchSize)).toEqual([1]);
  });

  it('goes on from the first record that was reported as failed', async () => {
    await world.create('consumer', reporting);
    await put('a', 'poison', 'c');
    const DestinationConfig = await onFailure();
    const FunctionResponseTypes = ['ReportBatchItemFailures'];
    await map({ FunctionResponseTypes, MaximumRetryAttempts: 1, DestinationConfig });
    await world.pass(5_000);
    expect(batches()).toEqual(['a,poison,c', 'poison,c']);
    expect((await discarded())[0]).toMatchObject({ KinesisBatchInfo: { batchSize: 2 } });
  });

  it('drops records that are too old before it invokes', async () => {
    await world.create('consumer', failing);
    await put('stale');
    await world.clock.advance(61_000);
    await put('fresh');
    const DestinationConfig = await onFailure();
    await map({ MaximumRecordAgeInSeconds: 60, DestinationConfig });
    await world.pass(400);
    expect(batches()).toEqual(['fresh']);
    const [message] = await discarded();
    expect(message).toMatchObject({
      requestContext: { condition: 'RecordAgeExceeded', approximateInvokeCount: 0 },
    });
    expect(message).not.toHaveProperty('responseContext');
  });

  it('reads a shard’s children only after the shard itself', async () => {
    await world.create('consumer', failing);
    const split = { StreamName: 'orders', TargetShardCount: 2, ScalingType: 'UNIFORM_SCALING' };
    await put('poison');
    await world.aws.call('kinesis', 'UpdateShardCount', split);
    await put('after');
    await map({ MaximumRetryAttempts: 2 });
    await world.pass(3_000);
    expect(batches()).toEqual(['poison', 'poison', 'poison', 'after']);
  });

  it('goes on in the children when its shard is split while it is read', async () => {
    await world.create('consumer', failing);
    const split = { StreamName: 'orders', TargetShardCount: 2, ScalingType: 'UNIFORM_SCALING' };
    await map({ StartingPosition: 'LATEST' });
    await put('before');
    await world.aws.call('kinesis', 'UpdateShardCount', split);
    await put('after');
    await world.pass(3_000);
    expect(batches()).toEqual(['before', 'after']);
  });

  it('waits without using up retries while the function has no place', async () => {
    await world.create('consumer', failing);
    const FunctionName = 'consumer';
    await world.aws.call('lambda', 'PutFunctionConcurrency', {
      FunctionName,
      ReservedConcurrentExecutions: 0,
    });
    await put('a');
    await map({ MaximumRetryAttempts: 0 });
    await world.pass(5_000);
    expect(batches()).toEqual([]);
    await world.aws.call('lambda', 'DeleteFunctionConcurrency', { FunctionName });
    await world.pass(20_000);
    expect(batches()).toEqual(['a']);
  });

  it('stops while it is disabled and goes on where it was', async () => {
    await world.create('consumer', failing);
    const UUID = await map({ StartingPosition: 'LATEST' });
    await world.aws.call('lambda', 'UpdateEventSourceMapping', { UUID, Enabled: false });
    await world.clock.advance(1_000);
    await put('meanwhile');
    await world.pass(5_000);
    expect(batches()).toEqual([]);
    await world.aws.call('lambda', 'UpdateEventSourceMapping', { UUID, Enabled: true });
    await world.pass(1_000);
    expect(batches()).toEqual(['meanwhile']);
  });

  it('loses no batch of a closed shard when it is stopped between two tries', async () => {
    await world.create('consumer', failing);
    await put('poison');
    await world.aws.call('kinesis', 'SplitShard', {
      StreamName: 'orders',
      ShardToSplit: 'shardId-000000000000',
      NewStartingHashKey: '170141183460469231731687303715884105728',
    });
    const UUID = await map();
    await world.pass(300);
    const tries = batches().length;
    expect(tries).toBeGreaterThan(0);
    await world.aws.call('lambda', 'UpdateEventSourceMapping', { UUID, Enabled: false });
    await world.pass(60_000);
    expect(batches()).toHaveLength(tries);
    await world.aws.call('lambda', 'UpdateEventSourceMapping', { UUID, Enabled: true });
    await world.pass(1_000);
    expect(batches().length).toBeGreaterThan(tries);
  });

  it('goes on from its checkpoint after a restart', async () => {
    await world.create('consumer', failing);
    await map();
    await put('one');
    await world.pass(400);
    const saved = JSON.parse(JSON.stringify(world.lambda.snapshot?.())) as Json;
    await world.lambda.close();
    await put('two');
    const second = await startWorld({ clock: world.clock, aws: world.aws });
    second.lambda.restore?.(saved);
    await new Promise((resolve) => setImmediate(resolve));
    await second.pass(2_000);
    expect(batches(second)).toEqual(['two']);
    await second.close();
  });
});
