import { describe, expect, it } from 'vitest';
import { assembly } from './assembly.js';

const made = assembly();

/** test/infra/hardening.test.ts tries it. */
const overTlsOnly = expect.objectContaining({ PolicyDocument: expect.anything() });

describe('the data stack', () => {
  it('holds what it has always held, under the same logical ids: another id would delete what is behind it', () => {
    const resources = Object.entries(made().resources('Data')).map(([id, { Type }]) => `${id} ${Type}`);
    expect(resources.toSorted()).toEqual([
      'AssignmentsTable AWS::DynamoDB::Table',
      'ChangesStream AWS::Kinesis::Stream',
      'CursorsTable AWS::DynamoDB::Table',
      'DeadLettersPolicy05322138 AWS::SQS::QueuePolicy',
      'DeadLettersQueue AWS::SQS::Queue',
      'LoadStream AWS::Kinesis::Stream',
      'NodesTable AWS::DynamoDB::Table',
      'QueuesTable AWS::DynamoDB::Table',
      'RolloutsTable AWS::DynamoDB::Table',
    ]);
  });

  it('keeps everything when it is removed, and when a resource is replaced', () => {
    const kept = Object.entries(made().resources('Data')).filter(
      ([id]) => id !== 'DeadLettersPolicy05322138',
    );
    for (const [, resource] of kept) {
      expect(resource).toMatchObject({
        DeletionPolicy: 'RetainExceptOnCreate',
        UpdateReplacePolicy: 'Retain',
      });
    }
  });

  it('has a table of nodes by shard of cluster and node, which forgets by itself', () => {
    expect(made().resources('Data')['NodesTable']?.Properties).toEqual({
      TableName: 'veltrix-main-nodes',
      ResourcePolicy: overTlsOnly,
      KeySchema: [
        { AttributeName: 'cluster', KeyType: 'HASH' },
        { AttributeName: 'node', KeyType: 'RANGE' },
      ],
      AttributeDefinitions: [
        { AttributeName: 'cluster', AttributeType: 'S' },
        { AttributeName: 'node', AttributeType: 'S' },
      ],
      TimeToLiveSpecification: { AttributeName: 'expiresAtSeconds', Enabled: true },
      BillingMode: 'PAY_PER_REQUEST',
      SSESpecification: { SSEEnabled: true },
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      DeletionProtectionEnabled: true,
    });
  });

  it('has a table of cursors by address, which forgets nothing', () => {
    expect(made().resources('Data')['CursorsTable']?.Properties).toEqual({
      TableName: 'veltrix-main-cursors',
      ResourcePolicy: overTlsOnly,
      KeySchema: [{ AttributeName: 'address', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'address', AttributeType: 'S' }],
      BillingMode: 'PAY_PER_REQUEST',
      SSESpecification: { SSEEnabled: true },
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      DeletionProtectionEnabled: true,
    });
  });

  it('has a table of rollouts by cluster and deployment, which forgets by itself', () => {
    expect(made().resources('Data')['RolloutsTable']?.Properties).toEqual({
      TableName: 'veltrix-main-rollouts',
      ResourcePolicy: overTlsOnly,
      KeySchema: [
        { AttributeName: 'cluster', KeyType: 'HASH' },
        { AttributeName: 'deployment', KeyType: 'RANGE' },
      ],
      AttributeDefinitions: [
        { AttributeName: 'cluster', AttributeType: 'S' },
        { AttributeName: 'deployment', AttributeType: 'S' },
      ],
      TimeToLiveSpecification: { AttributeName: 'expiresAtSeconds', Enabled: true },
      BillingMode: 'PAY_PER_REQUEST',
      SSESpecification: { SSEEnabled: true },
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      DeletionProtectionEnabled: true,
    });
  });

  it('has a table of queues by cluster, which forgets nothing', () => {
    expect(made().resources('Data')['QueuesTable']?.Properties).toEqual({
      TableName: 'veltrix-main-queues',
      ResourcePolicy: overTlsOnly,
      KeySchema: [{ AttributeName: 'cluster', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'cluster', AttributeType: 'S' }],
      BillingMode: 'PAY_PER_REQUEST',
      SSESpecification: { SSEEnabled: true },
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      DeletionProtectionEnabled: true,
    });
  });

  it('has a table of assignments by cluster and part, which forgets nothing', () => {
    expect(made().resources('Data')['AssignmentsTable']?.Properties).toEqual({
      TableName: 'veltrix-main-assignments',
      ResourcePolicy: overTlsOnly,
      KeySchema: [
        { AttributeName: 'cluster', KeyType: 'HASH' },
        { AttributeName: 'part', KeyType: 'RANGE' },
      ],
      AttributeDefinitions: [
        { AttributeName: 'cluster', AttributeType: 'S' },
        { AttributeName: 'part', AttributeType: 'S' },
      ],
      BillingMode: 'PAY_PER_REQUEST',
      SSESpecification: { SSEEnabled: true },
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      DeletionProtectionEnabled: true,
    });
  });

  it.each([
    { id: 'ChangesStream', name: 'veltrix-main-changes', hours: 168 },
    { id: 'LoadStream', name: 'veltrix-main-load', hours: 24 },
  ])('has the stream $name of one shard, encrypted, kept for $hours hours', ({ id, name, hours }) => {
    expect(made().resources('Data')[id]?.Properties).toEqual({
      Name: name,
      ShardCount: 1,
      StreamModeDetails: { StreamMode: 'PROVISIONED' },
      RetentionPeriodHours: hours,
      StreamEncryption: { EncryptionType: 'KMS', KeyId: 'alias/aws/kinesis' },
    });
  });

  it('has a queue of dead letters, encrypted, kept for 14 days', () => {
    expect(made().resources('Data')['DeadLettersQueue']?.Properties).toEqual({
      QueueName: 'veltrix-main-dead-letters',
      MessageRetentionPeriod: 1_209_600,
      SqsManagedSseEnabled: true,
    });
  });

  it('lets nobody near the queue without TLS', () => {
    expect(made().resources('Data')['DeadLettersPolicy05322138']?.Properties).toMatchObject({
      PolicyDocument: {
        Statement: [
          {
            Effect: 'Deny',
            Action: 'sqs:*',
            Principal: { AWS: '*' },
            Condition: { Bool: { 'aws:SecureTransport': 'false' } },
          },
        ],
      },
    });
  });
});
