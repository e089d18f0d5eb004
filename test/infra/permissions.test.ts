import { describe, expect, it } from 'vitest';
import { type Assembly, assembly, type StackPart, stackParts, text } from './assembly.js';

const made = assembly();

interface Statement {
  readonly Effect: string;
  readonly Action: string | string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

const list = <T>(value: T | T[]): T[] => (Array.isArray(value) ? value : [value]);

/** ARNs of this account and region without what they all begin with. */
const short = (arn: string): string =>
  arn.replace(/^arn:<AWS::Partition>:([a-z]+):<AWS::Region>:<AWS::AccountId>:/, '$1:');

/** What each role may do, a line an action and resource. */
function allowed({ ofType }: Assembly, part: StackPart): Record<string, string[]> {
  const roles: Record<string, string[]> = {};
  for (const policy of Object.values(ofType(part, 'AWS::IAM::Policy'))) {
    const { Statement } = policy.Properties['PolicyDocument'] as { Statement: Statement[] };
    for (const role of policy.Properties['Roles'] as { Ref: string }[]) {
      const lines = Statement.flatMap(({ Effect, Action, Resource, Condition }) =>
        list(Action).flatMap((action) =>
          list(Resource).map((resource) =>
            [
              Effect === 'Allow' ? '' : `${Effect} `,
              action,
              ' ',
              short(text(resource)),
              Condition ? ' if' : '',
            ].join(''),
          ),
        ),
      );
      roles[role.Ref] = [...(roles[role.Ref] ?? []), ...lines].toSorted();
    }
  }
  return roles;
}

const lines = (block: string): string[] =>
  block
    .trim()
    .split('\n')
    .map((line) => line.trim())
    .toSorted();

const application = 'appconfig:application/<treasurehuntApplication82280B7C>';
const staging = `${application}/environment/<treasurehuntEnvironmentstaging4DB052B5>`;
const production = `${application}/environment/<treasurehuntEnvironmentproductionDE9534C1>`;
const gameplay = `${application}/configurationprofile/<treasurehuntProfilegameplay4757CCC8>`;
const limits = `${application}/configurationprofile/<treasurehuntProfilelimits05E6AAE9>`;

const writesItsLog = (log: string) => `
  logs:CreateLogStream <${log}.Arn>
  logs:PutLogEvents <${log}.Arn>`;

/** X-Ray takes no resource (Service Authorization Reference). */
const traces = `
  xray:PutTelemetryRecords *
  xray:PutTraceSegments *`;

const sendsDeadLetters = `
  sqs:GetQueueAttributes sqs:veltrix-main-dead-letters
  sqs:GetQueueUrl sqs:veltrix-main-dead-letters
  sqs:SendMessage sqs:veltrix-main-dead-letters`;

/** What fan-out and the guard look at in AppConfig. */
const readsDeployments = `
  appconfig:ListApplications *
  appconfig:ListEnvironments ${application}
  appconfig:ListConfigurationProfiles ${application}
  appconfig:ListDeployments ${application}
  appconfig:ListDeployments ${staging}
  appconfig:ListDeployments ${production}
  appconfig:GetDeployment ${application}
  appconfig:GetDeployment ${staging}
  appconfig:GetDeployment ${staging}/deployment/*
  appconfig:GetDeployment ${production}
  appconfig:GetDeployment ${production}/deployment/*`;

const publishes = (environment: string, log: string) =>
  lines(`
  ${writesItsLog(log)}
  ${traces}
  appconfig:ListDeployments ${application}
  appconfig:ListDeployments ${environment}
  appconfig:GetDeployment ${application}
  appconfig:GetDeployment ${environment}
  appconfig:GetDeployment ${environment}/deployment/*
  appconfig:GetHostedConfigurationVersion ${application}
  appconfig:GetHostedConfigurationVersion ${gameplay}
  appconfig:GetHostedConfigurationVersion ${gameplay}/hostedconfigurationversion/*
  appconfig:GetHostedConfigurationVersion ${limits}
  appconfig:GetHostedConfigurationVersion ${limits}/hostedconfigurationversion/*
  appconfig:ListHostedConfigurationVersions ${application}
  appconfig:ListHostedConfigurationVersions ${gameplay}
  appconfig:ListHostedConfigurationVersions ${limits}
  appconfig:CreateHostedConfigurationVersion ${application}
  appconfig:CreateHostedConfigurationVersion ${gameplay}
  appconfig:CreateHostedConfigurationVersion ${limits}
  appconfig:StartDeployment ${application}
  appconfig:StartDeployment ${environment}
  appconfig:StartDeployment ${environment}/deployment/*
  appconfig:StartDeployment ${gameplay}
  appconfig:StartDeployment ${limits}
  appconfig:StartDeployment appconfig:deploymentstrategy/<Strategyimmediate>
  appconfig:StartDeployment appconfig:deploymentstrategy/<Strategylinear50>
  appconfig:StartDeployment appconfig:deploymentstrategy/<Strategylinear20>
  appconfig:StartDeployment appconfig:deploymentstrategy/<Strategycanary10>
  dynamodb:GetItem dynamodb:table/veltrix-main-queues
  dynamodb:PutItem dynamodb:table/veltrix-main-queues
  dynamodb:UpdateItem dynamodb:table/veltrix-main-rollouts
  ${sendsDeadLetters}
`).filter(Boolean);

describe('the roles of the delivery stack', () => {
  it('let each function do what it does, and nothing else', () => {
    expect(allowed(made(), 'Delivery')).toEqual({
      treasurehuntValidategameplayRole43D3BF61: lines(
        writesItsLog('treasurehuntValidategameplayLog3AD1CED9') + traces,
      ),
      treasurehuntValidatelimitsRole35C533BA: lines(
        writesItsLog('treasurehuntValidatelimitsLogBB3367BC') + traces,
      ),
      treasurehuntPublishstagingRole1A56E050: publishes(staging, 'treasurehuntPublishstagingLogAC745C53'),
      treasurehuntPublishproductionRole30CD22CA: publishes(
        production,
        'treasurehuntPublishproductionLogEC2A6FD5',
      ),
      ChangesFanOutRole89191CA6: lines(`
        ${writesItsLog('ChangesFanOutLogB4C33207')}
        ${traces}
        ${readsDeployments}
        dynamodb:GetItem dynamodb:table/veltrix-main-cursors
        dynamodb:PutItem dynamodb:table/veltrix-main-cursors
        dynamodb:BatchGetItem dynamodb:table/veltrix-main-rollouts
        kinesis:PutRecord kinesis:stream/veltrix-main-changes
        ${sendsDeadLetters}
      `).filter(Boolean),
      ChangesExtensionRole6D3C9A09: lines(`
        lambda:InvokeAsync <ChangesFanOutFunction81A8E0DF.Arn>
        lambda:InvokeFunction <ChangesFanOutFunction81A8E0DF.Arn>
      `),
      GuardRole1D3BC8CD: lines(`
        ${writesItsLog('GuardLog36D003D0')}
        ${traces}
        ${readsDeployments}
        dynamodb:Query dynamodb:table/veltrix-main-nodes
        dynamodb:BatchGetItem dynamodb:table/veltrix-main-rollouts
        dynamodb:GetItem dynamodb:table/veltrix-main-rollouts
        dynamodb:UpdateItem dynamodb:table/veltrix-main-rollouts
      `).filter(Boolean),
      GuardExtensionRole74F39067: lines(`
        lambda:InvokeAsync <GuardFunction945E30EE.Arn>
        lambda:InvokeFunction <GuardFunction945E30EE.Arn>
      `),
    });
  });

  it.each(['ChangesExtensionRole6D3C9A09', 'GuardExtensionRole74F39067'])(
    'are AppConfig’s to take, and nobody else’s, where it takes one: %s',
    (id) => {
      const role = made().resources('Delivery')[id];
      expect(role?.Properties['AssumeRolePolicyDocument']).toEqual({
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Action: 'sts:AssumeRole',
            Principal: { Service: 'appconfig.amazonaws.com' },
          },
        ],
      });
    },
  );
});

