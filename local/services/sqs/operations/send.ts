/** SendMessage and SendMessageBatch. */
import * as z from 'zod';
import type { Json } from '../../../kernel/aws.js';
import { defineOperation } from '../../../kernel/operations.js';
import { numberOf } from '../attributes.js';
import { digestOfAttributes, digestOfBody, type MessageAttributes } from '../digests.js';
import { invalidValue } from '../errors.js';
import { batchEntries, delaySeconds, messageAttributes } from '../limits.js';
import type { Message, Queue } from '../queue.js';
import { queueOf, type SqsContext } from '../state.js';
import { batchResult, distinctIds } from './batch.js';

const attribute = z.strictObject({
  DataType: z.string().regex(/^(String|Number|Binary)(\..+)?$/),
  StringValue: z.string().optional(),
  BinaryValue: z.instanceof(Uint8Array).optional(),
});

const message = {
  MessageBody: z.string().min(1),
  DelaySeconds: z.number().int().min(0).max(delaySeconds.most).optional(),
  MessageAttributes: z.record(z.string(), attribute).optional(),
};

interface MessageInput {
  readonly MessageBody: string;
  readonly DelaySeconds?: number | undefined;
  readonly MessageAttributes?: MessageAttributes | undefined;
}

export const sendMessage = defineOperation({
  input: z.strictObject({ QueueUrl: z.string(), ...message }),
  run(context: SqsContext, input) {
    return describeSent(send(queueOf(context, input), input));
  },
});

/** Each entry has its own result: one that is refused does not keep the others back. */
export const sendMessageBatch = defineOperation({
  input: z.strictObject({
    QueueUrl: z.string(),
    Entries: z
      .array(z.strictObject({ Id: z.string(), ...message }))
      .min(1)
      .max(batchEntries),
  }),
  run(context: SqsContext, input) {
    const queue = queueOf(context, input);
    refuseLarge(
      queue,
      input.Entries.reduce((total, entry) => total + sizeBytes(entry), 0),
    );
    return batchResult(distinctIds(input.Entries), (entry) => describeSent(send(queue, entry)));
  },
});

function send(queue: Queue, input: MessageInput): Message {
  const attributes = input.MessageAttributes ?? {};
  if (Object.keys(attributes).length > messageAttributes)
    throw invalidValue(`A message has at most ${messageAttributes} attributes.`);
  refuseLarge(queue, sizeBytes(input));
  return queue.send({ body: input.MessageBody, attributes, delaySeconds: input.DelaySeconds });
}

function refuseLarge(queue: Queue, size: number): void {
  const most = numberOf(queue.attributes, 'MaximumMessageSize');
  if (size > most)
    throw invalidValue(
      `One or more parameters are invalid. Reason: Message must be shorter than ${most} bytes.`,
    );
}

function sizeBytes({ MessageBody, MessageAttributes = {} }: MessageInput): number {
  const attributes = Object.entries(MessageAttributes).map(
    ([name, { DataType, StringValue = '', BinaryValue }]) =>
      Buffer.byteLength(name + DataType + StringValue) + (BinaryValue?.byteLength ?? 0),
  );
  return attributes.reduce((total, size) => total + size, Buffer.byteLength(MessageBody));
}

function describeSent(sent: Message): Json {
  return {
    MessageId: sent.id,
    MD5OfMessageBody: digestOfBody(sent.body),
    MD5OfMessageAttributes: digestOfAttributes(sent.attributes),
  };
}
