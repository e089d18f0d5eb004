import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { metricNamespace } from '../../../functions/measures.js';
import { stageOf } from '../stages/synthesized.js';
import { application, operated } from './operated.js';

const { assembled, alarmsOf } = operated();

describe('the operations stack', () => {
  it.each([
    {
      name: 'emergency-publish',
      metric: ['Veltrix', 'PublishImmediate', { service: 'publish-config' }, 'Sum'],
      minutes: [1, 1],
    },
    {
      name: 'guard-rolled-back',
      metric: ['Veltrix', 'GuardRollbacks', { service: 'guard-rollout' }, 'Sum'],
      minutes: [1, 1],
    },
    {
      name: 'guard-blind',
      metric: ['Veltrix', 'GuardBlind', { service: 'guard-rollout' }, 'Sum'],
      minutes: [2, 5],
    },
    {
      name: 'guard-failed',
      metric: ['Veltrix', 'GuardFailed', { service: 'guard-rollout' }, 'Sum'],
      minutes: [1, 1],
    },
    {
      name: 'guard-crashed',
      metric: ['AWS/Lambda', 'Errors', { FunctionName: 'veltrix-main-guard-rollout' }, 'Sum'],
      minutes: [1, 1],
    },
    {
      name: 'guard-throttled',
      metric: ['AWS/Lambda', 'Throttles', { FunctionName: 'veltrix-main-guard-rollout' }, 'Sum'],
      minutes: [1, 1],
    },
    {
      name: 'publish-held',
      metric: ['Veltrix', 'PublishHeld', { service: 'publish-config' }, 'Sum'],
      minutes: [1, 1],
    },
    {
      name: 'publish-unrecorded',
      metric: ['Veltrix', 'PublishUnrecorded', { service: 'publish-config' }, 'Sum'],
      minutes: [1, 1],
    },
    {
      name: 'publish-failed-app-staging',
      metric: ['AWS/Lambda', 'Errors', { FunctionName: 'veltrix-main-publish-app-staging' }, 'Sum'],
      minutes: [2, 5],
    },
    {
      name: 'publish-failed-app-production',
      metric: ['AWS/Lambda', 'Errors', { FunctionName: 'veltrix-main-publish-app-production' }, 'Sum'],
      minutes: [2, 5],
    },
    {
      name: 'guard-unkept',
      metric: ['Veltrix', 'GuardReportsUnkept', { service: 'guard-rollout' }, 'Sum'],
      minutes: [2, 5],
    },
    {
      name: 'guard-unanswered',
      metric: ['Veltrix', 'GuardUnanswered', { service: 'fan-out-change' }, 'Sum'],
      minutes: [1, 1],
    },
    {
      name: 'fan-out-failed',
      metric: ['Veltrix', 'FanOutsFailed', { service: 'fan-out-change' }, 'Sum'],
      minutes: [2, 10],
    },
    {
      name: 'reports-late',
      metric: ['AWS/Lambda', 'IteratorAge', { FunctionName: 'veltrix-main-record-load' }, 'Maximum'],
      minutes: [2, 5],
      threshold: 60_000,
    },
    {
      name: 'monitor-rolled-back',
      metric: ['Veltrix', 'MonitorRollbacks', { service: 'fan-out-change' }, 'Sum'],
      minutes: [1, 1],
    },
    {
      name: 'changes-late',
      metric: [
        'AWS/Kinesis',
        'GetRecords.IteratorAgeMilliseconds',
        { StreamName: 'veltrix-main-changes' },
        'Maximum',
      ],
      minutes: [2, 5],
      threshold: 300_000,
    },
    {
      name: 'nodes-refusing-app-production',
      metric: ['Veltrix', 'ReportsRefusing', { cluster: 'app/production' }, 'Sum'],
      minutes: [2, 5],
    },
    {
      name: 'nodes-silent-app-staging',
      metric: ['Veltrix', 'FleetNodesSilent', { cluster: 'app/staging' }, 'Maximum'],
      minutes: [2, 5],
    },
    {
      name: 'reports-throttled',
      metric: [
        'AWS/Kinesis',
        'WriteProvisionedThroughputExceeded',
        { StreamName: 'veltrix-main-load' },
        'Sum',
      ],
      minutes: [3, 5],
    },
    {
      name: 'function-throttled-record-load',
      metric: ['AWS/Lambda', 'Throttles', { FunctionName: 'veltrix-main-record-load' }, 'Sum'],
      minutes: [3, 5],
    },
    {
      name: 'function-throttled-fan-out-change',
      metric: ['AWS/Lambda', 'Throttles', { FunctionName: 'veltrix-main-fan-out-change' }, 'Sum'],
      minutes: [3, 5],
    },
    {
      name: 'function-throttled-assign-partitions',
      metric: ['AWS/Lambda', 'Throttles', { FunctionName: 'veltrix-main-assign-partitions' }, 'Sum'],
      minutes: [3, 5],
    },
    {
      name: 'table-throttled-nodes',
      metric: ['AWS/DynamoDB', 'WriteThrottleEvents', { TableName: 'veltrix-main-nodes' }, 'Sum'],
      minutes: [3, 5],
    },
    {
      name: 'table-throttled-assignments',
      metric: ['AWS/DynamoDB', 'ReadThrottleEvents', { TableName: 'veltrix-main-assignments' }, 'Sum'],
      minutes: [3, 5],
    },
    {
      name: 'dead-letters',
      metric: [
        'AWS/SQS',
        'ApproximateNumberOfMessagesVisible',
        { QueueName: 'veltrix-main-dead-letters' },
        'Maximum',
      ],
      minutes: [1, 1],
    },
    {
      name: 'assignment-failed',
      metric: ['AWS/Lambda', 'Errors', { FunctionName: 'veltrix-main-assign-partitions' }, 'Sum'],
      minutes: [2, 5],
    },
    {
      name: 'assignment-panic',
      metric: ['Veltrix', 'AssignmentPanics', { service: 'assign-partitions' }, 'Sum'],
      minutes: [2, 5],
    },
    {
      name: 'fleet-over-capacity',
      metric: ['Veltrix', 'FleetOverfull', { service: 'assign-partitions' }, 'Sum'],
      minutes: [3, 5],
    },
  ])('raises $name in time', ({ name, metric, minutes, threshold = 1 }) => {
    const [namespace, metricName, dimensions, statistic] = metric;
    expect(alarmsOf().get(`veltrix-main-${name}`)).toMatchObject({
      Namespace: namespace,
      MetricName: metricName,
      Dimensions: Object.entries(dimensions ?? {}).map(([Name, Value]) => ({ Name, Value })),
      Statistic: statistic,
      Period: 60,
      Threshold: threshold,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      DatapointsToAlarm: minutes[0],
      EvaluationPeriods: minutes[1],
      TreatMissingData: 'notBreaching',
    });
  });

  it('raises assignment-stalled when nothing is counted for five minutes', () => {
    expect(alarmsOf().get('veltrix-main-assignment-stalled')).toMatchObject({
      Namespace: 'Veltrix',
      MetricName: 'AssignmentsEvaluated',
      Dimensions: [{ Name: 'service', Value: 'assign-partitions' }],
      Statistic: 'Sum',
      Period: 60,
      Threshold: 1,
      ComparisonOperator: 'LessThanThreshold',
      DatapointsToAlarm: 5,
      EvaluationPeriods: 5,
      TreatMissingData: 'breaching',
    });
  });

  it('raises reports-missing when nothing is counted for as long as the stage says, and only where it does', () => {
    expect(alarmsOf().has('veltrix-main-reports-missing')).toBe(false);
    const asked = alarmsOf({ alarms: { reportsMissingMinutes: 7 } });
    expect(asked.size).toBe(32);
    expect(asked.get('veltrix-main-reports-missing')).toMatchObject({
      Namespace: 'Veltrix',
      MetricName: 'ReportsReceived',
      Dimensions: [{ Name: 'service', Value: 'record-load' }],
      Statistic: 'Sum',
      Period: 60,
      Threshold: 1,
      ComparisonOperator: 'LessThanThreshold',
      DatapointsToAlarm: 7,
      EvaluationPeriods: 7,
      TreatMissingData: 'breaching',
    });
  });

  it('has no other alarm, and none of assignments where no application has its work shared out', () => {
    expect(alarmsOf().size).toBe(31);
    const { routing: _, ...unrouted } = application;
    const { template } = assembled(stageOf({}), [unrouted]);
    const alarms = Object.values(Template.fromJSON(template).findResources('AWS::CloudWatch::Alarm'));
    expect(alarms).toHaveLength(23);
    expect(alarms.filter((alarm) => /Assign|assign|Silent/.test(JSON.stringify(alarm)))).toEqual([]);
  });

  it('counts where the functions count', () => {
    expect(metricNamespace).toBe('Veltrix');
  });

  it('says in each alarm what it means, and where to read what to do', () => {
    for (const [name, { AlarmDescription }] of alarmsOf()) {
      const anchor = name
        .replace('veltrix-main-', '')
        .replace(/-app-(staging|production)$/, '')
        .replace(/-throttled-.*(?<!reports)$/, '-throttled');
      expect(AlarmDescription).toMatch(/^[A-Z][^\n]{40,300}\. What to do: docs\/runbook\.md#[a-z-]+$/);
      expect(AlarmDescription.endsWith(`#${anchor}`)).toBe(true);
    }
  });
});