describe('the roles of the fleet stack', () => {
  it('let record-load record, take turns and ask for runs; and assign-partitions read records and write assignments', () => {
    expect(allowed(made(), 'Fleet')).toEqual({
      RecordLoadRoleD927A8BA: lines(`
        ${writesItsLog('RecordLoadLog81D757F1')}
        ${traces}
        dynamodb:BatchGetItem dynamodb:table/veltrix-main-nodes
        dynamodb:PutItem dynamodb:table/veltrix-main-nodes
        dynamodb:Query dynamodb:table/veltrix-main-nodes
        dynamodb:UpdateItem dynamodb:table/veltrix-main-assignments if
        lambda:InvokeFunction <AssignmentAssignPartitionsFunction03E7941D.Arn>
        kinesis:DescribeStream kinesis:stream/veltrix-main-load
        kinesis:DescribeStreamSummary kinesis:stream/veltrix-main-load
        kinesis:GetRecords kinesis:stream/veltrix-main-load
        kinesis:GetShardIterator kinesis:stream/veltrix-main-load
        kinesis:ListShards kinesis:stream/veltrix-main-load
        ${sendsDeadLetters}
      `).filter(Boolean),
      AssignmentAssignPartitionsRoleA377EF58: lines(`
        ${writesItsLog('AssignmentAssignPartitionsLog84421BFA')}
        ${traces}
        dynamodb:Query dynamodb:table/veltrix-main-nodes
        dynamodb:DeleteItem dynamodb:table/veltrix-main-assignments
        dynamodb:GetItem dynamodb:table/veltrix-main-assignments
        dynamodb:PutItem dynamodb:table/veltrix-main-assignments
        dynamodb:Query dynamodb:table/veltrix-main-assignments
      `).filter(Boolean),
    });
  });
});

