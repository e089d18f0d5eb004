/** Queues of environments in DynamoDB: one item per environment, keyed by `cluster`. */

import { createHash } from 'node:crypto';
import { type DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import {
  type PublishQueue,
  type PublishQueues,
  type QueueEntry,
  queueEntrySchema,
  unreadableEntry,
} from '../../core/delivery/publish-queue.js';
import { calling } from '../failures.js';
import { document, type Item, lost, overRevision, readItem, wholeNumber } from './items.js';

const itemSchema = z.object({
  revision: wholeNumber,
  entries: document(z.array(z.unknown())),
});

/** `table` is the table's name; its partition key is `cluster`. */
export function createPublishQueues(client: DynamoDBClient, table: string): PublishQueues {
  return {
    async read(cluster) {
      // Somebody who was told "queued" must be there for whoever looks next.
      const key = { TableName: table, Key: { cluster: { S: cluster } }, ConsistentRead: true };
      const answer = await calling(`read the queue of ${cluster}`, () =>
        client.send(new GetItemCommand(key)),
      );
      if (!answer.Item) return { queue: { cluster, entries: [] }, revision: 0 };
      const { revision, entries } = readItem(itemSchema, answer.Item, `The queue of ${cluster}`);
      return { queue: { cluster, entries: entries.map(toEntry) }, revision };
    },
    async write(queue, over) {
      const command = new PutItemCommand({
        TableName: table,
        Item: toItem(queue, over + 1),
        ...overRevision(over, 'cluster'),
      });
      const write = () => client.send(command);
      const answer = await calling(`write the queue of ${queue.cluster}`, write, lost);
      return answer === 'lost' ? 'lost' : 'saved';
    },
  };
}

const toItem = (queue: PublishQueue, revision: number): Item => ({
  cluster: { S: queue.cluster },
  revision: { N: String(revision) },
  entries: { S: JSON.stringify(queue.entries.map(toStored)) },
});

/** One entry that cannot be read closes the queue to nobody: it is kept as it is. */
function toEntry(stored: unknown): QueueEntry {
  const parsed = queueEntrySchema.safeParse(stored);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const id = createHash('sha256').update(JSON.stringify(stored)).digest('hex').slice(0, 8);
  return unreadableEntry(stored, { id, why: `${issue?.path.join('.')} ${issue?.message}`.trim() });
}

const toStored = (entry: QueueEntry): unknown => ('unreadable' in entry ? entry.unreadable : entry);
