/** AWS::SQS::QueuePolicy: kept on the queue; nothing is authorized by it here. */
import * as z from 'zod';
import { defineResource, ignoreMissing, type ResourceContext, type ResourceHandler } from '../handler.js';
import { document, text } from '../properties.js';

const properties = z.strictObject({ PolicyDocument: document, Queues: z.array(text).min(1) });

export const sqsQueuePolicy: ResourceHandler = defineResource({
  type: 'AWS::SQS::QueuePolicy',
  properties,
  attributes: [],
  replaceOn: [],
  async create(context, wanted) {
    await setPolicy(context, wanted.Queues, JSON.stringify(wanted.PolicyDocument));
    return { physicalId: context.generateName(128) };
  },
  async update(context, { physicalId, before, after }) {
    const gone = before.Queues.filter((queue) => !after.Queues.includes(queue));
    await setPolicy(context, gone, '');
    await setPolicy(context, after.Queues, JSON.stringify(after.PolicyDocument));
    return { physicalId };
  },
  remove: (context, { properties: { Queues } }) => setPolicy(context, Queues, '').catch(ignoreMissing),
});

async function setPolicy({ aws }: ResourceContext, queues: readonly string[], Policy: string): Promise<void> {
  for (const QueueUrl of queues)
    await aws.call('sqs', 'SetQueueAttributes', { QueueUrl, Attributes: { Policy } });
}
