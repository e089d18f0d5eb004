import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { defineApplication, defineProfile } from '../../core/profiles.js';
import { metricNamespace } from '../../functions/measures.js';
import { OperationsStack } from '../../infra/stacks/operations-stack.js';
import { stagesSchema } from '../../infra/stages.js';
import { scratchApps } from './assembly.js';

const scratchApp = scratchApps();

type Alarm = Record<string, unknown> & { readonly AlarmName: string; readonly AlarmDescription: string };

function stageOf(about: object) {
  const [stage] = stagesSchema.parse([{ name: 'main', strategies: {}, otherwise: 'linear-20', ...about }]);
  if (!stage) throw new Error('there is no stage');
  return stage;
}

/** The alarms of a stage, by name. */
function alarmsOf(about: object = {}): ReadonlyMap<string, Alarm> {
  const template = Template.fromJSON(assembled(stageOf(about)).template).findResources(
    'AWS::CloudWatch::Alarm',
  );
  const alarms = Object.values(template).map(({ Properties }) => Properties as Alarm);
  return new Map(alarms.map((alarm) => [alarm.AlarmName, alarm]));
}

const application = defineApplication({
  name: 'app',
  environments: ['staging', 'production'],
  profiles: [defineProfile({ name: 'p', description: 'p', schema: z.object({}), schemaVersion: 1 })],
  routing: {},
});

function assembled(stage: ReturnType<typeof stagesSchema.parse>[number], applications = [application]) {
  const app = scratchApp();
  const stack = new OperationsStack(app, 'Operations', { stage, applications });
  return app.synth().getStackByName(stack.stackName);
}

const topic = 'arn:aws:sns:eu-central-1:111122223333:on-call';

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

  it('has no other alarm, and none of assignments where no application has its work shared out', () => {
    expect(alarmsOf().size).toBe(19);
    const { routing: _, ...unrouted } = application;
    const { template } = assembled(stageOf({}), [unrouted]);
    const alarms = Object.values(Template.fromJSON(template).findResources('AWS::CloudWatch::Alarm'));
    expect(alarms).toHaveLength(15);
    expect(JSON.stringify(alarms)).not.toContain('assign');
  });

  it('counts where the functions count', () => {
    expect(metricNamespace).toBe('Veltrix');
  });

  it('says in each alarm what it means, and where to read what to do', () => {
    for (const [name, { AlarmDescription }] of alarmsOf()) {
      const anchor = name.replace('veltrix-main-', '').replace(/-app-(staging|production)$/, '');
      expect(AlarmDescription).toMatch(/^[A-Z][^\n]{40,300}\. What to do: docs\/operations\.md#[a-z-]+$/);
      expect(AlarmDescription.endsWith(`#${anchor}`)).toBe(true);
    }
  });

  it('tells nobody when the stage has no topic, and synthesis says so', () => {
    for (const alarm of alarmsOf().values()) expect(alarm).not.toHaveProperty('AlarmActions');
    const warnings = (about: object) =>
      assembled(stageOf(about)).messages.map(({ level, entry }) => [level, entry.data]);
    expect(warnings({})).toEqual([
      [
        'warning',
        'The alarms of stage main tell nobody: name a topic in infra/stages.ts (alarmTopicArn). [ack: veltrix:alarms-tell-nobody]',
      ],
    ]);
    expect(warnings({ alarmTopicArn: topic })).toEqual([]);
  });

  it('tells the stage’s topic of every alarm, and of the end of those that last', () => {
    const told = [...alarmsOf({ alarmTopicArn: topic }).values()];
    for (const alarm of told) expect(alarm['AlarmActions']).toEqual([topic]);
    const ends = told.filter((alarm) => 'OKActions' in alarm);
    expect(ends.map(({ AlarmName, OKActions }) => [AlarmName, OKActions])).toEqual([
      ['veltrix-main-publish-failed-app-staging', [topic]],
      ['veltrix-main-publish-failed-app-production', [topic]],
      ['veltrix-main-guard-blind', [topic]],
      ['veltrix-main-guard-unkept', [topic]],
      ['veltrix-main-fan-out-failed', [topic]],
      ['veltrix-main-reports-late', [topic]],
      ['veltrix-main-dead-letters', [topic]],
      ['veltrix-main-assignment-failed', [topic]],
      ['veltrix-main-assignment-stalled', [topic]],
      ['veltrix-main-assignment-panic', [topic]],
      ['veltrix-main-fleet-over-capacity', [topic]],
    ]);
  });
});
