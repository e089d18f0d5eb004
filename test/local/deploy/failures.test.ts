import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DeployProgress } from '../../../local/deploy/progress.js';
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
async function queues(): Promise<string[]> {
  const { QueueUrls } = await world.aws.call<{ QueueUrls?: string[] }>('sqs', 'ListQueues', {});
  return (QueueUrls ?? []).map((url) => url.split('/').at(-1) ?? '');
}

describe('a stack that fails', () => {
  const broken = { Type: 'AWS::Kinesis::Stream', Properties: { Name: 'bad name!', ShardCount: 1 } };

  it('leaves nothing of a first deployment', async () => {
    const events: DeployProgress[] = [];
    const deployed = world.deploy(
      stack({ Queue: queue({ QueueName: 'a' }), Bad: { ...broken, DependsOn: 'Queue' } }),
      {
        onProgress: (event) => events.push(event),
      },
    );
    await expect(deployed).rejects.toMatchObject({
      code: 'ResourceFailed',
      problems: [
        {
          stack: 'Shop',
          logicalId: 'Bad',
          type: 'AWS::Kinesis::Stream',
          reason: expect.stringMatching(/^CREATE_FAILED: /),
        },
      ],
    });
    expect(await queues()).toEqual([]);
    expect(world.state.stacks).toEqual({});
    expect(
      events.slice(-3).map(({ logicalId, action, status, reason }) => [logicalId, action, status, reason]),
    ).toEqual([
      ['Bad', 'create', 'failed', expect.stringContaining('CREATE_FAILED')],
      ['Queue', 'delete', 'started', 'rollback'],
      ['Queue', 'delete', 'done', 'rollback'],
    ]);
  });

  it('goes back to what it was, and earlier stacks stay', async () => {
    const visibility = async () => {
      const { QueueUrl } = await world.aws.call<{ QueueUrl: string }>('sqs', 'GetQueueUrl', {
        QueueName: 'a',
      });
      const input = { QueueUrl, AttributeNames: ['VisibilityTimeout'] };
      const { Attributes } = await world.aws.call<{ Attributes: Json }>('sqs', 'GetQueueAttributes', input);
      return Attributes['VisibilityTimeout'];
    };
    await world.deploy(
      stack({ Queue: queue({ QueueName: 'a', VisibilityTimeout: 40 }), Moved: queue({ QueueName: 'old' }) }),
    );
    const before = structuredClone(world.state.stacks['Shop']);
    const early = { Early: { template: { Resources: { First: queue({ QueueName: 'early' }) } } } };
    const changed = stack({
      Queue: queue({ QueueName: 'a', VisibilityTimeout: 50 }),
      Moved: queue({ QueueName: 'new' }),
      Added: queue({ QueueName: 'added' }),
      Bad: { ...broken, DependsOn: ['Queue', 'Moved', 'Added'] },
    });
    await expect(world.deploy({ ...early, ...changed })).rejects.toThrow('Shop.Bad');
    expect(await queues()).toEqual(['a', 'early', 'old']);
    expect(await visibility()).toBe('40');
    expect(world.state.stacks['Shop']).toEqual(before);
    // The same again, mended, works.
    const { Bad, ...mended } = (changed['Shop']?.template['Resources'] ?? {}) as Json;
    await world.deploy({ ...early, ...stack(mended) });
    expect(await queues()).toEqual(['a', 'added', 'early', 'new']);
    expect(await visibility()).toBe('50');
  });

  it('takes back a table that was made half, or is protected', async () => {
    const table = {
      Type: 'AWS::DynamoDB::Table',
      Properties: {
        TableName: 'half',
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        TimeToLiveSpecification: { AttributeName: '', Enabled: true },
      },
    };
    await expect(world.deploy(stack({ Table: table }))).rejects.toThrow('CREATE_FAILED');
    const { TimeToLiveSpecification, ...Properties } = table.Properties;
    const whole = { ...table, Properties: { ...Properties, DeletionProtectionEnabled: true } };
    const failing = world.deploy(stack({ Table: whole, Bad: { ...broken, DependsOn: 'Table' } }));
    await expect(failing).rejects.toMatchObject({ problems: [{ logicalId: 'Bad' }] });
    const { TableNames } = await world.aws.call('dynamodb', 'ListTables', {});
    expect(TableNames).toEqual([]);
  });

  it('names a code asset that the assembly does not have', async () => {
    await expect(world.deploy(stack({ Handler: fn('missing.zip'), Role: role }))).rejects.toThrow(
      "Shop.Handler (AWS::Lambda::Function): CREATE_FAILED: the assembly has no asset 'missing.zip' that is a folder",
    );
  });

  it('keeps a resource that cannot be removed and says why', async () => {
    const table = (DeletionProtectionEnabled: boolean) => ({
      Type: 'AWS::DynamoDB::Table',
      Properties: {
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        DeletionProtectionEnabled,
      },
    });
    await world.deploy(stack({ Table: table(true) }));
    const empty = { Other: { template: { Resources: { Queue: queue() } } } };
    await expect(world.deploy(empty, { destroyMissing: true })).rejects.toThrow(
      'DELETE_FAILED: Resource cannot be deleted',
    );
    expect(Object.keys(world.state.stacks['Shop']?.resources ?? {})).toEqual(['Table']);
    await world.deploy({ ...empty, ...stack({ Table: table(false) }) });
    await world.deploy(empty, { destroyMissing: true });
    expect(Object.keys(world.state.stacks)).toEqual(['Other']);
  });
});
