/** Reads change events back from the stream `changes`, for somebody who looks: from the oldest it still has, or onward. */

import {
  type _Record,
  type ChildShard,
  GetRecordsCommand,
  GetShardIteratorCommand,
  type KinesisClient,
  ListShardsCommand,
} from '@aws-sdk/client-kinesis';
import { changeEventSchema } from '../../core/delivery/change-events.js';
import type { ToldChange } from '../../core/delivery/change-stream.js';
import { epochMs } from '../../core/time.js';
import { calling } from '../failures.js';

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
  /** Passes over what the stream took before (milliseconds since the epoch). Default: from the oldest it still has. */
  readonly sinceMs?: number;
  readonly signal?: AbortSignal;
}

/**
 * Events in the order of the stream, per shard; records that are no change events are passed over. Where shards were split
 * or merged, a shard is read when the ones it came from have been read to their ends, so each subject stays in order.
 */
export async function* readChangeLog(
  options: ChangeLogOptions,
  reading: Reading,
): AsyncGenerator<ToldChange> {
  const shards = await listShards(options);
  let cursors = await openDue(options, shards, reading);
  while (cursors.length > 0 && !reading.signal?.aborted) {
    const pages = await Promise.all(cursors.map((cursor) => readPage(options, cursor)));
    yield* inOneOrder(pages.map(({ events }) => events));
    const open = pages.filter(({ isLast, isAtEnd }) => !isLast && (reading.follow || !isAtEnd));
    for (const page of pages) if (page.isLast) end(shards, page);
    const next = await openDue(options, shards, reading);
    cursors = [...open, ...next];
    if (next.length === 0 && open.every(({ isAtEnd }) => isAtEnd))
      await options.wait(reading.follow ? readEveryMs : 0, reading.signal);
  }
}

/** A shard of the stream, and how far it is with it. */
interface Known {
  /** Ids of the shards it came from, some of which may have expired. */
  readonly parents: readonly string[];
  /** A closed shard takes no more records: it ends, and others follow it. */
  readonly isClosed: boolean;
  state: 'waiting' | 'open' | 'ended';
}

/** By id. */
type Shards = Map<string, Known>;

/** Where one shard is read on. */
interface Cursor {
  readonly shard: string;
  readonly isClosed: boolean;
  readonly iterator: string;
}

interface Page extends Cursor {
  readonly events: readonly ToldChange[];
  /** Nothing is behind it in its shard at present. */
  readonly isAtEnd: boolean;
  /** Nothing will ever come after it in its shard. */
  readonly isLast: boolean;
  /** The shards that follow a last page. */
  readonly children: readonly ChildShard[];
}

async function listShards({ client, stream }: ChangeLogOptions): Promise<Shards> {
  // One page holds 1,000 shards: far more than changes of configuration ever need.
  const command = new ListShardsCommand({ StreamName: stream });
  const { Shards: listed = [] } = await calling(`read the stream ${stream}`, () => client.send(command));
  return new Map(
    listed.map((shard) => [
      shard.ShardId ?? '',
      {
        parents: [shard.ParentShardId, shard.AdjacentParentShardId].filter((id) => id !== undefined),
        isClosed: shard.SequenceNumberRange?.EndingSequenceNumber !== undefined,
        state: 'waiting',
      },
    ]),
  );
}

/** A merged shard is named by both of its parents. */
function end(shards: Shards, { shard, children }: Page): void {
  const ended = shards.get(shard);
  if (ended) ended.state = 'ended';
  for (const { ShardId = '', ParentShards: parents = [] } of children) {
    if (!shards.has(ShardId)) shards.set(ShardId, { parents, isClosed: false, state: 'waiting' });
  }
}

/** Opens the shards whose turn it is: all they came from has ended, or is not there any more. */
async function openDue(options: ChangeLogOptions, shards: Shards, { sinceMs }: Reading): Promise<Cursor[]> {
  const hasEnded = (id: string) => (shards.get(id)?.state ?? 'ended') === 'ended';
  const due = [...shards].filter(([, { state, parents }]) => state === 'waiting' && parents.every(hasEnded));
  const { client, stream: StreamName } = options;
  const cursors = due.map(async ([shard, known]) => {
    known.state = 'open';
    const where = { StreamName, ShardId: shard, ...placeOf(sinceMs) };
    const ask = () => client.send(new GetShardIteratorCommand(where));
    const { ShardIterator: iterator = '' } = await calling(`read the stream ${StreamName}`, ask);
    return { shard, isClosed: known.isClosed, iterator };
  });
  return Promise.all(cursors);
}

const placeOf = (sinceMs: number | undefined) =>
  sinceMs === undefined
    ? ({ ShardIteratorType: 'TRIM_HORIZON' } as const)
    : ({ ShardIteratorType: 'AT_TIMESTAMP', Timestamp: new Date(sinceMs) } as const);

async function readPage({ client, stream }: ChangeLogOptions, cursor: Cursor): Promise<Page> {
  const command = new GetRecordsCommand({ ShardIterator: cursor.iterator });
  const answer = await calling(`read the stream ${stream}`, () => client.send(command));
  const { NextShardIterator: iterator = '', MillisBehindLatest = 0 } = answer;
  return {
    ...cursor,
    iterator,
    events: (answer.Records ?? []).flatMap(readEvent),
    isAtEnd: MillisBehindLatest === 0 && !cursor.isClosed,
    isLast: iterator === '',
    children: answer.ChildShards ?? [],
  };
}

/** Events of several shards by their times, where that does not change the order within a shard. */
function* inOneOrder(shards: readonly (readonly ToldChange[])[]): Generator<ToldChange> {
  const rest = shards.map((events) => [...events]);
  for (;;) {
    const [next] = rest.filter(([head]) => head !== undefined).sort(([a], [b]) => byTime(a, b));
    const event = next?.shift();
    if (event === undefined) return;
    yield event;
  }
}

function byTime(a: ToldChange | undefined, b: ToldChange | undefined): number {
  const [left, right] = [a?.event.time ?? '', b?.event.time ?? ''];
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

function readEvent({ Data, ApproximateArrivalTimestamp }: _Record): ToldChange[] {
  try {
    const { success, data: event } = changeEventSchema.safeParse(JSON.parse(new TextDecoder().decode(Data)));
    if (!success) return [];
    return [
      { event, arrivedAtMs: epochMs(ApproximateArrivalTimestamp?.getTime() ?? Date.parse(event.time)) },
    ];
  } catch {
    return [];
  }
}
