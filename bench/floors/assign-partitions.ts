/** What sharing out work cannot do without: to read records and what is in force, to write what follows, to sweep what is old. */

import {
  DeleteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  paginateQuery,
} from '@aws-sdk/client-dynamodb';

export const kept = [new DynamoDBClient(), DeleteItemCommand, GetItemCommand, PutItemCommand, paginateQuery];

export const handler = async (): Promise<void> => undefined;
