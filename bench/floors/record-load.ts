/** What recording reports cannot do without: to read and write records, to send dead letters. */

import { BatchGetItemCommand, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { GetQueueUrlCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';

export const kept = [
  new DynamoDBClient(),
  BatchGetItemCommand,
  PutItemCommand,
  new SQSClient(),
  GetQueueUrlCommand,
  SendMessageCommand,
];

export const handler = async (): Promise<void> => undefined;
