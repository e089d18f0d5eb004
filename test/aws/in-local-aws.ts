/** A local AWS for the tests of one file, and clients that find it as they find AWS. */

import { AppConfig } from '@aws-sdk/client-appconfig';
import { type CreateTableCommandInput, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KinesisClient } from '@aws-sdk/client-kinesis';
import { SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll } from 'vitest';
import { type LocalAws, startLocalAws } from '../../local/index.js';

export interface InLocalAws {
  readonly call: LocalAws['call'];
  readonly appConfig: AppConfig;
  readonly dynamodb: DynamoDBClient;
  readonly kinesis: KinesisClient;
  readonly sqs: SQSClient;
  /** Creates a table of string keys under a name of its own. */
  table(partitionKey: string, sortKey?: string): Promise<string>;
  /** A name that no other test has. */
  name(): string;
}

/** Starts before the tests of the file and ends after them. Call it once, in the file's body. */
export function inLocalAws(): () => InLocalAws {
  let local: LocalAws;
  let world: InLocalAws;
  beforeAll(async () => {
    local = await startLocalAws({ port: 0 });
    world = worldOf(local);
  });
  afterAll(async () => {
    world.appConfig.destroy();
    world.dynamodb.destroy();
    world.kinesis.destroy();
    world.sqs.destroy();
    await local.close();
  });
  return () => world;
}

function worldOf(local: LocalAws): InLocalAws {
  const settings = {
    endpoint: local.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  };
  let names = 0;
  const name = () => `test-${++names}`;
  return {
    call: local.call,
    appConfig: new AppConfig(settings),
    dynamodb: new DynamoDBClient(settings),
    kinesis: new KinesisClient(settings),
    sqs: new SQSClient(settings),
    name,
    async table(partitionKey, sortKey) {
      const TableName = name();
      await local.call('dynamodb', 'CreateTable', tableInput(TableName, partitionKey, sortKey));
      return TableName;
    },
  };
}

function tableInput(TableName: string, partition: string, sort: string | undefined) {
  const keys = sort === undefined ? [partition] : [partition, sort];
  return {
    TableName,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: keys.map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
    KeySchema: keys.map((AttributeName, index) => ({
      AttributeName,
      KeyType: index === 0 ? 'HASH' : 'RANGE',
    })),
  } satisfies CreateTableCommandInput;
}