describe('all roles', () => {
  it('have no policy of AWS’s, and none inline', () => {
    for (const part of stackParts) {
      for (const role of Object.values(made().ofType(part, 'AWS::IAM::Role'))) {
        expect(role.Properties).not.toHaveProperty('ManagedPolicyArns');
        expect(role.Properties).not.toHaveProperty('Policies');
      }
    }
  });
});

describe('who may invoke a function', () => {
  it('is AppConfig for a validator; their own rules for fan-out, publishing and assigning; nobody else', () => {
    const permissions = stackParts.flatMap((part) =>
      Object.values(made().ofType(part, 'AWS::Lambda::Permission')),
    );
    const told = permissions.map(({ Properties }) => {
      const { Action, Principal, FunctionName, SourceArn } = Properties;
      const source = SourceArn === undefined ? '' : ` from ${text(SourceArn)}`;
      return `${Principal} ${Action} ${text(FunctionName)}${source}`;
    });
    expect(told.toSorted()).toEqual([
      'appconfig.amazonaws.com lambda:InvokeFunction <treasurehuntValidategameplayFunction8B15438A.Arn>',
      'appconfig.amazonaws.com lambda:InvokeFunction <treasurehuntValidatelimitsFunction0497CF75.Arn>',
      'events.amazonaws.com lambda:InvokeFunction <AssignmentAssignPartitionsFunction03E7941D.Arn> from <AssignmentEveryMinute50C8FE62.Arn>',
      'events.amazonaws.com lambda:InvokeFunction <ChangesFanOutFunction81A8E0DF.Arn> from <ChangesEveryMinute70CCC960.Arn>',
      'events.amazonaws.com lambda:InvokeFunction <treasurehuntPublishproductionFunction780BBC71.Arn> from <treasurehuntTurnsproductionDeploymentEnded0CA8BF57.Arn>',
      'events.amazonaws.com lambda:InvokeFunction <treasurehuntPublishproductionFunction780BBC71.Arn> from <treasurehuntTurnsproductionEveryMinute39FD3E51.Arn>',
      'events.amazonaws.com lambda:InvokeFunction <treasurehuntPublishstagingFunctionA212F9A0.Arn> from <treasurehuntTurnsstagingDeploymentEndedCA8489A4.Arn>',
      'events.amazonaws.com lambda:InvokeFunction <treasurehuntPublishstagingFunctionA212F9A0.Arn> from <treasurehuntTurnsstagingEveryMinute557A3385.Arn>',
    ]);
  });
});
