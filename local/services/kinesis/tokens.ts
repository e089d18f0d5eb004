/** Shard iterators and list tokens: opaque to clients, base64 of JSON here. */
import * as z from 'zod';
import { expiredIterator, expiredNextToken, invalidArgument } from './errors.js';
import { iteratorLifeMs, tokenLifeMs } from './limits.js';

const iteratorSchema = z.strictObject({
  stream: z.string(),
  /** Told apart from a later stream of the same name. */
  streamId: z.string(),
  shard: z.string(),
  /** Reads what comes after this sequence number. */
  after: z.string().regex(/^\d+$/),
  issuedAtMs: z.number(),
});

export type ShardIterator = z.output<typeof iteratorSchema>;

const listTokenSchema = z.strictObject({
  stream: z.string(),
  afterShard: z.string(),
  issuedAtMs: z.number(),
});

export type ListToken = z.output<typeof listTokenSchema>;

export function encodeToken(token: ShardIterator | ListToken): string {
  return Buffer.from(JSON.stringify(token)).toString('base64');
}

/** Throws InvalidArgumentException for what we did not issue, ExpiredIteratorException five minutes after issue. */
export function decodeIterator(text: string, nowMs: number): ShardIterator {
  const iterator = decode(iteratorSchema, text);
  if (!iterator) throw invalidArgument('Invalid ShardIterator.');
  if (nowMs - iterator.issuedAtMs > iteratorLifeMs)
    throw expiredIterator(
      `Iterator expired. The iterator was created at time ${asTime(iterator.issuedAtMs)} while right now it is ` +
        `${asTime(nowMs)} which is further in the future than the tolerated delay of ${iteratorLifeMs} milliseconds.`,
    );
  return iterator;
}

/** Throws InvalidArgumentException for what we did not issue, ExpiredNextTokenException five minutes after issue. */
export function decodeListToken(text: string, nowMs: number): ListToken {
  const token = decode(listTokenSchema, text);
  if (!token) throw invalidArgument('NextToken is invalid.');
  if (nowMs - token.issuedAtMs > tokenLifeMs) throw expiredNextToken('NextToken has expired.');
  return token;
}

function decode<T>(schema: z.ZodType<T>, text: string): T | undefined {
  try {
    return schema.safeParse(JSON.parse(Buffer.from(text, 'base64').toString('utf8'))).data;
  } catch {
    return undefined;
  }
}

function asTime(ms: number): string {
  return new Date(ms).toISOString();
}
