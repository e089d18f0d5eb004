import { describe, expect, it } from 'vitest';
import type { StageRow } from '../../../core/stages.js';
import { text } from '../assembly.js';
import { functionNames, type Synthesized, stageOf, synthesizer } from './synthesized.js';

const synthesized = synthesizer();

const only = (about: Partial<StageRow>) => synthesized([stageOf(about)]);

/** What each thing at rest is encrypted with. */
function encryptions({ ofType }: Synthesized) {
  const from = (stack: string, type: string, property: string) => [
    ...new Set(
      ofType(`Veltrix-main-${stack}`, type).map(({ Properties }) => JSON.stringify(Properties[property])),
    ),
  ];
  return {
    tables: from('Data', 'AWS::DynamoDB::Table', 'SSESpecification'),
    streams: from('Data', 'AWS::Kinesis::Stream', 'StreamEncryption'),
    queue: from('Data', 'AWS::SQS::Queue', 'KmsMasterKeyId'),
    queueOwned: from('Data', 'AWS::SQS::Queue', 'SqsManagedSseEnabled'),
    logs: [
      ...from('Delivery', 'AWS::Logs::LogGroup', 'KmsKeyId'),
      ...from('Fleet', 'AWS::Logs::LogGroup', 'KmsKeyId'),
    ],
    variables: [
      ...from('Delivery', 'AWS::Lambda::Function', 'KmsKeyArn'),
      ...from('Fleet', 'AWS::Lambda::Function', 'KmsKeyArn'),
    ],
  };
}

/** Statements of functions' policies about keys. */
const keyStatements = ({ ofType }: Synthesized) =>
  ['Delivery', 'Fleet']
    .flatMap((part) => ofType(`Veltrix-main-${part}`, 'AWS::IAM::Policy'))
    .map(({ Properties }) =>
      (
        Properties['PolicyDocument'] as { Statement: { Action: string | string[]; Resource: unknown }[] }
      ).Statement.filter(({ Action }) => JSON.stringify(Action).includes('kms:')),
    );

describe('the key of a stage', () => {
  it('is AWS’s own: one that costs nothing for tables, where the stage says so', () => {
    const awsOwned = only({ key: 'aws-owned' });
    expect(awsOwned.names).not.toContain('Veltrix-main-Key');
    expect(encryptions(awsOwned)).toEqual({
      tables: ['{"SSEEnabled":false}'],
      streams: ['{"EncryptionType":"KMS","KeyId":"alias/aws/kinesis"}'],
      queue: [undefined],
      queueOwned: ['true'],
      logs: [undefined, undefined],
      variables: [undefined, undefined],
    });
    expect(encryptions(only({})).tables).toEqual(['{"SSEEnabled":true}']);
  });

  it('is everywhere where it is the stage’s own, and its functions need no right to it', () => {
    const own = only({ key: 'customer-managed' });
    const key = '{"Fn::ImportValue":"veltrix-main-key-arn"}';
    expect(encryptions(own)).toEqual({
      tables: [`{"KMSMasterKeyId":${key},"SSEEnabled":true,"SSEType":"KMS"}`],
      streams: [`{"EncryptionType":"KMS","KeyId":${key}}`],
      queue: [key],
      queueOwned: [undefined],
      logs: [key, key],
      variables: [key, key],
    });
    expect(keyStatements(own).flat()).toEqual([]);
    expect(
      own.stacks.find(({ stackName }) => stackName === 'Veltrix-main-Data')?.dependencies.map(({ id }) => id),
    ).toContain('Veltrix-main-Key');
  });

  it('is everywhere where it is another’s, and functions are allowed to use it and nothing else', () => {
    const kmsKeyArn = 'arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';
    const others = only({ key: { kmsKeyArn } });
    expect(others.names).not.toContain('Veltrix-main-Key');
    expect(encryptions(others)).toEqual({
      tables: [`{"KMSMasterKeyId":"${kmsKeyArn}","SSEEnabled":true,"SSEType":"KMS"}`],
      streams: [`{"EncryptionType":"KMS","KeyId":"${kmsKeyArn}"}`],
      queue: [`"${kmsKeyArn}"`],
      queueOwned: [undefined],
      logs: [`"${kmsKeyArn}"`, `"${kmsKeyArn}"`],
      variables: [`"${kmsKeyArn}"`, `"${kmsKeyArn}"`],
    });
    const use = [
      'kms:Decrypt',
      'kms:DescribeKey',
      'kms:Encrypt',
      'kms:GenerateDataKey',
      'kms:GenerateDataKeyWithoutPlaintext',
      'kms:ReEncryptFrom',
      'kms:ReEncryptTo',
    ];
    const statements = keyStatements(others).filter((each) => each.length > 0);
    expect(statements).toHaveLength(functionNames(others.names.flatMap(others.resources)).length);
    for (const each of statements)
      expect(each).toEqual([{ Effect: 'Allow', Action: use, Resource: kmsKeyArn }]);
  });
});

