/** Reads change events back from the stream `changes`, for somebody who looks: from the oldest it still has, or onward. */

import {
  GetRecordsCommand,
  GetShardIteratorCommand,
  type KinesisClient,
  ListShardsCommand,
} from '@aws-sdk/client-kinesis';
import { type ChangeEvent, changeEventSchema } from '../core/change-events.js';
import { calling } from './failures.js';

/** Kinesis answers five reads a second of each shard, all readers together: one a second leaves room for consumers. */
const readEveryMs = 1_000;

export interface ChangeLogOptions {
  readonly client: KinesisClient;
  /** The stream's name. */
  readonly stream: string;
  readonly wait: (durationMs: number, signal?: AbortSignal) => Promise<void>;
}

export interface Reading {
  /** Goes on at the end of the stream until `signal` aborts. */
  readonly follow: boolean;
  readonly signal?: AbortSignal;
}

/** Events in the order of the stream, per shard; records that are no change events are passed over. */
export async function* readChangeLog(
  options: ChangeLogOptions,
  reading: Reading,
): AsyncGenerator<ChangeEvent> {
  let cursors = await openShards(options);
  while (cursors.length > 0 && !reading.signal?.aborted) {
    const pages = await Promise.all(cursors.map((iterator) => readPage(options, iterator)));
    yield* pages.flatMap(({ events }) => events).sort((a, b) => (a.time < b.time ? -1 : 1));
    const open = pages.filter(({ next, isAtEnd }) => next !== undefined && (reading.follow || !isAtEnd));
    cursors = open.flatMap(({ next }) => next ?? []);
    if (open.every(({ isAtEnd }) => isAtEnd))
      await options.wait(reading.follow ? readEveryMs : 0, reading.signal);
  }
}

interface Page {
  readonly events: readonly ChangeEvent[];
  readonly next: string | undefined;
  readonly isAtEnd: boolean;
}

async function openShards({ client, stream }: ChangeLogOptions): Promise<string[]> {
  return calling(`read the stream ${stream}`, async () => {
    // One page holds 1,000 shards: far more than changes of configuration ever need.
    const { Shards = [] } = await client.send(new ListShardsCommand({ StreamName: stream }));
    const iterators = Shards.map(async ({ ShardId }) => {
      const where = { StreamName: stream, ShardId, ShardIteratorType: 'TRIM_HORIZON' } as const;
      return (await client.send(new GetShardIteratorCommand(where))).ShardIterator ?? [];
    });
    return (await Promise.all(iterators)).flat();
  });
}

async function readPage({ client, stream }: ChangeLogOptions, iterator: string): Promise<Page> {
  const command = new GetRecordsCommand({ ShardIterator: iterator });
  const answer = await calling(`read the stream ${stream}`, () => client.send(command));
  return {
    events: (answer.Records ?? []).flatMap(({ Data }) => readEvent(Data)),
    next: answer.NextShardIterator,
    isAtEnd: (answer.MillisBehindLatest ?? 0) === 0,
  };
}

function readEvent(data: Uint8Array | undefined): ChangeEvent[] {
  try {
    const parsed = changeEventSchema.safeParse(JSON.parse(new TextDecoder().decode(data)));
    return parsed.success ? [parsed.data] : [];
  } catch {
    return [];
  }
}
