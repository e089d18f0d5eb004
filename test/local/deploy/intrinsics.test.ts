import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Json } from '../../../local/kernel/aws.js';
import { type DeployWorld, startDeployWorld } from './world.js';

let world: DeployWorld;
let stacks = 0;
beforeAll(async () => {
  world = await startDeployWorld();
});
afterAll(() => world.close());

const queueArn = 'arn:aws:sqs:us-east-1:000000000000:orders';
const head: Json = {
  Parameters: {
    Colour: { Type: 'String', Default: 'red' },
    Sizes: { Type: 'CommaDelimitedList', Default: 's, m,l' },
    Count: { Type: 'Number', Default: '3' },
    BootstrapVersion: {
      Type: 'AWS::SSM::Parameter::Value<String>',
      Default: '/cdk-bootstrap/hnb659fds/version',
    },
  },
  Rules: { CheckBootstrapVersion: { Assertions: [] } },
  Mappings: { Regions: { 'us-east-1': { Zone: 'near' } } },
  Conditions: {
    IsRed: { 'Fn::Equals': [{ Ref: 'Colour' }, 'red'] },
    IsBlue: { 'Fn::Not': [{ Condition: 'IsRed' }] },
    Either: { 'Fn::Or': [{ Condition: 'IsRed' }, { Condition: 'IsBlue' }] },
    Both: { 'Fn::And': [{ Condition: 'IsRed' }, { Condition: 'IsBlue' }] },
  },
};

/** Deploys a stack whose outputs are these values, beside one queue. */
async function evaluate(values: Json): Promise<Readonly<Record<string, string>>> {
  const name = `Stack${stacks++}`;
  const Queue = { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'orders' } };
  const Hidden = { ...Queue, Condition: 'IsBlue' };
  const Outputs = Object.fromEntries(Object.entries(values).map(([key, Value]) => [key, { Value }]));
  const template = { ...head, Resources: { Queue, Hidden }, Outputs };
  const result = await world.deploy({ [name]: { template } });
  return result.stacks[0]?.outputs ?? {};
}

describe('intrinsics', () => {
  it('mean what they mean in CloudFormation', async () => {
    const outputs = await evaluate({
      RefParameter: { Ref: 'Colour' },
      RefRegion: { Ref: 'AWS::Region' },
      RefAccount: { Ref: 'AWS::AccountId' },
      RefStack: { Ref: 'AWS::StackName' },
      GetAtt: { 'Fn::GetAtt': ['Queue', 'Arn'] },
      GetAttText: { 'Fn::GetAtt': 'Queue.Arn' },
      Sub: { 'Fn::Sub': `\${Colour}/\${Queue.Arn}/\${AWS::Partition}/\${!Literal}` },
      SubMap: { 'Fn::Sub': [`\${mine}-\${Colour}`, { mine: { Ref: 'Count' } }] },
      Join: { 'Fn::Join': ['-', ['a', { Ref: 'Colour' }, 7]] },
      JoinList: { 'Fn::Join': ['+', { Ref: 'Sizes' }] },
      Select: { 'Fn::Select': [1, { Ref: 'Sizes' }] },
      SplitUnknown: { 'Fn::Select': ['5', { 'Fn::Split': [':', { 'Fn::GetAtt': ['Queue', 'Arn'] }] }] },
      If: { 'Fn::If': ['IsRed', 'yes', { Ref: 'Hidden' }] },
      IfBoth: { 'Fn::If': ['Both', 'yes', 'no'] },
      IfEither: { 'Fn::If': ['Either', 'yes', 'no'] },
      FindInMap: { 'Fn::FindInMap': ['Regions', { Ref: 'AWS::Region' }, 'Zone'] },
      Zones: { 'Fn::Select': [0, { 'Fn::GetAZs': '' }] },
      Base64: { 'Fn::Base64': 'hello' },
      Bootstrap: { Ref: 'BootstrapVersion' },
    });
    expect(outputs).toEqual({
      RefParameter: 'red',
      RefRegion: 'us-east-1',
      RefAccount: '000000000000',
      RefStack: 'Stack0',
      GetAtt: queueArn,
      GetAttText: queueArn,
      Sub: `red/${queueArn}/aws/\${Literal}`,
      SubMap: '3-red',
      Join: 'a-red-7',
      JoinList: 's+m+l',
      Select: 'm',
      SplitUnknown: 'orders',
      If: 'yes',
      IfBoth: 'no',
      IfEither: 'yes',
      FindInMap: 'near',
      Zones: 'us-east-1a',
      Base64: 'aGVsbG8=',
      Bootstrap: '30',
    });
  });

  it('leave out a property that is AWS::NoValue, and an element of a list', async () => {
    const Properties = {
      RoleName: 'plain',
      Description: { Ref: 'AWS::NoValue' },
      AssumeRolePolicyDocument: { Statement: [{ 'Fn::If': ['IsBlue', 'x', { Ref: 'AWS::NoValue' }] }, 'y'] },
    };
    const template = { ...head, Resources: { Role: { Type: 'AWS::IAM::Role', Properties } } };
    await world.deploy({ Roles: { template } });
    expect(world.state.stacks['Roles']?.resources['Role']?.properties).toEqual({
      RoleName: 'plain',
      AssumeRolePolicyDocument: { Statement: ['y'] },
    });
  });

  it('carry values from one stack to another', async () => {
    const producer = {
      template: {
        Resources: { Made: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'shared' } } },
        Outputs: { Arn: { Value: { 'Fn::GetAtt': ['Made', 'Arn'] }, Export: { Name: 'shared-arn' } } },
      },
    };
    const consumer = {
      template: {
        Resources: { Any: { Type: 'AWS::SQS::Queue' } },
        Outputs: { Seen: { Value: { 'Fn::ImportValue': 'shared-arn' } } },
      },
      dependencies: ['Producer'],
    };
    const result = await world.deploy({ Consumer: consumer, Producer: producer });
    expect(result.stacks.map((one) => one.name)).toEqual(['Producer', 'Consumer']);
    expect(result.stacks[1]?.outputs).toEqual({ Seen: 'arn:aws:sqs:us-east-1:000000000000:shared' });
    const renamed = structuredClone(producer);
    renamed.template.Resources.Made.Properties.QueueName = 'other';
    await expect(world.deploy({ Consumer: consumer, Producer: renamed })).rejects.toThrow(
      'Export shared-arn cannot be updated as it is in use by Consumer',
    );
    const { QueueUrls } = await world.aws.call<{ QueueUrls: string[] }>('sqs', 'ListQueues', {
      QueueNamePrefix: 'other',
    });
    expect(QueueUrls ?? []).toEqual([]);
  });
});