describe('the stack of a stage’s own key', () => {
  const made = only({ key: 'customer-managed' });
  const [key] = made.ofType('Veltrix-main-Key', 'AWS::KMS::Key');
  const { KeyPolicy } = (key?.Properties ?? {}) as { KeyPolicy: { Statement: Record<string, unknown>[] } };
  const statements = KeyPolicy.Statement;

  it('keeps the key, which rotates, under an alias, and tells its ARN', () => {
    expect(key).toMatchObject({
      DeletionPolicy: 'RetainExceptOnCreate',
      UpdateReplacePolicy: 'Retain',
      Properties: { EnableKeyRotation: true, PendingWindowInDays: 30 },
    });
    const [alias] = made.ofType('Veltrix-main-Key', 'AWS::KMS::Alias');
    expect(alias?.Properties['AliasName']).toBe('alias/veltrix-main');
    const template = made.stacks.find(({ stackName }) => stackName === 'Veltrix-main-Key')?.template;
    expect(template.Outputs).toEqual({
      KeyArn: { Value: { 'Fn::GetAtt': ['Key', 'Arn'] }, Export: { Name: 'veltrix-main-key-arn' } },
    });
  });

  it('lets the account’s administrators look after it', () => {
    expect(statements[0]).toMatchObject({ Action: 'kms:*', Principal: { AWS: expect.anything() } });
    const [{ Principal } = {}] = statements;
    expect(text((Principal as { AWS: unknown }).AWS)).toBe('arn:<AWS::Partition>:iam::<AWS::AccountId>:root');
  });

  it('lets it be used through the services that keep something, by who may use these, in this account alone', () => {
    const through = (statement: Record<string, unknown> = {}) => {
      const { StringEquals } = statement['Condition'] as { StringEquals: Record<string, unknown> };
      return {
        account: text(StringEquals['kms:CallerAccount']),
        services: (StringEquals['kms:ViaService'] as unknown[]).map(text),
      };
    };
    const host = (service: string) => `${service}.<AWS::Region>.amazonaws.com`;
    expect(statements[1]).toMatchObject({ Effect: 'Allow', Principal: { AWS: '*' } });
    expect(statements[1]?.['Action']).not.toContain('kms:CreateGrant');
    expect(through(statements[1])).toEqual({
      account: '<AWS::AccountId>',
      services: ['dynamodb', 'kinesis', 'lambda', 'sqs'].map(host),
    });
    expect(statements[2]).toMatchObject({
      Action: 'kms:CreateGrant',
      Principal: { AWS: '*' },
      Condition: { Bool: { 'kms:GrantIsForAWSResource': 'true' } },
    });
    expect(through(statements[2])).toEqual({
      account: '<AWS::AccountId>',
      services: ['dynamodb', 'lambda'].map(host),
    });
  });

  it('lets CloudWatch use it for the logs of the stage’s functions', () => {
    const { Principal, Condition } = statements[3] as {
      Principal: { Service: unknown };
      Condition: { ArnLike: Record<string, unknown> };
    };
    expect(text(Principal.Service)).toBe('logs.<AWS::Region>.amazonaws.com');
    expect(text(Condition.ArnLike['kms:EncryptionContext:aws:logs:arn'])).toBe(
      'arn:<AWS::Partition>:logs:<AWS::Region>:<AWS::AccountId>:log-group:/aws/lambda/veltrix-main-*',
    );
    expect(statements).toHaveLength(4);
  });
});
