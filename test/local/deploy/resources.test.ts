import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resourceHandlers } from '../../../local/deploy/resources/registry.js';
import type { Json } from '../../../local/kernel/aws.js';
import { assets, everything } from './everything.js';
import { type DeployWorld, stack, startDeployWorld } from './world.js';

let world: DeployWorld;
beforeAll(async () => {
  world = await startDeployWorld();
});
afterAll(() => world.close());

const physical = (logicalId: string) => world.state.stacks['Shop']?.resources[logicalId]?.physicalId ?? '';
const attributes = (logicalId: string) => world.state.stacks['Shop']?.resources[logicalId]?.attributes;
const read = (service: Parameters<DeployWorld['aws']['call']>[0], operation: string, input: Json) =>
  world.aws.call(service, operation, input);

describe('every type of resource', () => {
  it('is in this test', () => {
    const used = Object.values(everything(1)).map((one) => (one as { Type: string }).Type);
    expect([...new Set(used)].sort()).toEqual([...resourceHandlers.keys()].sort());
  });

  it('is created', async () => {
    const result = await world.deploy(stack(everything(1)), { assets });
    expect(result.stacks[0]).toMatchObject({ outcome: 'created', retained: [] });
    expect(attributes('Stream')).toEqual({ Arn: 'arn:aws:kinesis:us-east-1:000000000000:stream/stream' });
    expect(attributes('Global')).toMatchObject({
      Arn: 'arn:aws:dynamodb:us-east-1:000000000000:table/global',
    });
    expect(attributes('LogGroup')).toEqual({ Arn: 'arn:aws:logs:us-east-1:000000000000:log-group:logs:*' });
    expect(attributes('Version')).toEqual({
      FunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:handler:1',
      Version: '1',
    });
    expect(physical('Hosted')).toBe('1');
    expect(physical('Application')).toMatch(/^[a-z0-9]{4,7}$/);
    expect(attributes('Environment')).toEqual({ EnvironmentId: physical('Environment') });
    expect(await read('dynamodb', 'DescribeTimeToLive', { TableName: 'plain' })).toMatchObject({
      TimeToLiveDescription: { AttributeName: 'ttl1', TimeToLiveStatus: 'ENABLED' },
    });
    expect(await read('lambda', 'GetFunctionConfiguration', { FunctionName: 'handler' })).toMatchObject({
      Timeout: 5,
      Environment: { Variables: { OWN: 'b' } },
      KMSKeyArn: attributes('Key')?.['Arn'],
      LoggingConfig: { LogGroup: 'logs' },
    });
    expect(await read('lambda', 'GetEventSourceMapping', { UUID: physical('Mapping') })).toMatchObject({
      BatchSize: 10,
      StartingPosition: 'LATEST',
      FilterCriteria: { Filters: [{ Pattern: '{"data":{"v":[1]}}' }] },
    });
    expect(await read('iam', 'ListRolePolicies', { RoleName: physical('Role') })).toMatchObject({
      PolicyNames: ['inline1', 'p1'],
    });
    const reaction = await read('events', 'DescribeRule', { Name: physical('Reaction') });
    expect(JSON.parse(String(reaction['EventPattern']))).toMatchObject({
      detail: { Environment: { Id: [physical('Environment')] }, ConfigurationVersion: [{ exists: true }] },
    });
    expect(physical('Topic')).toBe('arn:aws:sns:us-east-1:000000000000:alarms');
    expect(attributes('Alarm')).toEqual({
      Arn: 'arn:aws:cloudwatch:us-east-1:000000000000:alarm:hurts',
    });
  });

  it('is changed in place, or replaced where CloudFormation replaces it', async () => {
    const before = Object.fromEntries(Object.keys(everything(1)).map((id) => [id, physical(id)]));
    // Lets the first deployment of the profile end: one is allowed at a time in an environment.
    await world.clock.advance(60_000);
    const result = await world.deploy(stack(everything(2)), { assets });
    const replaced = Object.keys(everything(2)).filter((id) => physical(id) !== before[id]);
    expect(replaced).toEqual(['Hosted']);
    expect(result.stacks[0]?.retained).toEqual([]);
    expect(await read('dynamodb', 'DescribeTimeToLive', { TableName: 'plain' })).toMatchObject({
      TimeToLiveDescription: { AttributeName: 'ttl2', TimeToLiveStatus: 'ENABLED' },
    });
    expect(await read('kinesis', 'DescribeStreamSummary', { StreamName: 'stream' })).toMatchObject({
      StreamDescriptionSummary: {
        RetentionPeriodHours: 48,
        EncryptionType: 'NONE',
        StreamModeDetails: { StreamMode: 'ON_DEMAND' },
      },
    });
    const configuration = await read('lambda', 'GetFunctionConfiguration', { FunctionName: 'handler' });
    expect(configuration).toMatchObject({ Timeout: 6, Environment: { Variables: {} } });
    expect(configuration).not.toHaveProperty('DeadLetterConfig');
    expect(configuration).not.toHaveProperty('KMSKeyArn');
    expect(await read('lambda', 'GetEventSourceMapping', { UUID: physical('Mapping') })).toMatchObject({
      BatchSize: 100,
      FilterCriteria: { Filters: [{ Pattern: '{"data":{"v":[2]}}' }] },
    });
    expect(await read('lambda', 'GetFunctionEventInvokeConfig', { FunctionName: 'handler' })).toMatchObject({
      MaximumRetryAttempts: 1,
    });
    expect(await read('events', 'DescribeRule', { Name: 'rule' })).toMatchObject({
      ScheduleExpression: 'rate(3 minutes)',
    });
    expect(await read('events', 'ListTargetsByRule', { Rule: 'rule' })).toMatchObject({
      Targets: [{ Id: 't2' }],
    });
    expect(await read('iam', 'ListRolePolicies', { RoleName: physical('Role') })).toMatchObject({
      PolicyNames: ['inline2', 'p2'],
    });
    expect(
      await read('sqs', 'GetQueueAttributes', { QueueUrl: physical('Queue'), AttributeNames: ['All'] }),
    ).toMatchObject({
      Attributes: { VisibilityTimeout: '30' },
    });
    expect(
      await read('appconfig', 'GetApplication', { ApplicationId: physical('Application') }),
    ).toMatchObject({ Name: 'shop2' });
    const ExtensionAssociationId = physical('Association');
    expect(await read('appconfig', 'GetExtensionAssociation', { ExtensionAssociationId })).toMatchObject({
      Parameters: { where: 'v2' },
    });
  });

  it('is removed, and nothing is left behind', async () => {
    await world.clock.advance(60 * 60_000);
    const result = await world.deploy(stack({ Only: { Type: 'AWS::CDK::Metadata' } }));
    expect(result.stacks[0]?.retained).toEqual([]);
    const left = await Promise.all([
      read('dynamodb', 'ListTables', {}),
      read('kinesis', 'ListStreams', {}),
      read('lambda', 'ListFunctions', {}),
      read('lambda', 'ListEventSourceMappings', {}),
      read('events', 'ListRules', {}),
      read('logs', 'DescribeLogGroups', { logGroupNamePrefix: 'logs' }),
      read('appconfig', 'ListApplications', {}),
      read('appconfig', 'ListExtensions', {}),
    ]);
    expect(left).toMatchObject([
      { TableNames: [] },
      { StreamNames: [] },
      { Functions: [] },
      { EventSourceMappings: [] },
      { Rules: [] },
      { logGroups: [] },
      { Items: [] },
      {},
    ]);
  });
});
