import {
  ConditionalCheckFailedException,
  CreateTableCommand,
  DeleteItemCommand,
  DeleteTableCommand,
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  GetItemCommand,
  ListTablesCommand,
  ListTagsOfResourceCommand,
  PutItemCommand,
  QueryCommand,
  TransactWriteItemsCommand,
  UpdateContinuousBackupsCommand,
  UpdateItemCommand,
  UpdateTableCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LocalAws } from '../../../local/index.js';
import { clientSettings, startForTest } from '../gateway/clients.js';

let local: LocalAws;
let client: DynamoDBClient;

const byKey = {
  KeySchema: [{ AttributeName: 'k', KeyType: 'HASH' }],
  AttributeDefinitions: [{ AttributeName: 'k', AttributeType: 'S' }],
  BillingMode: 'PAY_PER_REQUEST',
} as const;

function createTable(TableName: string, about: object = {}) {
  return client.send(new CreateTableCommand({ TableName, ...structuredClone(byKey), ...about } as never));
}

beforeAll(async () => {
  local = await startForTest();
  client = new DynamoDBClient(clientSettings(local.endpoint));
  await createTable('items');
});

afterAll(async () => {
  client.destroy();
  await local.close();
});

describe('tables', () => {
  it('are ACTIVE when CreateTable answers, over the wire and in process', async () => {
    expect((await createTable('active')).TableDescription?.TableStatus).toBe('ACTIVE');
    await local.call('dynamodb', 'CreateTable', { TableName: 'in-process', ...structuredClone(byKey) });
    const { Table } = await client.send(new DescribeTableCommand({ TableName: 'in-process' }));
    expect(Table).toMatchObject({
      TableStatus: 'ACTIVE',
      TableArn: 'arn:aws:dynamodb:us-east-1:000000000000:table/in-process',
    });
    expect(Table?.CreationDateTime).toBeInstanceOf(Date);
  });

  it('show the settings that have no effect here', async () => {
    await createTable('settings', {
      SSESpecification: { Enabled: true },
      OnDemandThroughput: { MaxReadRequestUnits: 10 },
      TableClass: 'STANDARD_INFREQUENT_ACCESS',
      Tags: [{ Key: 'team', Value: 'hunt' }],
    });
    const { Table } = await client.send(new DescribeTableCommand({ TableName: 'settings' }));
    expect(Table).toMatchObject({
      SSEDescription: { Status: 'ENABLED', SSEType: 'KMS' },
      OnDemandThroughput: { MaxReadRequestUnits: 10 },
      TableClassSummary: { TableClass: 'STANDARD_INFREQUENT_ACCESS' },
      DeletionProtectionEnabled: false,
    });
    const { Tags } = await client.send(new ListTagsOfResourceCommand({ ResourceArn: Table?.TableArn }));
    expect(Tags).toEqual([{ Key: 'team', Value: 'hunt' }]);
  });

  it('are not deleted while they are protected', async () => {
    await createTable('protected', { DeletionProtectionEnabled: true });
    const remove = () => client.send(new DeleteTableCommand({ TableName: 'protected' }));
    await expect(remove()).rejects.toThrow('currently protected against deletion');
    await client.send(new UpdateTableCommand({ TableName: 'protected', DeletionProtectionEnabled: false }));
    await remove();
    const { TableNames } = await client.send(new ListTablesCommand({}));
    expect(TableNames).not.toContain('protected');
  });

  it.each([
    [
      'a stream',
      { StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' } },
      'StreamSpecification',
    ],
    ['what nobody knows', { ResourcePolicy: '{}' }, 'ResourcePolicy'],
  ])('with %s are refused, not created without it', async (_about, members, named) => {
    await expect(createTable('refused', members)).rejects.toThrow(named);
    await expect(client.send(new DescribeTableCommand({ TableName: 'refused' }))).rejects.toThrow(
      'not found',
    );
  });

  it('refuse an index added later, which dynalite would ignore', async () => {
    const index = {
      IndexName: 'index',
      KeySchema: [{ AttributeName: 'k', KeyType: 'HASH' as const }],
      Projection: { ProjectionType: 'ALL' as const },
    };
    const GlobalSecondaryIndexUpdates = [{ Create: index }];
    const update = new UpdateTableCommand({ TableName: 'items', GlobalSecondaryIndexUpdates });
    await expect(client.send(update)).rejects.toThrow('global secondary index');
  });

  it('take an update that names the billing mode they have', async () => {
    const same = { TableName: 'items', BillingMode: 'PAY_PER_REQUEST', TableClass: 'STANDARD' } as const;
    const { TableDescription } = await client.send(new UpdateTableCommand(same));
    expect(TableDescription).toMatchObject({
      TableStatus: 'ACTIVE',
      TableClassSummary: { TableClass: 'STANDARD' },
    });
  });

  it('record backups', async () => {
    const PointInTimeRecoverySpecification = { PointInTimeRecoveryEnabled: true };
    const TableName = 'items';
    const describeBackups = async () =>
      (await client.send(new DescribeContinuousBackupsCommand({ TableName }))).ContinuousBackupsDescription
        ?.PointInTimeRecoveryDescription;
    expect(await describeBackups()).toEqual({ PointInTimeRecoveryStatus: 'DISABLED' });
    await client.send(new UpdateContinuousBackupsCommand({ TableName, PointInTimeRecoverySpecification }));
    expect(await describeBackups()).toEqual({
      PointInTimeRecoveryStatus: 'ENABLED',
      RecoveryPeriodInDays: 35,
    });
  });
});

describe('items', () => {
  it('keep bytes, over the wire and in process', async () => {
    const Item = { k: { S: 'bytes' }, one: { B: new Uint8Array([1, 2]) }, B: { BS: [new Uint8Array([3])] } };
    await client.send(new PutItemCommand({ TableName: 'items', Item }));
    const Key = { k: { S: 'bytes' } };
    expect((await client.send(new GetItemCommand({ TableName: 'items', Key }))).Item).toEqual(Item);
    const { Item: inProcess } = await local.call('dynamodb', 'GetItem', { TableName: 'items', Key });
    expect(inProcess).toEqual({ k: { S: 'bytes' }, one: { B: Buffer.of(1, 2) }, B: { BS: [Buffer.of(3)] } });
  });

  it('are written by one of many racing creators', async () => {
    const put = (by: number) =>
      client.send(
        new PutItemCommand({
          TableName: 'items',
          Item: { k: { S: 'race' }, by: { N: String(by) } },
          ConditionExpression: 'attribute_not_exists(k)',
        }),
      );
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, (_, by) => put(by)));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('refuse an operation that is missing here, by name', async () => {
    const TransactItems = [{ Delete: { TableName: 'items', Key: { k: { S: 'x' } } } }];
    await expect(client.send(new TransactWriteItemsCommand({ TransactItems }))).rejects.toMatchObject({
      name: 'UnknownOperationException',
      message: expect.stringContaining('dynamodb:TransactWriteItems'),
    });
  });

  it('refuse members that dynalite would drop', async () => {
    const query = { TableName: 'items', KeyConditionExpression: 'k = :k' };
    const input = { ...query, ExpressionAttributeValues: { ':k': { S: 'x' } }, Surprise: true };
    await expect(local.call('dynamodb', 'Query', input)).rejects.toThrow('Surprise of dynamodb:Query');
    await client.send(new QueryCommand({ ...query, ExpressionAttributeValues: { ':k': { S: 'x' } } }));
  });
});

describe('a failed condition', () => {
  const Item = { k: { S: 'held' }, version: { N: '3' } };
  const condition = {
    ConditionExpression: 'version = :expected',
    ExpressionAttributeValues: { ':expected': { N: '2' } },
  };
  const key = { TableName: 'items', Key: { k: { S: 'held' } } };
  const writes = {
    PutItem: (about: object) => client.send(new PutItemCommand({ TableName: 'items', Item, ...about })),
    DeleteItem: (about: object) => client.send(new DeleteItemCommand({ ...key, ...about })),
    UpdateItem: (about: object) =>
      client.send(new UpdateItemCommand({ ...key, UpdateExpression: 'SET seen = :expected', ...about })),
  };

  beforeAll(async () => {
    await client.send(new PutItemCommand({ TableName: 'items', Item }));
  });

  it.each(['PutItem', 'UpdateItem', 'DeleteItem'] as const)(
    'of %s gives the item when asked',
    async (name) => {
      const error = await writes[name]({
        ...condition,
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      }).catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(ConditionalCheckFailedException);
      expect((error as ConditionalCheckFailedException).Item).toEqual(Item);
    },
  );

  it('gives no item unless asked', async () => {
    const error = await writes.PutItem(condition).catch((caught: unknown) => caught);
    expect((error as ConditionalCheckFailedException).Item).toBeUndefined();
  });

  it('gives no item when there is none', async () => {
    const asked = {
      ConditionExpression: 'attribute_exists(k)',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    };
    const put = new PutItemCommand({ TableName: 'items', Item: { k: { S: 'absent' } }, ...asked } as never);
    const error = await client.send(put).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(ConditionalCheckFailedException);
    expect((error as ConditionalCheckFailedException).Item).toBeUndefined();
  });
});

describe('TTL', () => {
  const on = (AttributeName: string, Enabled = true) =>
    client.send(
      new UpdateTimeToLiveCommand({
        TableName: 'items',
        TimeToLiveSpecification: { AttributeName, Enabled },
      }),
    );

  it('is turned on and off, and says so', async () => {
    const described = async () =>
      (await client.send(new DescribeTimeToLiveCommand({ TableName: 'items' }))).TimeToLiveDescription;
    expect(await described()).toEqual({ TimeToLiveStatus: 'DISABLED' });
    await on('expires');
    expect(await described()).toEqual({ TimeToLiveStatus: 'ENABLED', AttributeName: 'expires' });
    await expect(on('expires')).rejects.toThrow('already enabled');
    await expect(on('other')).rejects.toThrow('different AttributeName: current AttributeName is expires');
    await on('expires', false);
    expect(await described()).toEqual({ TimeToLiveStatus: 'DISABLED' });
    await expect(on('expires', false)).rejects.toThrow('already disabled');
  });
});
