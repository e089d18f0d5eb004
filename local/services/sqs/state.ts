/** What SQS remembers: its queues, by name. */
import * as z from 'zod';
import type { Activity } from '../../kernel/activity.js';
import type { Identity, Json } from '../../kernel/aws.js';
import type { Clock } from '../../kernel/clock.js';
import { queueDoesNotExist } from './errors.js';
import { Queue } from './queue.js';

export interface SqsContext {
  readonly activity: Activity;
  readonly queues: Map<string, Queue>;
  readonly clock: Clock;
  readonly identity: Identity;
  /** Where queue URLs point: `http://127.0.0.1:4600`. Known once the gateway listens. */
  readonly endpoint: () => string;
  /** Long polls return empty once this is aborted. */
  readonly closing: AbortSignal;
}

export function queueUrl(context: SqsContext, queue: Queue): string {
  return `${context.endpoint()}/${context.identity.accountId}/${queue.name}`;
}

/** By the last segment of the URL, so that a URL kept from a run on another port still works. */
export function queueOf(context: SqsContext, input: { readonly QueueUrl: string }): Queue {
  return queueNamed(context, input.QueueUrl.split('/').at(-1) ?? '');
}

/** Throws QueueDoesNotExist. */
export function queueNamed(context: SqsContext, name: string): Queue {
  const queue = context.queues.get(name);
  if (!queue) throw queueDoesNotExist();
  return queue;
}

export function queueArn(identity: Identity, name: string): string {
  return `arn:${identity.partition}:sqs:${identity.region}:${identity.accountId}:${name}`;
}

const messageSchema = z.object({
  id: z.string(),
  body: z.string(),
  attributes: z.record(
    z.string(),
    z.object({
      DataType: z.string(),
      StringValue: z.string().optional(),
      BinaryValue: z
        .string()
        .transform((text) => Buffer.from(text, 'base64'))
        .optional(),
    }),
  ),
  sentAtMs: z.number(),
  visibleAtMs: z.number(),
  receiveCount: z.number(),
  firstReceivedAtMs: z.number().optional(),
});

const stateSchema = z.object({
  queues: z.array(
    z.object({
      name: z.string(),
      createdAtMs: z.number(),
      attributes: z.record(z.string(), z.string()),
      tags: z.record(z.string(), z.string()),
      messages: z.array(messageSchema),
    }),
  ),
});

export function toSnapshot(context: SqsContext): Json {
  return {
    queues: [...context.queues.values()].map(({ name, createdAtMs, attributes, tags, messages }) => ({
      name,
      createdAtMs,
      attributes,
      tags: Object.fromEntries(tags),
      messages: [...messages.values()].map((message) => ({
        ...message,
        attributes: mapValues(message.attributes, ({ BinaryValue, ...attribute }) => ({
          ...attribute,
          BinaryValue: BinaryValue && Buffer.from(BinaryValue).toString('base64'),
        })),
      })),
    })),
  };
}

/** Throws a ZodError for what `toSnapshot` did not make. */
export function fromSnapshot(context: SqsContext, state: Json): void {
  for (const { tags, messages, attributes, name, createdAtMs } of stateSchema.parse(state).queues) {
    const arn = queueArn(context.identity, name);
    const queue = new Queue({ name, arn, createdAtMs, clock: context.clock }, attributes);
    for (const [key, value] of Object.entries(tags)) queue.tags.set(key, value);
    for (const message of messages) queue.add(message);
    context.queues.set(name, queue);
  }
}

function mapValues<Value, Result>(
  record: Readonly<Record<string, Value>>,
  change: (value: Value) => Result,
): Record<string, Result> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));
}
