import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { metricNamespace } from '../../functions/measures.js';
import { OperationsStack } from '../../infra/stacks/operations-stack.js';
import { stagesSchema } from '../../infra/stages.js';
import { withoutValidation } from './assembly.js';

withoutValidation();

type Alarm = Record<string, unknown> & { readonly AlarmName: string; readonly AlarmDescription: string };

/** The alarms of a stage, by name. */
function alarmsOf(about: object = {}): ReadonlyMap<string, Alarm> {
  const [stage] = stagesSchema.parse([{ name: 'main', strategies: {}, otherwise: 'linear-20', ...about }]);
  if (!stage) throw new Error('there is no stage');
  const template = Template.fromJSON(synthesized(stage)).findResources('AWS::CloudWatch::Alarm');
  const alarms = Object.values(template).map(({ Properties }) => Properties as Alarm);
  return new Map(alarms.map((alarm) => [alarm.AlarmName, alarm]));
}

function synthesized(stage: ReturnType<typeof stagesSchema.parse>[number]): Record<string, unknown> {
  const app = new App({ analyticsReporting: false, treeMetadata: false });
  const stack = new OperationsStack(app, 'Operations', { stage });
  return app.synth().getStackByName(stack.stackName).template;
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
      name: 'dead-letters',
      metric: [
        'AWS/SQS',
        'ApproximateNumberOfMessagesVisible',
        { QueueName: 'veltrix-main-dead-letters' },
        'Maximum',
      ],
      minutes: [1, 1],
    },
  ])('raises $name from the first one on', ({ name, metric, minutes }) => {
    const [namespace, metricName, dimensions, statistic] = metric;
    expect(alarmsOf().get(`veltrix-main-${name}`)).toMatchObject({
      Namespace: namespace,
      MetricName: metricName,
      Dimensions: Object.entries(dimensions ?? {}).map(([Name, Value]) => ({ Name, Value })),
      Statistic: statistic,
      Period: 60,
      Threshold: 1,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      DatapointsToAlarm: minutes[0],
      EvaluationPeriods: minutes[1],
      TreatMissingData: 'notBreaching',
    });
  });

  it('has no other alarm', () => {
    expect(alarmsOf().size).toBe(7);
  });

  it('counts where the functions count', () => {
    expect(metricNamespace).toBe('Veltrix');
  });

  it('says in each alarm what it means, and where to read what to do', () => {
    for (const [name, { AlarmDescription }] of alarmsOf()) {
      const anchor = name.replace('veltrix-main-', '');
      expect(AlarmDescription).toMatch(/^[A-Z][^\n]{40,300}\. What to do: docs\/operations\.md#[a-z-]+$/);
      expect(AlarmDescription.endsWith(`#${anchor}`)).toBe(true);
    }
  });

  it('tells nobody when the stage has no topic', () => {
    for (const alarm of alarmsOf().values()) expect(alarm).not.toHaveProperty('AlarmActions');
  });

  it('tells the stage’s topic of every alarm, and of the end of those that last', () => {
    const told = [...alarmsOf({ alarmTopicArn: topic }).values()];
    for (const alarm of told) expect(alarm['AlarmActions']).toEqual([topic]);
    const ends = told.filter((alarm) => 'OKActions' in alarm);
    expect(ends.map(({ AlarmName, OKActions }) => [AlarmName, OKActions])).toEqual([
      ['veltrix-main-guard-blind', [topic]],
      ['veltrix-main-dead-letters', [topic]],
    ]);
  });
});
