/** What recording reports cannot do without: to read and write records, to take turns and ask for a run, to send dead letters. */

import {
  BatchGetItemCommand,
  DynamoDBClient,
  PutItemCommand,
  paginateQuery,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetQueueUrlCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';

export const kept = [
  new DynamoDBClient(),
  BatchGetItemCommand,
  PutItemCommand,
  paginateQuery,
  UpdateItemCommand,
  new LambdaClient(),
  InvokeCommand,
  new SQSClient(),
  GetQueueUrlCommand,
  SendMessageCommand,
];

export const handler = async (): Promise<void> => undefined;
