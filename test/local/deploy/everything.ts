/** A template with every type of resource that can be deployed. */
import type { Json } from '../../../local/kernel/aws.js';

export const assets = { 'code.zip': 'export const handler = async () => 1;' };
const arn = (logicalId: string) => ({ 'Fn::GetAtt': [logicalId, 'Arn'] });
const ref = (logicalId: string) => ({ Ref: logicalId });
const policy = (Action: string) => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action, Resource: '*', Condition: { Bool: { a: 'b' } } }],
});
const tagged = (Value: string) => [{ Key: 'colour', Value }];

/** Every type once. `v` is 1 or 2: each property that changes in place differs. */
export function everything(v: 1 | 2): Json {
  const one = v === 1;
  const table = {
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    BillingMode: 'PAY_PER_REQUEST',
  };
  const resources: Record<string, [string, Json]> = {
    Metadata: ['AWS::CDK::Metadata', { Analytics: `v${v}` }],
    Key: ['AWS::KMS::Key', { EnableKeyRotation: one, KeyPolicy: policy('kms:*') }],
    KeyAlias: ['AWS::KMS::Alias', { AliasName: 'alias/mine', TargetKeyId: arn('Key') }],
    Parameter: ['AWS::SSM::Parameter', { Type: 'String', Value: `v${v}` }],
    Role: [
      'AWS::IAM::Role',
      {
        AssumeRolePolicyDocument: policy('sts:AssumeRole'),
        Description: `v${v}`,
        Policies: [{ PolicyName: `inline${v}`, PolicyDocument: policy('a:b') }],
        ManagedPolicyArns: one ? ['arn:aws:iam::aws:policy/One'] : ['arn:aws:iam::aws:policy/Two'],
        Tags: tagged(`v${v}`),
      },
    ],
    Policy: [
      'AWS::IAM::Policy',
      { PolicyName: `p${v}`, PolicyDocument: policy(`s:${v}`), Roles: [ref('Role')] },
    ],
    Managed: [
      'AWS::IAM::ManagedPolicy',
      { PolicyDocument: policy(`m:${v}`), Roles: one ? [ref('Role')] : [] },
    ],
    Table: [
      'AWS::DynamoDB::Table',
      {
        ...table,
        TableName: 'plain',
        TimeToLiveSpecification: { AttributeName: `ttl${v}`, Enabled: true },
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: one },
        DeletionProtectionEnabled: one,
        Tags: tagged(`v${v}`),
      },
    ],
    Global: [
      'AWS::DynamoDB::GlobalTable',
      {
        ...table,
        TableName: 'global',
        AttributeDefinitions: [...table.AttributeDefinitions, { AttributeName: 'by', AttributeType: 'N' }],
        GlobalSecondaryIndexes: [
          {
            IndexName: 'by-number',
            KeySchema: [{ AttributeName: 'by', KeyType: 'HASH' }],
            Projection: { ProjectionType: 'ALL' },
          },
        ],
        Replicas: [{ Region: ref('AWS::Region'), DeletionProtectionEnabled: one, Tags: tagged(`v${v}`) }],
        ...(one ? { TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true } } : {}),
      },
    ],
    Stream: [
      'AWS::Kinesis::Stream',
      {
        Name: 'stream',
        ...(one ? { ShardCount: 1 } : { StreamModeDetails: { StreamMode: 'ON_DEMAND' } }),
        RetentionPeriodHours: one ? 24 : 48,
        StreamEncryption: one
          ? { EncryptionType: 'KMS', KeyId: 'alias/aws/kinesis' }
          : { Ref: 'AWS::NoValue' },
        Tags: tagged(`v${v}`),
      },
    ],
    Queue: [
      'AWS::SQS::Queue',
      {
        QueueName: 'queue',
        Tags: tagged(`v${v}`),
        ...(one
          ? { VisibilityTimeout: 90, RedrivePolicy: { deadLetterTargetArn: arn('Dead'), maxReceiveCount: 3 } }
          : {}),
      },
    ],
    Dead: ['AWS::SQS::Queue', {}],
    QueuePolicy: ['AWS::SQS::QueuePolicy', { PolicyDocument: policy(`sqs:${v}`), Queues: [ref('Queue')] }],
    LogGroup: [
      'AWS::Logs::LogGroup',
      { LogGroupName: 'logs', RetentionInDays: one ? 7 : 30, Tags: tagged(`v${v}`) },
    ],
    Handler: [
      'AWS::Lambda::Function',
      {
        FunctionName: 'handler',
        Code: { S3Bucket: 'any', S3Key: 'code.zip' },
        Runtime: 'nodejs20.x',
        Handler: 'index.handler',
        Role: arn('Role'),
        Timeout: one ? '5' : 6,
        Environment: one ? { Variables: { OWN: 'b' } } : { Ref: 'AWS::NoValue' },
        DeadLetterConfig: one ? { TargetArn: arn('Dead') } : { Ref: 'AWS::NoValue' },
        KmsKeyArn: one ? arn('Key') : { Ref: 'AWS::NoValue' },
        LoggingConfig: { LogGroup: ref('LogGroup') },
        Tags: tagged(`v${v}`),
      },
    ],
    Version: ['AWS::Lambda::Version', { FunctionName: ref('Handler') }],
    Alias: [
      'AWS::Lambda::Alias',
      {
        FunctionName: ref('Handler'),
        Name: 'live',
        FunctionVersion: { 'Fn::GetAtt': ['Version', 'Version'] },
        Description: `v${v}`,
      },
    ],
    Permission: [
      'AWS::Lambda::Permission',
      {
        Action: 'lambda:InvokeFunction',
        FunctionName: arn('Handler'),
        Principal: 'events.amazonaws.com',
        SourceArn: arn('Rule'),
      },
    ],
    Validating: [
      'AWS::Lambda::Permission',
      {
        Action: 'lambda:InvokeFunction',
        FunctionName: ref('Handler'),
        Principal: 'appconfig.amazonaws.com',
      },
    ],
    Invokes: [
      'AWS::Lambda::EventInvokeConfig',
      {
        FunctionName: ref('Handler'),
        Qualifier: '$LATEST',
        MaximumRetryAttempts: v - 1,
        DestinationConfig: { OnFailure: { Destination: arn('Dead') } },
      },
    ],
    Mapping: [
      'AWS::Lambda::EventSourceMapping',
      {
        EventSourceArn: arn('Stream'),
        FunctionName: ref('Handler'),
        StartingPosition: 'LATEST',
        BatchSize: one ? 10 : { Ref: 'AWS::NoValue' },
        FilterCriteria: { Filters: [{ Pattern: JSON.stringify({ data: { v: [v] } }) }] },
        DestinationConfig: { OnFailure: { Destination: arn('Dead') } },
        Tags: tagged(`v${v}`),
      },
    ],
    Rule: [
      'AWS::Events::Rule',
      {
        Name: 'rule',
        ScheduleExpression: `rate(${v + 1} minutes)`,
        State: 'ENABLED',
        Targets: [
          {
            Id: `t${v}`,
            Arn: { 'Fn::Sub': 'arn:aws:lambda:us-east-1:000000000000:function:handler' },
            Input: '{}',
          },
        ],
      },
    ],
    Reaction: [
      'AWS::Events::Rule',
      {
        EventPattern: {
          source: ['aws.appconfig'],
          'detail-type': ['On Deployment Complete'],
          detail: { Environment: { Id: [ref('Environment')] }, ConfigurationVersion: [{ exists: one }] },
        },
        Targets: [{ Id: 'react', Arn: arn('Handler'), Input: '{"advance":true}' }],
      },
    ],
    Topic: ['AWS::SNS::Topic', { TopicName: 'alarms', DisplayName: `v${v}`, Tags: tagged(`v${v}`) }],
    TopicPolicy: ['AWS::SNS::TopicPolicy', { PolicyDocument: policy(`sns:${v}`), Topics: [ref('Topic')] }],
    Subscription: [
      'AWS::SNS::Subscription',
      { TopicArn: ref('Topic'), Protocol: 'email', Endpoint: 'a@b.example', RawMessageDelivery: one },
    ],
    Alarm: [
      'AWS::CloudWatch::Alarm',
      {
        AlarmName: 'hurts',
        AlarmDescription: `v${v}`,
        Namespace: 'Shop',
        MetricName: 'GuardBlind',
        Dimensions: [{ Name: 'service', Value: 'guard' }],
        ComparisonOperator: 'GreaterThanThreshold',
        EvaluationPeriods: '1',
        Period: 60,
        Statistic: 'Sum',
        Threshold: v,
        TreatMissingData: 'notBreaching',
        AlarmActions: [ref('Topic')],
      },
    ],
    Dashboard: [
      'AWS::CloudWatch::Dashboard',
      { DashboardName: 'shop', DashboardBody: JSON.stringify({ widgets: [{ type: 'text', height: v }] }) },
    ],
    Application: ['AWS::AppConfig::Application', { Name: `shop${v}`, Tags: tagged(`v${v}`) }],
    Environment: [
      'AWS::AppConfig::Environment',
      { ApplicationId: ref('Application'), Name: `staging${v}`, Tags: tagged(`v${v}`) },
    ],
    Profile: [
      'AWS::AppConfig::ConfigurationProfile',
      {
        ApplicationId: ref('Application'),
        Name: `gameplay${v}`,
        LocationUri: 'hosted',
        Validators: one ? [{ Type: 'LAMBDA', Content: arn('Handler') }] : [],
        DeletionProtectionCheck: 'BYPASS',
        Tags: tagged(`v${v}`),
      },
    ],
    Hosted: [
      'AWS::AppConfig::HostedConfigurationVersion',
      {
        ApplicationId: ref('Application'),
        ConfigurationProfileId: ref('Profile'),
        Content: `{"v":${v}}`,
        ContentType: 'application/json',
      },
    ],
    Strategy: [
      'AWS::AppConfig::DeploymentStrategy',
      {
        Name: 'slow',
        DeploymentDurationInMinutes: v,
        GrowthFactor: 50,
        ReplicateTo: 'NONE',
        Tags: tagged(`v${v}`),
      },
    ],
    Deployment: [
      'AWS::AppConfig::Deployment',
      {
        ApplicationId: ref('Application'),
        EnvironmentId: ref('Environment'),
        ConfigurationProfileId: ref('Profile'),
        ConfigurationVersion: '1',
        DeploymentStrategyId: 'AppConfig.AllAtOnce',
      },
    ],
    Extension: [
      'AWS::AppConfig::Extension',
      {
        Name: 'tell',
        Description: `v${v}`,
        Actions: {
          ON_DEPLOYMENT_COMPLETE: [{ Name: 'tell', Uri: arn('Handler'), RoleArn: arn('Role') }],
          ON_DEPLOYMENT_ROLLED_BACK: [
            { Name: 'rule', Uri: 'arn:aws:events:us-east-1:000000000000:event-bus/default' },
          ],
        },
        Parameters: { where: { Required: false, Description: `v${v}` } },
      },
    ],
    Association: [
      'AWS::AppConfig::ExtensionAssociation',
      {
        ExtensionIdentifier: ref('Extension'),
        ResourceIdentifier: {
          'Fn::Sub': `arn:aws:appconfig:us-east-1:000000000000:application/\${Application}`,
        },
        Parameters: { where: `v${v}` },
      },
    ],
  };
  const needs: Record<string, string[]> = { Deployment: ['Hosted', 'Validating'] };
  return Object.fromEntries(
    Object.entries(resources).map(([id, [Type, Properties]]) => [
      id,
      { Type, Properties, DependsOn: needs[id] ?? [] },
    ]),
  );
}
