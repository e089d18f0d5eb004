/** Reads many items of one table by their keys. */

import { BatchGetItemCommand, type DynamoDBClient, type KeysAndAttributes } from '@aws-sdk/client-dynamodb';
import { ServiceUnavailable } from '../../core/errors.js';
import { calling } from '../failures.js';
import type { Item } from './items.js';

/** DynamoDB: BatchGetItem takes up to 100 keys. */
const batchKeysMax = 100;
/** DynamoDB may leave keys of a batch unread when it is pressed; after so many rounds the caller had better come again. */
const batchRoundsMax = 5;

/** The items of these keys, in no order; no key may be there twice. @throws ServiceUnavailable when some cannot be read. */
export async function readItems(
  client: DynamoDBClient,
  table: string,
  keys: readonly Item[],
): Promise<Item[]> {
  const batches = chunks(keys, batchKeysMax).map((batch) => readBatch(client, table, batch));
  return (await Promise.all(batches)).flat();
}

async function readBatch(client: DynamoDBClient, table: string, keys: Item[]): Promise<Item[]> {
  const found: Item[] = [];
  // An item that is behind its latest write would only be refused when it is written.
  let request: Record<string, KeysAndAttributes> = { [table]: { Keys: keys, ConsistentRead: true } };
  for (let round = 0; round < batchRoundsMax; round++) {
    const command = new BatchGetItemCommand({ RequestItems: request });
    const answer = await calling(`read records from ${table}`, () => client.send(command));
    found.push(...(answer.Responses?.[table] ?? []));
    request = answer.UnprocessedKeys ?? {};
    if (Object.keys(request).length === 0) return found;
  }
  throw new ServiceUnavailable(`${table} left keys unread ${batchRoundsMax} times`, {
    hint: 'DynamoDB is pressed: try again a little later.',
    retryable: true,
  });
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  const count = Math.ceil(items.length / size);
  return Array.from({ length: count }, (_, index) => items.slice(index * size, (index + 1) * size));
}
