/** What holds of every stack: who may come near what, and over what. */

import { beforeAll, describe, expect, inject, it } from 'vitest';
import { resourcesIn, type TemplateResource } from './access/documents.js';
import { isAllowed, type Statement } from './access/iam.js';

let resources: readonly TemplateResource[];
beforeAll(() => {
  resources = resourcesIn(inject('assembly'));
});

const ofType = (type: string) => resources.filter((resource) => resource.type === type);

/** Deep inside a template: every statement of every policy, whatever it is called. */
function statementsOf(value: unknown): readonly Statement[] {
  if (typeof value !== 'object' || value === null) return [];
  if ('Effect' in value) return [value as Statement];
  return Object.values(value).flatMap(statementsOf);
}

type Principal = { readonly Service?: string | string[]; readonly AWS?: string } | '*';
const principalOf = (statement: Statement) => (statement as Statement & { Principal?: Principal }).Principal;

describe('every stack', () => {
  it('has nothing that answers to the public', () => {
    const types = new Set(resources.map(({ type }) => type));
    const open = /ApiGateway|AppSync|CloudFront|ElasticLoadBalancing|Lambda::Url|Cognito/;
    expect([...types].filter((type) => open.test(type))).toEqual([]);
  });

  it('lets everybody do nothing', () => {
    const everybody = statementsOf(resources)
      .filter((statement) => JSON.stringify(principalOf(statement) ?? '').includes('"*"'))
      .map(({ Effect }) => Effect);
    expect(new Set(everybody)).toEqual(new Set(['Deny']));
  });

  it('says who sends what a service may hand on: all but AppConfig, which says nothing that could be asked for', () => {
    const open = ofType('AWS::Lambda::Permission')
      .filter(({ properties }) => !('SourceArn' in properties) && !('SourceAccount' in properties))
      .map(({ properties }) => [properties['Principal'], properties['FunctionName']]);
    // docs/decisions/0003: validators.
    expect(open).toEqual([
      ['appconfig.amazonaws.com', '<treasurehuntValidategameplayFunction8B15438A.Arn>'],
      ['appconfig.amazonaws.com', '<treasurehuntValidatelimitsFunction0497CF75.Arn>'],
    ]);
    const trusting = ofType('AWS::IAM::Role').flatMap(({ id, properties }) =>
      statementsOf(properties['AssumeRolePolicyDocument']).map((statement) => ({ id, statement })),
    );
    const taken = trusting
      .filter(({ statement }) => statement.Condition === undefined)
      .map(({ id, statement }) => [id, principalOf(statement)]);
    // Lambda takes a role only for a function that somebody may give it to, with iam:PassRole in this account.
    expect(
      taken.filter(([, principal]) => JSON.stringify(principal) !== '{"Service":"lambda.amazonaws.com"}'),
    ).toEqual([
      ['ChangesExtensionRole6D3C9A09', { Service: 'appconfig.amazonaws.com' }],
      ['GuardExtensionRole74F39067', { Service: 'appconfig.amazonaws.com' }],
    ]);
  });
});

describe('what is kept', () => {
  const tables = ['assignments', 'cursors', 'nodes', 'queues', 'rollouts'];

  it('is encrypted, can be taken back to any second of 35 days, and cannot be deleted by a slip', () => {
    const seen = ofType('AWS::DynamoDB::Table').map(({ properties }) => ({
      name: properties['TableName'],
      encrypted: properties['SSESpecification'],
      recovers: properties['PointInTimeRecoverySpecification'],
      protected: properties['DeletionProtectionEnabled'],
    }));
    expect(seen.toSorted((a, b) => String(a.name).localeCompare(String(b.name)))).toEqual(
      tables.map((name) => ({
        name: `veltrix-main-${name}`,
        encrypted: { SSEEnabled: true },
        recovers: { PointInTimeRecoveryEnabled: true },
        protected: true,
      })),
    );
  });

  it.each(tables)('is asked for over TLS alone: %s', (name) => {
    const arn = `arn:aws:dynamodb:us-east-1:000000000000:table/veltrix-main-${name}`;
    const table = ofType('AWS::DynamoDB::Table').filter(
      ({ properties }) => properties['TableName'] === `veltrix-main-${name}`,
    );
    const statements = table
      .flatMap(({ properties }) => statementsOf(properties['ResourcePolicy']))
      .map(({ Principal, ...rest }: Statement & { Principal?: unknown }) => rest);
    const anything: Statement = { Effect: 'Allow', Action: 'dynamodb:*', Resource: '*' };
    const may = (tls: boolean) =>
      isAllowed([{ Statement: [anything, ...statements] }], {
        action: 'dynamodb:GetItem',
        resources: [arn],
        context: { 'aws:SecureTransport': [String(tls)] },
      });
    expect([may(true), may(false)]).toEqual([true, false]);
  });

  it('is encrypted on streams, in queues and in topics', () => {
    const encryption = {
      'AWS::Kinesis::Stream': 'StreamEncryption',
      'AWS::SQS::Queue': 'SqsManagedSseEnabled',
      'AWS::SNS::Topic': 'KmsMasterKeyId',
    };
    for (const [type, property] of Object.entries(encryption))
      for (const { properties } of ofType(type)) expect(properties).toHaveProperty(property);
    expect(ofType('AWS::Kinesis::Stream')).toHaveLength(2);
  });

  it('is logged for a time and not for ever', () => {
    const logs = ofType('AWS::Logs::LogGroup');
    expect(logs.length).toBeGreaterThanOrEqual(8);
    for (const { properties } of logs) expect(properties).toHaveProperty('RetentionInDays');
  });
});
