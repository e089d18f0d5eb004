/** AWS::SQS::Queue: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-sqs-queue.html. */
import * as z from 'zod';
import { defineResource, type ResourceHandler } from '../handler.js';
import { document, flag, number, tagChanges, tagMap, tags, text } from '../properties.js';

const properties = z.strictObject({
  QueueName: text.optional(),
  DelaySeconds: number.optional(),
  MaximumMessageSize: number.optional(),
  MessageRetentionPeriod: number.optional(),
  ReceiveMessageWaitTimeSeconds: number.optional(),
  VisibilityTimeout: number.optional(),
  RedrivePolicy: document.optional(),
  RedriveAllowPolicy: document.optional(),
  SqsManagedSseEnabled: flag.optional(),
  KmsMasterKeyId: text.optional(),
  KmsDataKeyReusePeriodSeconds: number.optional(),
  Tags: tags.optional(),
});
type Properties = z.output<typeof properties>;

/** What an attribute becomes when its property leaves the template. */
const withoutProperty: Readonly<Record<string, string>> = {
  DelaySeconds: '0',
  MaximumMessageSize: '262144',
  MessageRetentionPeriod: '345600',
  ReceiveMessageWaitTimeSeconds: '0',
  VisibilityTimeout: '30',
  RedrivePolicy: '',
  KmsMasterKeyId: '',
};

export const sqsQueue: ResourceHandler = defineResource({
  type: 'AWS::SQS::Queue',
  properties,
  attributes: ['Arn', 'QueueName', 'QueueUrl'],
  replaceOn: ['QueueName'],
  nameProperty: 'QueueName',
  async create(context, wanted) {
    const QueueName = wanted.QueueName ?? context.generateName(80);
    const input = { QueueName, Attributes: attributesOf(wanted), tags: tagMap(wanted.Tags) };
    const { QueueUrl } = await context.aws.call<{ QueueUrl: string }>('sqs', 'CreateQueue', input);
    const { partition, region, accountId } = context.identity;
    const Arn = `arn:${partition}:sqs:${region}:${accountId}:${QueueName}`;
    return { physicalId: QueueUrl, attributes: { Arn, QueueName, QueueUrl } };
  },
  async update(context, { physicalId: QueueUrl, attributes, before, after }) {
    const wanted = attributesOf(after);
    const gone = Object.keys(attributesOf(before)).filter((name) => !Object.hasOwn(wanted, name));
    const resets = gone.flatMap((name) =>
      withoutProperty[name] === undefined ? [] : [[name, withoutProperty[name]] as const],
    );
    const Attributes = { ...Object.fromEntries(resets), ...wanted };
    if (Object.keys(Attributes).length > 0)
      await context.aws.call('sqs', 'SetQueueAttributes', { QueueUrl, Attributes });
    const changes = tagChanges(before.Tags, after.Tags);
    if (changes.gone.length > 0)
      await context.aws.call('sqs', 'UntagQueue', { QueueUrl, TagKeys: changes.gone });
    if (Object.keys(changes.put).length > 0)
      await context.aws.call('sqs', 'TagQueue', { QueueUrl, Tags: changes.put });
    return { physicalId: QueueUrl, attributes };
  },
  async remove(context, { physicalId }) {
    await context.aws.call('sqs', 'DeleteQueue', { QueueUrl: physicalId });
  },
});

/** Attributes are text; policies among them are JSON text. */
function attributesOf({ QueueName, Tags, ...attributes }: Properties): Record<string, string> {
  return Object.fromEntries(
    Object.entries(attributes)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, typeof value === 'object' ? JSON.stringify(value) : String(value)]),
  );
}
