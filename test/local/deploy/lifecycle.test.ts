import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DeployProgress } from '../../../local/deploy/progress.js';
import { parseDeployState } from '../../../local/deploy/state.js';
import type { Json } from '../../../local/kernel/aws.js';
import { type DeployWorld, stack, startDeployWorld } from './world.js';

let world: DeployWorld;
beforeEach(async () => {
  world = await startDeployWorld();
});
afterEach(() => world.close());

const queue = (Properties: Json = {}, rest: Json = {}) => ({ Type: 'AWS::SQS::Queue', Properties, ...rest });
const role = {
  Type: 'AWS::IAM::Role',
  Properties: { AssumeRolePolicyDocument: { Version: '2012-10-17', Statement: [] } },
};
const fn = (S3Key: string, more: Json = {}) => ({
  Type: 'AWS::Lambda::Function',
  Properties: {
    Code: { S3Bucket: { 'Fn::Sub': `assets-\${AWS::AccountId}` }, S3Key },
    Runtime: 'nodejs20.x',
    Handler: 'index.handler',
    Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
    ...more,
  },
});
const returning = (value: unknown) => `export const handler = async () => (${JSON.stringify(value)});`;

const physical = (logicalId: string, name = 'Shop') =>
  world.state.stacks[name]?.resources[logicalId]?.physicalId ?? 'none';

async function queues(): Promise<string[]> {
  const { QueueUrls } = await world.aws.call<{ QueueUrls?: string[] }>('sqs', 'ListQueues', {});
  return (QueueUrls ?? []).map((url) => url.split('/').at(-1) ?? '');
}

async function invoke(FunctionName: string): Promise<unknown> {
  const output = await world.aws.call<{ Payload: Uint8Array }>('lambda', 'Invoke', { FunctionName });
  return JSON.parse(Buffer.from(output.Payload).toString());
}

