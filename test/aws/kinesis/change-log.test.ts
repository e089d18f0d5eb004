import { describe, expect, it, vi } from 'vitest';
import { readChangeLog } from '../../../aws/kinesis/change-log.js';
import type { ChangeEvent } from '../../../core/delivery/change-events.js';
import { inLocalAws } from '../in-local-aws.js';
import { changeEvent } from './change-stream-contract.js';

const aws = inLocalAws();

interface Stream {
  readonly name: string;
  put(partitionKey: string, event: ChangeEvent): Promise<void>;
  /** Splits or merges, and resolves when the stream takes records again. */
  change(operation: string, input: object): Promise<void>;
}

async function createStream(shardCount: number): Promise<Stream> {
  const { call, name: nameOf } = aws();
  const name = nameOf();
  const untilActive = () =>
    vi.waitFor(async () => {
      const input = { StreamName: name };
      const { StreamDescriptionSummary: told } = await call<{
        StreamDescriptionSummary: { StreamStatus: string };
      }>('kinesis', 'DescribeStreamSummary', input);
      expect(told.StreamStatus).toBe('ACTIVE');
    });
  const change = async (operation: string, input: object) => {
    await call('kinesis', operation, { StreamName: name, ...input });
    await untilActive();
  };
  await change('CreateStream', { ShardCount: shardCount });
  return {
    name,
    change,
    async put(PartitionKey, event) {
      const Data = new TextEncoder().encode(JSON.stringify(event));
      await call('kinesis', 'PutRecord', { StreamName: name, PartitionKey, Data });
    },
  };
}

const shardId = (index: number): string => `shardId-${String(index).padStart(12, '0')}`;
const halfOfTheKeys = String(2n ** 127n);
const split = { ShardToSplit: shardId(0), NewStartingHashKey: halfOfTheKeys };

/** `ordinal` tells events apart; the time is the same for all unless it is given. */
const event = (ordinal: number, time = '2026-01-01T00:00:00.000Z') => ({ ...changeEvent(ordinal), time });

const keys = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];

async function readToEnd({ name }: Stream): Promise<number[]> {
  const ordinals: number[] = [];
  const options = { client: aws().kinesis, stream: name, wait: async () => undefined };
  for await (const { event: told } of readChangeLog(options, { follow: false }))
    ordinals.push(told.data.ordinal);
  return ordinals;
}

describe('a change log', () => {
  it('keeps the order of the stream where times say otherwise', async () => {
    const stream = await createStream(1);
    await stream.put('a', event(1, '2026-01-01T00:00:09.000Z'));
    await stream.put('a', event(2, '2026-01-01T00:00:05.000Z'));
    await stream.put('a', event(3, '2026-01-01T00:00:05.000Z'));
    expect(await readToEnd(stream)).toEqual([1, 2, 3]);
  });

  it('says when the stream took an event, and begins at the instant that is asked for', async () => {
    const stream = await createStream(1);
    const read = async (sinceMs?: number) => {
      const told = [];
      const options = { client: aws().kinesis, stream: stream.name, wait: async () => undefined };
      const reading = { follow: false, ...(sinceMs !== undefined && { sinceMs }) };
      for await (const change of readChangeLog(options, reading)) told.push(change);
      return told;
    };
    await stream.put('a', event(1));
    const [first] = await read();
    const tookMs = Number(first?.arrivedAtMs);
    expect(Math.abs(tookMs - Date.now())).toBeLessThan(5_000);
    await expect.poll(() => Date.now()).toBeGreaterThan(tookMs + 1);
    await stream.put('a', event(2));
    expect(await read(tookMs + 1)).toMatchObject([{ event: { data: { ordinal: 2 } } }]);
  });

  it('reads the events of several shards by their times', async () => {
    const stream = await createStream(4);
    for (const [index, key] of keys.entries()) {
      await stream.put(key, event(index, `2026-01-01T00:00:0${index}.000Z`));
    }
    expect(await readToEnd(stream)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  it('reads a shard that was split before those that followed it', async () => {
    const stream = await createStream(1);
    for (const key of keys) await stream.put(key, event(1, '2026-01-01T00:00:09.000Z'));
    await stream.change('SplitShard', split);
    for (const key of keys) await stream.put(key, event(2, '2026-01-01T00:00:01.000Z'));
    expect(await readToEnd(stream)).toEqual([1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2]);
  });

  it('follows a stream whose shard is split and merged again', async () => {
    const stream = await createStream(1);
    const over = new AbortController();
    const seen: number[] = [];
    const wait = () => new Promise<void>((resolve) => setTimeout(resolve, 5));
    const options = { client: aws().kinesis, stream: stream.name, wait };
    const reading = (async () => {
      const follow = { follow: true, signal: over.signal };
      for await (const { event: told } of readChangeLog(options, follow)) seen.push(told.data.ordinal);
    })();
    await stream.put('a', event(1));
    await expect.poll(() => seen).toEqual([1]);
    await stream.change('SplitShard', split);
    for (const key of keys) await stream.put(key, event(2));
    await expect.poll(() => seen).toEqual([1, 2, 2, 2, 2, 2, 2, 2, 2]);
    const merged = { ShardToMerge: shardId(1), AdjacentShardToMerge: shardId(2) };
    await stream.change('MergeShards', merged);
    await stream.put('a', event(3));
    await expect.poll(() => seen.slice(9)).toEqual([3]);
    over.abort();
    await reading;
  });
});
