/**
 * Alarms, the topics that they tell, and dashboards. There is no CloudWatch and no SNS here: properties are checked and
 * remembered, no alarm ever goes off, no message is sent, and nothing is drawn.
 */
import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { isUnknown } from '../../template/unknown.js';
import { defineResource, type ResourceContext, type ResourceHandler } from '../handler.js';
import { choice, document, flag, number, tags, text } from '../properties.js';

const dimensions = z.array(z.strictObject({ Name: text, Value: text }));

const metric = z.strictObject({
  Namespace: text.optional(),
  MetricName: text.optional(),
  Dimensions: dimensions.optional(),
});

/** A metric, or an expression over others. */
const query = z.strictObject({
  Id: text,
  Label: text.optional(),
  Expression: text.optional(),
  MetricStat: z
    .strictObject({ Metric: metric, Period: number, Stat: text, Unit: text.optional() })
    .optional(),
  ReturnData: flag.optional(),
  Period: number.optional(),
  AccountId: text.optional(),
});

const actions = z.array(text).max(5, 'expected at most 5 actions');

const alarmProperties = z.strictObject({
  AlarmName: text.optional(),
  AlarmDescription: text.optional(),
  ActionsEnabled: flag.optional(),
  AlarmActions: actions.optional(),
  OKActions: actions.optional(),
  InsufficientDataActions: actions.optional(),
  ComparisonOperator: choice([
    'GreaterThanOrEqualToThreshold',
    'GreaterThanThreshold',
    'GreaterThanUpperThreshold',
    'LessThanLowerOrGreaterThanUpperThreshold',
    'LessThanLowerThreshold',
    'LessThanOrEqualToThreshold',
    'LessThanThreshold',
  ]),
  DatapointsToAlarm: number.optional(),
  EvaluateLowSampleCountPercentile: text.optional(),
  EvaluationPeriods: number,
  ...metric.shape,
  Metrics: z.array(query).optional(),
  Period: number.optional(),
  Statistic: choice(['Average', 'Maximum', 'Minimum', 'SampleCount', 'Sum']).optional(),
  ExtendedStatistic: text.optional(),
  Threshold: number.optional(),
  ThresholdMetricId: text.optional(),
  TreatMissingData: choice(['breaching', 'ignore', 'missing', 'notBreaching']).optional(),
  Unit: text.optional(),
  Tags: tags.optional(),
});

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-cloudwatch-alarm.html. */
export const cloudwatchAlarm: ResourceHandler = defineResource({
  type: 'AWS::CloudWatch::Alarm',
  properties: alarmProperties.refine(
    ({ MetricName, Metrics }) => (MetricName === undefined) !== (Metrics === undefined),
    'expected either MetricName or Metrics',
  ),
  attributes: ['Arn'],
  replaceOn: ['AlarmName'],
  nameProperty: 'AlarmName',
  async create(context, { AlarmName }) {
    const name = AlarmName ?? context.generateName(255);
    return { physicalId: name, attributes: { Arn: arnOf(context, 'cloudwatch', `alarm:${name}`) } };
  },
  update: async (_, { physicalId, attributes }) => ({ physicalId, attributes }),
  remove: async () => {},
});

/** A body is JSON; one that CloudWatch cannot read would only be seen to be empty there. */
const dashboardBody = text.refine(isDashboard, 'expected JSON with widgets, each with a type');

function isDashboard(body: string): boolean {
  if (isUnknown(body)) return true;
  try {
    return z.object({ widgets: z.array(z.object({ type: text })) }).safeParse(JSON.parse(body)).success;
  } catch {
    return false;
  }
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-cloudwatch-dashboard.html. */
export const cloudwatchDashboard: ResourceHandler = defineResource({
  type: 'AWS::CloudWatch::Dashboard',
  properties: z.strictObject({
    DashboardName: text.optional(),
    DashboardBody: dashboardBody,
    Tags: tags.optional(),
  }),
  attributes: [],
  replaceOn: ['DashboardName'],
  nameProperty: 'DashboardName',
  async create(context, { DashboardName }) {
    return { physicalId: DashboardName ?? context.generateName(255), attributes: {} };
  },
  update: async (_, { physicalId, attributes }) => ({ physicalId, attributes }),
  remove: async () => {},
});

const subscription = z.strictObject({ Endpoint: text, Protocol: text });

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-sns-topic.html; no FIFO topics. */
export const snsTopic: ResourceHandler = defineResource({
  type: 'AWS::SNS::Topic',
  properties: z.strictObject({
    TopicName: text.optional(),
    DisplayName: text.optional(),
    KmsMasterKeyId: text.optional(),
    SignatureVersion: choice(['1', '2']).optional(),
    TracingConfig: choice(['Active', 'PassThrough']).optional(),
    Subscription: z.array(subscription).optional(),
    Tags: tags.optional(),
  }),
  attributes: ['TopicArn', 'TopicName'],
  replaceOn: ['TopicName'],
  nameProperty: 'TopicName',
  async create(context, wanted) {
    const TopicName = wanted.TopicName ?? context.generateName(256);
    const TopicArn = arnOf(context, 'sns', TopicName);
    return { physicalId: TopicArn, attributes: { TopicArn, TopicName } };
  },
  update: async (_, { physicalId, attributes }) => ({ physicalId, attributes }),
  remove: async () => {},
});

export const snsTopicPolicy: ResourceHandler = defineResource({
  type: 'AWS::SNS::TopicPolicy',
  properties: z.strictObject({ PolicyDocument: document, Topics: z.array(text).min(1) }),
  attributes: ['Id'],
  replaceOn: [],
  async create(context) {
    const Id = context.generateName(64);
    return { physicalId: Id, attributes: { Id } };
  },
  update: async (_, { physicalId, attributes }) => ({ physicalId, attributes }),
  remove: async () => {},
});

const protocols = [
  'application',
  'email',
  'email-json',
  'firehose',
  'http',
  'https',
  'lambda',
  'sms',
  'sqs',
] as const;

export const snsSubscription: ResourceHandler = defineResource({
  type: 'AWS::SNS::Subscription',
  properties: z.strictObject({
    TopicArn: text,
    Protocol: choice(protocols),
    Endpoint: text.optional(),
    FilterPolicy: document.optional(),
    FilterPolicyScope: choice(['MessageAttributes', 'MessageBody']).optional(),
    RawMessageDelivery: flag.optional(),
    RedrivePolicy: document.optional(),
    Region: text.optional(),
  }),
  attributes: ['Arn'],
  replaceOn: ['Endpoint', 'Protocol', 'TopicArn'],
  async create(_, { TopicArn }) {
    const Arn = `${TopicArn}:${randomUUID()}`;
    return { physicalId: Arn, attributes: { Arn } };
  },
  update: async (_, { physicalId, attributes }) => ({ physicalId, attributes }),
  remove: async () => {},
});

function arnOf({ identity }: ResourceContext, service: string, resource: string): string {
  const { partition, region, accountId } = identity;
  return `arn:${partition}:${service}:${region}:${accountId}:${resource}`;
}
