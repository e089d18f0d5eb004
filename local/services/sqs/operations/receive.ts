/** ReceiveMessage, DeleteMessage, ChangeMessageVisibility, and the batches of the latter two. */
import * as z from 'zod';
import type { Json } from '../../../kernel/aws.js';
import { defineOperation } from '../../../kernel/operations.js';
import { numberOf } from '../attributes.js';
import { digestOfAttributes, digestOfBody, type MessageAttributes } from '../digests.js';
import { batchEntries, receivedMessages, visibilitySeconds, waitSeconds } from '../limits.js';
import { type Message, type Queue, receiptHandle } from '../queue.js';
import { queueOf, type SqsContext } from '../state.js';
import { batchResult, distinctIds } from './batch.js';

const visibility = z.number().int().min(0).max(visibilitySeconds.most);

const receiveInput = z.strictObject({
  QueueUrl: z.string(),
  MaxNumberOfMessages: z.number().int().min(1).max(receivedMessages).default(1),
  VisibilityTimeout: visibility.optional(),
  WaitTimeSeconds: z.number().int().min(0).max(waitSeconds.most).optional(),
  AttributeNames: z.array(z.string()).default([]),
  MessageSystemAttributeNames: z.array(z.string()).default([]),
  MessageAttributeNames: z.array(z.string()).default([]),
  ReceiveRequestAttemptId: z.string().optional(),
});

type ReceiveInput = z.output<typeof receiveInput>;

/** Waits up to `WaitTimeSeconds` of the clock for a message; answers without `Messages` when none came. */
export const receiveMessage = defineOperation({
  input: receiveInput,
  async run(context: SqsContext, input) {
    const queue = queueOf(context, input);
    const waitFor = input.WaitTimeSeconds ?? numberOf(queue.attributes, 'ReceiveMessageWaitTimeSeconds');
    const deadlineMs = context.clock.now() + waitFor * 1000;
    let taken = take(context, queue, input);
    while (taken.length === 0 && context.clock.now() < deadlineMs && !context.closing.aborted) {
      await context.activity.pause(queue.changed(deadlineMs));
      taken = take(context, queue, input);
    }
    if (taken.length === 0) return {};
    return { Messages: taken.map((message) => describeMessage(context, message, input)) };
  },
});

/** Deleting a message that is gone is success. */
export const deleteMessage = defineOperation({
  input: z.strictObject({ QueueUrl: z.string(), ReceiptHandle: z.string() }),
  run(context: SqsContext, input) {
    queueOf(context, input).delete(input.ReceiptHandle);
    return {};
  },
});

export const deleteMessageBatch = defineOperation({
  input: z.strictObject({
    QueueUrl: z.string(),
    Entries: z
      .array(z.strictObject({ Id: z.string(), ReceiptHandle: z.string() }))
      .min(1)
      .max(batchEntries),
  }),
  run(context: SqsContext, input) {
    const queue = queueOf(context, input);
    return batchResult(distinctIds(input.Entries), ({ ReceiptHandle }) => {
      queue.delete(ReceiptHandle);
      return {};
    });
  },
});

export const changeMessageVisibility = defineOperation({
  input: z.strictObject({
    QueueUrl: z.string(),
    ReceiptHandle: z.string(),
    VisibilityTimeout: visibility,
  }),
  run(context: SqsContext, input) {
    queueOf(context, input).changeVisibility(input.ReceiptHandle, input.VisibilityTimeout);
    return {};
  },
});

function take(context: SqsContext, queue: Queue, input: ReceiveInput): Message[] {
  return queue.take({
    count: input.MaxNumberOfMessages,
    visibilitySeconds: input.VisibilityTimeout ?? numberOf(queue.attributes, 'VisibilityTimeout'),
    deadLetter: (message, { deadLetterTargetArn }) => {
      const target = [...context.queues.values()].find(({ arn }) => arn === deadLetterTargetArn);
      target?.add({ ...message, visibleAtMs: context.clock.now() });
      return target !== undefined;
    },
  });
}

function describeMessage(context: SqsContext, message: Message, input: ReceiveInput): Json {
  const attributes = askedAttributes(message.attributes, input.MessageAttributeNames);
  return {
    MessageId: message.id,
    ReceiptHandle: receiptHandle(message),
    Body: message.body,
    MD5OfBody: digestOfBody(message.body),
    MD5OfMessageAttributes: digestOfAttributes(attributes),
    MessageAttributes: Object.keys(attributes).length === 0 ? undefined : attributes,
    Attributes: systemAttributes(context, message, input),
  };
}

/** By name, `All` or `.*`, or a prefix ending in `.*`. */
function askedAttributes(attributes: MessageAttributes, asked: readonly string[]): MessageAttributes {
  const isAsked = (name: string) =>
    asked.some(
      (one) =>
        one === 'All' ||
        one === '.*' ||
        one === name ||
        (one.endsWith('.*') && name.startsWith(one.slice(0, -1))),
    );
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => isAsked(name)));
}

function systemAttributes(context: SqsContext, message: Message, input: ReceiveInput): Json | undefined {
  const asked = [...input.AttributeNames, ...input.MessageSystemAttributeNames];
  const all: Record<string, string> = {
    ApproximateFirstReceiveTimestamp: String(message.firstReceivedAtMs),
    ApproximateReceiveCount: String(message.receiveCount),
    SenderId: context.identity.accountId,
    SentTimestamp: String(message.sentAtMs),
  };
  const shown = Object.entries(all).filter(([name]) => asked.includes('All') || asked.includes(name));
  return shown.length === 0 ? undefined : Object.fromEntries(shown);
}
