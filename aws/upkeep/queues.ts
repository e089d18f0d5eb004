/** How much lies in a queue: SQS. */

import { GetQueueAttributesCommand, GetQueueUrlCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { Upkeep } from '../../core/upkeep.js';
import { calling, isNamed } from '../failures.js';

const counted = 'ApproximateNumberOfMessages';

export function createQueues(client: SQSClient): Pick<Upkeep, 'messages'> {
  return {
    async messages(queue) {
      const find = new GetQueueUrlCommand({ QueueName: queue });
      const found = await calling(`find the queue ${queue}`, () => client.send(find), absent);
      if (found === 'absent') return undefined;
      const count = new GetQueueAttributesCommand({ QueueUrl: found.QueueUrl, AttributeNames: [counted] });
      const { Attributes } = await calling(`count the messages of ${queue}`, () => client.send(count));
      return Number(Attributes?.[counted] ?? 0);
    },
  };
}

/** SQS has two names for it: of its JSON protocol, and of the older one. */
const absent = (error: unknown) =>
  isNamed(error, 'QueueDoesNotExist') || isNamed(error, 'AWS.SimpleQueueService.NonExistentQueue')
    ? ('absent' as const)
    : undefined;