describe('a stack', () => {
  it('is made in order of need and told step by step', async () => {
    const events: DeployProgress[] = [];
    const resources = { Handler: fn('code.zip', { Timeout: 7 }), Role: role };
    const result = await world.deploy(stack(resources), {
      assets: { 'code.zip': returning('made') },
      onProgress: (event) => events.push(event),
    });
    expect(result.stacks).toMatchObject([{ name: 'Shop', outcome: 'created', retained: [] }]);
    expect(world.calls).toEqual([
      'iam:CreateRole',
      'lambda:CreateFunction',
      'lambda:DeleteFunctionConcurrency',
    ]);
    expect(
      events.map(({ logicalId, action, status, done, total }) => [logicalId, action, status, done, total]),
    ).toEqual([
      ['Role', 'create', 'started', 0, 2],
      ['Role', 'create', 'done', 0, 2],
      ['Handler', 'create', 'started', 1, 2],
      ['Handler', 'create', 'done', 1, 2],
    ]);
    expect(physical('Handler')).toMatch(/^Shop-Handler-[0-9A-F]{12}$/);
    expect(await invoke(physical('Handler'))).toBe('made');
  });

  it('is left alone when nothing changed', async () => {
    const resources = { Queue: queue(), Role: role };
    await world.deploy(stack(resources));
    world.calls.length = 0;
    const again = await world.deploy(stack(resources));
    expect(again.stacks).toMatchObject([{ outcome: 'unchanged' }]);
    // A change of the template that changes no resource.
    const described = await world.deploy(stack(resources, { Description: 'other words' }));
    expect(described.stacks).toMatchObject([{ outcome: 'unchanged' }]);
    expect(world.calls).toEqual([]);
  });

  it('is changed in place where that is possible', async () => {
    await world.deploy(stack({ Handler: fn('one.zip'), Role: role }), {
      assets: { 'one.zip': returning(1) },
    });
    const name = physical('Handler');
    expect(await invoke(name)).toBe(1);
    world.calls.length = 0;
    const changed = fn('two.zip', { Timeout: 20, ReservedConcurrentExecutions: 3 });
    const result = await world.deploy(stack({ Handler: changed, Role: role }), {
      assets: { 'two.zip': returning(2) },
    });
    expect(result.stacks).toMatchObject([{ outcome: 'updated' }]);
    expect(world.calls).toEqual([
      'lambda:UpdateFunctionCode',
      'lambda:UpdateFunctionConfiguration',
      'lambda:PutFunctionConcurrency',
    ]);
    expect(physical('Handler')).toBe(name);
    expect(await invoke(name)).toBe(2);
  });

  it('gets a new resource, and then loses the old one, where it cannot be changed', async () => {
    await world.deploy(stack({ Queue: queue({ QueueName: 'first' }) }));
    world.calls.length = 0;
    await world.deploy(stack({ Queue: queue({ QueueName: 'second' }) }));
    expect(world.calls).toEqual(['sqs:CreateQueue', 'sqs:DeleteQueue']);
    expect(await queues()).toEqual(['second']);
  });

  it('keeps the replaced resource when UpdateReplacePolicy says so', async () => {
    await world.deploy(stack({ Queue: queue({ QueueName: 'first' }) }));
    const kept = queue({ QueueName: 'second' }, { UpdateReplacePolicy: 'Retain' });
    const result = await world.deploy(stack({ Queue: kept }));
    expect(await queues()).toEqual(['first', 'second']);
    expect(result.stacks[0]?.retained).toEqual([
      {
        logicalId: 'Queue',
        type: 'AWS::SQS::Queue',
        physicalId: expect.stringMatching(/\/first$/),
        reason: 'DeletionPolicy Retain',
      },
    ]);
  });

  it('refuses to replace a resource that keeps its own name', async () => {
    const key = (AttributeName: string) => ({
      Type: 'AWS::DynamoDB::Table',
      Properties: {
        TableName: 'orders',
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName, AttributeType: 'S' }],
        KeySchema: [{ AttributeName, KeyType: 'HASH' }],
      },
    });
    await world.deploy(stack({ Table: key('id') }));
    await expect(world.deploy(stack({ Table: key('other') }))).rejects.toThrow(
      'Shop.Table (AWS::DynamoDB::Table): UPDATE_FAILED: CloudFormation cannot update a stack when a custom-named resource requires replacing. Rename orders',
    );
    const { Table } = await world.aws.call<{ Table: { KeySchema: Json[] } }>('dynamodb', 'DescribeTable', {
      TableName: 'orders',
    });
    expect(Table.KeySchema).toEqual([{ AttributeName: 'id', KeyType: 'HASH' }]);
  });

  it('loses what left the template, users before what they use, and keeps what is to be retained', async () => {
    await world.deploy(
      stack({
        Handler: fn('code.zip'),
        Role: role,
        Keep: queue({ QueueName: 'keep' }, { DeletionPolicy: 'Retain' }),
        Stay: queue({ QueueName: 'stay' }),
      }),
      { assets: { 'code.zip': returning(1) } },
    );
    world.calls.length = 0;
    const result = await world.deploy(stack({ Stay: queue({ QueueName: 'stay' }) }));
    expect(world.calls).toEqual(['lambda:DeleteFunction', 'iam:DeleteRole']);
    expect(result.stacks[0]?.retained.map((one) => one.logicalId)).toEqual(['Keep']);
    expect(await queues()).toEqual(['keep', 'stay']);
    expect(Object.keys(world.state.stacks['Shop']?.resources ?? {})).toEqual(['Stay']);
  });

  it('makes only what its conditions allow', async () => {
    const template = (flag: string) =>
      stack(
        { On: queue({ QueueName: 'on' }, { Condition: 'On' }), Always: queue({ QueueName: 'always' }) },
        { Conditions: { On: { 'Fn::Equals': [flag, 'yes'] } } },
      );
    await world.deploy(template('no'));
    expect(await queues()).toEqual(['always']);
    await world.deploy(template('yes'));
    expect(await queues()).toEqual(['always', 'on']);
    await world.deploy(template('no'));
    expect(await queues()).toEqual(['always']);
  });

  it('goes only when the caller says so', async () => {
    await world.deploy({ Old: { template: { Resources: { Queue: queue({ QueueName: 'old' }) } } } });
    await world.deploy(stack({ Queue: queue({ QueueName: 'young' }) }));
    expect(await queues()).toEqual(['old', 'young']);
    const result = await world.deploy(stack({ Queue: queue({ QueueName: 'young' }) }), {
      destroyMissing: true,
    });
    expect(result.stacks.map(({ name, outcome }) => [name, outcome])).toEqual([
      ['Shop', 'unchanged'],
      ['Old', 'deleted'],
    ]);
    expect(await queues()).toEqual(['young']);
  });

  it('is known again from kept state', async () => {
    const resources = { Queue: queue(), Role: role };
    await world.deploy(stack(resources));
    const kept = parseDeployState(JSON.parse(JSON.stringify(world.state)));
    expect(kept).toEqual(world.state);
  });
});
