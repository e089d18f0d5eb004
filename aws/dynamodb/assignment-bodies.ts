/** What is stored of a table or roster beside the head: chunks under keys that hold one content or nothing. Only gets items. */

import { gunzipSync } from 'node:zlib';
import { type DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import { ServiceUnavailable } from '../../core/errors.js';
import { calling } from '../failures.js';
import { type Item, readItem, wholeNumber } from './items.js';

/** Sort key of one chunk of a table, a roster, or of what changed. */
export const chunkPart = (key: string, chunk: number): string => `${key}#${chunk}`;

/** 65,536 partitions and 10,000 nodes take some 4 MB; nothing that Veltrix wrote is larger than this. */
const unpackedMaxBytes = 64 * 1024 * 1024;
/** A line break: none is in the JSON before it. */
const separator = 0x0a;

const chunkSchema = z.object({
  chunks: wholeNumber.pipe(z.int().min(1)),
  body: z.object({ B: z.instanceof(Uint8Array) }).transform((attribute) => attribute.B),
});

interface Asked {
  readonly part: string;
  /** What failed, in words, when it does. */
  readonly doing: string;
  /** Costs twice as much as one that may be behind. */
  readonly isConsistent: boolean;
}

export type Get = (asked: Asked, signal: AbortSignal | undefined) => Promise<Item | undefined>;

export const getting =
  (client: DynamoDBClient, table: string, cluster: string): Get =>
  async ({ part, doing, isConsistent }, signal) => {
    const Key = { cluster: { S: cluster }, part: { S: part } };
    const command = new GetItemCommand({ TableName: table, Key, ConsistentRead: isConsistent });
    const answer = await calling(doing, () => client.send(command, signal ? { abortSignal: signal } : {}));
    return answer.Item;
  };

/** What the chunks under a key hold, in order. The first says how many there are. */
export async function readBodies(
  get: Get,
  { key, subject }: { readonly key: string; readonly subject: string },
  signal: AbortSignal | undefined,
): Promise<readonly Uint8Array[] | 'superseded'> {
  const read = async (chunk: number) => {
    const asked = { part: chunkPart(key, chunk), doing: `read ${subject}` };
    // It never changes, so a read that is behind shows it or nothing: only then is it asked for again.
    const item =
      (await get({ ...asked, isConsistent: false }, signal)) ??
      (await get({ ...asked, isConsistent: true }, signal));
    return item && readItem(chunkSchema, item, `Chunk ${chunk} of ${subject}`);
  };
  const first = await read(0);
  if (!first) return 'superseded';
  const others = await Promise.all(Array.from({ length: first.chunks - 1 }, (_, index) => read(index + 1)));
  const bodies = [first, ...others].flatMap((chunk) => chunk?.body ?? []);
  return bodies.length === first.chunks ? bodies : 'superseded';
}

/** JSON, a line break, and slots; all of it in gzip. @throws ServiceUnavailable */
export function unpackSlots(body: Uint8Array, subject: string): unknown {
  const bytes = unpack(body, subject);
  const end = bytes.indexOf(separator);
  const slots = Uint8Array.from(bytes.subarray(end + 1));
  const about = parseJson(bytes.toString('utf8', 0, end), subject);
  return typeof about === 'object' && about !== null ? { ...about, slots } : about;
}

/** JSON in gzip. @throws ServiceUnavailable */
export const unpackJson = (body: Uint8Array, subject: string): unknown =>
  parseJson(unpack(body, subject).toString('utf8'), subject);

function unpack(packed: Uint8Array, subject: string): Buffer {
  try {
    return gunzipSync(packed, { maxOutputLength: unpackedMaxBytes });
  } catch (error) {
    throw unreadable(subject, 'it is no gzip', error);
  }
}

function parseJson(json: string, subject: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    throw unreadable(subject, 'it is no JSON', error);
  }
}

export const unreadable = (subject: string, why: string, cause?: unknown): ServiceUnavailable =>
  new ServiceUnavailable(`${subject} cannot be read: ${why}`, {
    hint: 'Something else wrote it, or another version of Veltrix did.',
    cause,
  });
