/** SQS standard queues, in memory. See behaviour.md. */
import { type Activity, createActivity } from '../../kernel/activity.js';
import type { Identity, Service } from '../../kernel/aws.js';
import type { Clock } from '../../kernel/clock.js';
import { handleJson } from '../../kernel/json-protocol.js';
import { createCall, type Operation } from '../../kernel/operations.js';
import { invalidValue, olderNameHeader } from './errors.js';
import {
  createQueue,
  deleteQueue,
  getQueueAttributes,
  getQueueUrl,
  listQueues,
  listQueueTags,
  purgeQueue,
  setQueueAttributes,
  tagQueue,
  untagQueue,
} from './operations/queues.js';
import {
  changeMessageVisibility,
  deleteMessage,
  deleteMessageBatch,
  receiveMessage,
} from './operations/receive.js';
import { sendMessage, sendMessageBatch } from './operations/send.js';
import { fromSnapshot, type SqsContext, toSnapshot } from './state.js';

const operations: Readonly<Record<string, Operation<SqsContext>>> = {
  ChangeMessageVisibility: changeMessageVisibility,
  CreateQueue: createQueue,
  DeleteMessage: deleteMessage,
  DeleteMessageBatch: deleteMessageBatch,
  DeleteQueue: deleteQueue,
  GetQueueAttributes: getQueueAttributes,
  GetQueueUrl: getQueueUrl,
  ListQueues: listQueues,
  ListQueueTags: listQueueTags,
  PurgeQueue: purgeQueue,
  ReceiveMessage: receiveMessage,
  SendMessage: sendMessage,
  SendMessageBatch: sendMessageBatch,
  SetQueueAttributes: setQueueAttributes,
  TagQueue: tagQueue,
  UntagQueue: untagQueue,
};

export interface SqsDeps {
  readonly clock: Clock;
  readonly identity: Identity;
  /** A long poll that waits is not under way. */
  readonly activity?: Activity;
  /** Where queue URLs point. */
  readonly endpoint: () => string;
}

export function createSqs(deps: SqsDeps): Service {
  const closing = new AbortController();
  const { activity = createActivity() } = deps;
  const context: SqsContext = { ...deps, activity, queues: new Map(), closing: closing.signal };
  const call = createCall({ service: 'sqs', operations, context, invalid: invalidValue });
  const handle = handleJson(
    {
      target: 'AmazonSQS',
      version: '1.0',
      blobs: ['BinaryValue'],
      errorPrefix: 'com.amazonaws.sqs#',
      errorHeaders: olderNameHeader,
    },
    call,
  );
  return {
    name: 'sqs',
    call,
    handle,
    snapshot: () => toSnapshot(context),
    restore: (state) => fromSnapshot(context, state),
    close: async () => {
      closing.abort();
      for (const queue of context.queues.values()) queue.wake();
    },
  };
}
