import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DeployError } from '../../../local/deploy/errors.js';
import type { Json } from '../../../local/kernel/aws.js';
import { type DeployWorld, stack, startDeployWorld } from './world.js';

let world: DeployWorld;
beforeAll(async () => {
  world = await startDeployWorld();
});
afterAll(() => world.close());

const queue = (Properties: Json = {}) => ({ Type: 'AWS::SQS::Queue', Properties });

async function refusal(Resources: Json, rest: Json = {}): Promise<DeployError> {
  const error: unknown = await world.deploy(stack(Resources, rest)).catch((reason: unknown) => reason);
  if (error instanceof DeployError) return error;
  throw new Error(`expected a DeployError, got ${String(error)}`);
}

describe('a template is refused, before anything is created, for', () => {
  it.each([
    [
      'an unknown type',
      { Bucket: { Type: 'AWS::S3::Bucket' } },
      'Shop.Bucket Type: the type AWS::S3::Bucket does not exist in this local AWS',
    ],
    [
      'an unknown property',
      { Queue: queue({ FifoQueue: true }) },
      'Shop.Queue (AWS::SQS::Queue) Properties.FifoQueue: this local AWS does not know it',
    ],
    [
      'an unknown property deep inside',
      {
        Rule: {
          Type: 'AWS::Events::Rule',
          Properties: {
            ScheduleExpression: 'rate(1 minute)',
            Targets: [{ Id: 'a', Arn: 'b', InputPath: '$' }],
          },
        },
      },
      'Shop.Rule (AWS::Events::Rule) Properties.Targets.0.InputPath: this local AWS does not know it',
    ],
    [
      'an alarm on nothing',
      {
        Alarm: {
          Type: 'AWS::CloudWatch::Alarm',
          Properties: { ComparisonOperator: 'GreaterThanThreshold', EvaluationPeriods: 1, Threshold: 0 },
        },
      },
      'Shop.Alarm (AWS::CloudWatch::Alarm) Properties: expected either MetricName or Metrics',
    ],
    [
      'a dashboard without widgets',
      { Board: { Type: 'AWS::CloudWatch::Dashboard', Properties: { DashboardBody: '{"charts":[]}' } } },
      'Shop.Board (AWS::CloudWatch::Dashboard) Properties.DashboardBody: expected JSON with widgets, each with a type',
    ],
    [
      'a value of the wrong kind',
      { Queue: queue({ DelaySeconds: 'soon' }) },
      'Shop.Queue (AWS::SQS::Queue) Properties.DelaySeconds: expected a number',
    ],
    [
      'a missing property',
      { Policy: { Type: 'AWS::IAM::Policy', Properties: { PolicyDocument: {}, Roles: ['r'] } } },
      'Shop.Policy (AWS::IAM::Policy) Properties.PolicyName: expected text',
    ],
    [
      'an unknown intrinsic',
      { Queue: queue({ QueueName: { 'Fn::Cidr': [] } }) },
      'Shop.Queue Properties.QueueName: the intrinsic Fn::Cidr does not exist in this local AWS',
    ],
    [
      'a Ref to nothing',
      { Queue: queue({ QueueName: { Ref: 'Nobody' } }) },
      'Shop.Queue Properties.QueueName.Ref: there is no parameter and no resource Nobody',
    ],
    [
      'an attribute that the type does not have',
      { Queue: queue(), Other: queue({ QueueName: { 'Fn::GetAtt': ['Queue', 'Colour'] } }) },
      'Shop.Other Properties.QueueName.Fn::GetAtt: AWS::SQS::Queue has no attribute Colour in this local AWS (it has: Arn, QueueName, QueueUrl)',
    ],
    [
      'a name inside Fn::Sub that means nothing',
      { Queue: queue({ QueueName: { 'Fn::Sub': `a-\${Nobody}` } }) },
      'Shop.Queue Properties.QueueName.Fn::Sub: there is no parameter and no resource Nobody',
    ],
    [
      'a dependency on nothing',
      { Queue: { ...queue(), DependsOn: 'Nobody' } },
      'Shop.Queue DependsOn: there is no parameter and no resource Nobody',
    ],
    [
      'an import that nobody exports',
      { Queue: queue({ QueueName: { 'Fn::ImportValue': 'elsewhere' } }) },
      "Shop.Queue Properties.QueueName.Fn::ImportValue: no stack exports 'elsewhere'",
    ],
    [
      'a snapshot policy',
      { Queue: { ...queue(), DeletionPolicy: 'Snapshot' } },
      'Shop.Queue DeletionPolicy: expected Delete, Retain or RetainExceptOnCreate: this local AWS makes no snapshots',
    ],
    [
      'an attribute of resources that is not understood',
      { Queue: { ...queue(), CreationPolicy: {} } },
      'Shop.Queue CreationPolicy: this local AWS does not know it',
    ],
    [
      'inline code',
      {
        Fn: {
          Type: 'AWS::Lambda::Function',
          Properties: { Code: { ZipFile: 'x' }, Runtime: 'nodejs20.x', Handler: 'a.b', Role: 'r' },
        },
      },
      'Properties.Code.S3Bucket: expected text',
    ],
  ])('%s', async (_, resources, message) => {
    world.calls.length = 0;
    const error = await refusal({ Good: queue(), ...resources });
    expect(error.code).toBe('TemplateRefused');
    expect(error.message).toContain(message);
    expect(world.calls).toEqual([]);
    expect(world.state.stacks).toEqual({});
  });

  it.each([
    ['a circle', {}, 'Circular dependency between resources: [A, B]'],
    ['rules', { Rules: { Mine: {} } }, 'Rules.Mine: this local AWS does not know it'],
    [
      'a transform',
      { Transform: 'AWS::Serverless-2016-10-31' },
      'Transform: this local AWS does not know it',
    ],
    [
      'a condition that is not understood',
      { Conditions: { C: { 'Fn::Contains': [] } } },
      'the intrinsic Fn::Contains does not exist in conditions',
    ],
    ['a condition that needs itself', { Conditions: { C: { Condition: 'C' } } }, 'condition C needs itself'],
    [
      'a parameter without value',
      { Parameters: { P: { Type: 'String' } } },
      'Shop Parameters.P: has no value and no default',
    ],
    [
      'a parameter to be looked up',
      { Parameters: { P: { Type: 'AWS::EC2::VPC::Id', Default: 'vpc' } } },
      "'AWS::EC2::VPC::Id' of 'vpc' cannot be looked up here",
    ],
  ])('%s', async (name, rest, message) => {
    const circle = {
      A: queue({ QueueName: { 'Fn::GetAtt': ['B', 'QueueName'] } }),
      B: queue({ QueueName: { 'Fn::Sub': `\${A.QueueName}` } }),
    };
    const error = await refusal(name === 'a circle' ? circle : { Queue: queue() }, rest);
    expect(error.message).toContain(message);
  });

  it('everything at once, in every stack', async () => {
    const broken = { template: { Resources: { X: { Type: 'AWS::X::Y' } } } };
    const error: unknown = await world
      .deploy({ One: broken, Two: broken })
      .catch((reason: unknown) => reason);
    expect((error as DeployError).problems.map((problem) => problem.stack)).toEqual(['One', 'Two']);
  });

  it('another account or region', async () => {
    const template = { Resources: { Queue: queue() } };
    await expect(
      world.deploy({ Far: { template, environment: 'aws://111111111111/eu-west-1' } }),
    ).rejects.toThrow(
      'Far: is bound to aws://111111111111/eu-west-1, this local AWS is aws://000000000000/us-east-1',
    );
  });

  it('a folder that holds no assembly', async () => {
    await expect(world.deployDirectory('/nowhere')).rejects.toMatchObject({
      code: 'AssemblyUnreadable',
      message: expect.stringContaining('/nowhere/manifest.json'),
    });
  });
});
