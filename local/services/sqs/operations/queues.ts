/** Creating, finding, describing, tagging, emptying and deleting queues. */
import * as z from 'zod';
import type { Json } from '../../../kernel/aws.js';
import { defineOperation } from '../../../kernel/operations.js';
import { checkAttributes, newAttributes, type QueueAttributes } from '../attributes.js';
import { invalidValue, queueNameExists } from '../errors.js';
import { Queue } from '../queue.js';
import { queueArn, queueNamed, queueOf, queueUrl, type SqsContext } from '../state.js';

const strings = z.record(z.string(), z.string());
const queueInput = z.strictObject({ QueueUrl: z.string() });
const queueName = z.string().regex(/^[\w-]{1,80}$/, {
  message: 'expected 1 to 80 letters, digits, hyphens and underscores (the local AWS has no FIFO queues)',
});

/** Creating a queue that is there is success, unless an attribute that is given differs. */
export const createQueue = defineOperation({
  input: z.strictObject({
    QueueName: queueName,
    Attributes: strings.optional(),
    tags: strings.optional(),
  }),
  run(context: SqsContext, { QueueName, Attributes = {}, tags = {} }) {
    const present = context.queues.get(QueueName);
    if (present) {
      refuseDifference(present, Attributes);
      return { QueueUrl: queueUrl(context, present) };
    }
    const { clock, identity } = context;
    const about = { name: QueueName, arn: queueArn(identity, QueueName), createdAtMs: clock.now(), clock };
    const queue = new Queue(about, newAttributes(Attributes));
    for (const [key, value] of Object.entries(tags)) queue.tags.set(key, value);
    context.queues.set(QueueName, queue);
    return { QueueUrl: queueUrl(context, queue) };
  },
});

export const getQueueUrl = defineOperation({
  input: z.strictObject({ QueueName: z.string(), QueueOwnerAWSAccountId: z.string().optional() }),
  run(context: SqsContext, { QueueName }) {
    return { QueueUrl: queueUrl(context, queueNamed(context, QueueName)) };
  },
});

export const listQueues = defineOperation({
  input: z.strictObject({
    QueueNamePrefix: z.string().optional(),
    MaxResults: z.number().int().min(1).max(1000).optional(),
    NextToken: z.string().optional(),
  }),
  run(context: SqsContext, { QueueNamePrefix = '', MaxResults, NextToken = '' }) {
    const rest = [...context.queues.values()]
      .filter(({ name }) => name.startsWith(QueueNamePrefix) && name > NextToken)
      .sort((one, other) => (one.name < other.name ? -1 : 1));
    const page = rest.slice(0, MaxResults ?? 1000);
    return {
      QueueUrls: page.map((queue) => queueUrl(context, queue)),
      NextToken: MaxResults !== undefined && page.length < rest.length ? page.at(-1)?.name : undefined,
    };
  },
});

export const deleteQueue = defineOperation({
  input: queueInput,
  run(context: SqsContext, input) {
    const queue = queueOf(context, input);
    context.queues.delete(queue.name);
    queue.messages.clear();
    queue.wake();
    return {};
  },
});

export const purgeQueue = defineOperation({
  input: queueInput,
  run(context: SqsContext, input) {
    queueOf(context, input).messages.clear();
    return {};
  },
});

export const getQueueAttributes = defineOperation({
  input: queueInput.extend({ AttributeNames: z.array(z.string()).optional() }),
  run(context: SqsContext, { AttributeNames: asked = [], ...input }) {
    const all = describeAttributes(queueOf(context, input));
    const unknown = asked.find((name) => name !== 'All' && !knownAttributes.has(name));
    if (unknown !== undefined) throw invalidValue(`Unknown Attribute ${unknown}.`);
    const shown = Object.entries(all).filter(([name]) => asked.includes('All') || asked.includes(name));
    return shown.length === 0 ? {} : { Attributes: Object.fromEntries(shown) };
  },
});

export const setQueueAttributes = defineOperation({
  input: queueInput.extend({ Attributes: strings }),
  run(context: SqsContext, input) {
    const queue = queueOf(context, input);
    queue.attributes = { ...queue.attributes, ...checkAttributes(input.Attributes) };
    queue.modifiedAtMs = context.clock.now();
    return {};
  },
});

export const tagQueue = defineOperation({
  input: queueInput.extend({ Tags: strings }),
  run(context: SqsContext, input) {
    const queue = queueOf(context, input);
    for (const [key, value] of Object.entries(input.Tags)) queue.tags.set(key, value);
    return {};
  },
});

export const untagQueue = defineOperation({
  input: queueInput.extend({ TagKeys: z.array(z.string()) }),
  run(context: SqsContext, input) {
    const queue = queueOf(context, input);
    for (const key of input.TagKeys) queue.tags.delete(key);
    return {};
  },
});

export const listQueueTags = defineOperation({
  input: queueInput,
  run(context: SqsContext, input) {
    return { Tags: Object.fromEntries(queueOf(context, input).tags) };
  },
});

const knownAttributes = new Set([
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesDelayed',
  'ApproximateNumberOfMessagesNotVisible',
  'CreatedTimestamp',
  'DelaySeconds',
  'KmsDataKeyReusePeriodSeconds',
  'KmsMasterKeyId',
  'LastModifiedTimestamp',
  'MaximumMessageSize',
  'MessageRetentionPeriod',
  'Policy',
  'QueueArn',
  'ReceiveMessageWaitTimeSeconds',
  'RedriveAllowPolicy',
  'RedrivePolicy',
  'SqsManagedSseEnabled',
  'VisibilityTimeout',
]);

function describeAttributes(queue: Queue): Json {
  const { visible, inFlight, delayed } = queue.counts();
  return {
    ...Object.fromEntries(Object.entries(queue.attributes).filter(([, value]) => value !== '')),
    ApproximateNumberOfMessages: String(visible),
    ApproximateNumberOfMessagesDelayed: String(delayed),
    ApproximateNumberOfMessagesNotVisible: String(inFlight),
    CreatedTimestamp: String(Math.floor(queue.createdAtMs / 1000)),
    LastModifiedTimestamp: String(Math.floor(queue.modifiedAtMs / 1000)),
    QueueArn: queue.arn,
  };
}

function refuseDifference(queue: Queue, asked: QueueAttributes): void {
  const different = Object.keys(asked).find((name) => queue.attributes[name] !== asked[name]);
  if (different !== undefined) throw queueNameExists(different);
}
