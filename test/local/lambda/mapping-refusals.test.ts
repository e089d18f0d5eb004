import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Json } from '../../../local/kernel/aws.js';
import { startWorld, type World } from './world.js';

let world: World;
beforeEach(async () => {
  world = await startWorld();
  await world.aws.call('kinesis', 'CreateStream', { StreamName: 'orders', ShardCount: 1 });
  await world.create('consumer', 'export const handler = async () => null;');
});
afterEach(() => world.close());

const streamArn = 'arn:aws:kinesis:us-east-1:000000000000:stream/orders';

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

describe('a stream mapping', () => {
  it.each([
    ['a stream that is not there', { EventSourceArn: `${streamArn}-2` }, 'cannot be read'],
    [
      'a queue',
      { EventSourceArn: 'arn:aws:sqs:us-east-1:000000000000:q' },
      'expected the ARN of a Kinesis stream',
    ],
    ['several batches of a shard at a time', { ParallelizationFactor: 2 }, 'one batch of a shard at a time'],
    ['a tumbling window', { TumblingWindowInSeconds: 30 }, 'tumbling windows do not exist'],
    [
      'a filter with an operator that is not here',
      { FilterCriteria: { Filters: [{ Pattern: '{"data":{"a":[{"cidr":"::/0"}]}}' }] } },
      "Invalid filter pattern definition. data.a: 'cidr' is no operator here",
    ],
    [
      'more than five filters',
      { FilterCriteria: { Filters: Array(6).fill({ Pattern: '{"data":["x"]}' }) } },
      'FilterCriteria.Filters',
    ],
    ['AT_TIMESTAMP without an instant', { StartingPosition: 'AT_TIMESTAMP' }, 'StartingPositionTimestamp'],
    ['a record age of less than a minute', { MaximumRecordAgeInSeconds: 59 }, 'MaximumRecordAgeInSeconds'],
  ])('is refused for %s', async (_, settings, message) => {
    await expect(map(settings)).rejects.toThrow(message);
    const { EventSourceMappings } = await world.aws.call('lambda', 'ListEventSourceMappings', {});
    expect(EventSourceMappings).toEqual([]);
  });

  it('is refused twice for the same stream and function', async () => {
    const UUID = await map();
    await expect(map()).rejects.toMatchObject({
      name: 'ResourceConflictException',
      message: expect.stringContaining(UUID),
    });
  });
});
