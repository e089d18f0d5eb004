/** What tells people that something needs them. It watches the other stacks by their names, and nothing depends on it. */

import { Annotations, Duration, Stack, type StackProps } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { alarmName } from '../../core/names.js';
import type { Application } from '../../core/profiles.js';
import { type AlarmAbout, alarms } from '../parts/alarms.js';
import type { Stage } from '../stages.js';

/** As often as metrics come. */
const periodSeconds = 60;

const absent = {
  comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
  treatMissingData: TreatMissingData.BREACHING,
} as const;

export interface OperationsStackProps extends StackProps {
  readonly stage: Stage;
  readonly applications: readonly Application[];
}

export class OperationsStack extends Stack {
  constructor(scope: Construct, id: string, { stage, applications, ...props }: OperationsStackProps) {
    super(scope, id, props);
    const environments = applications.flatMap(({ name: application, environments }) =>
      environments.map((environment) => ({ application, environment })),
    );
    const isRouted = applications.some(({ routing }) => routing !== undefined);
    for (const about of alarms(stage.name, { environments, isRouted })) this.alarm(stage, about);
    if (stage.alarmTopicArn === undefined) this.warnOfSilence(stage.name);
  }

  private warnOfSilence(stage: string): void {
    Annotations.of(this).addWarningV2(
      'veltrix:alarms-tell-nobody',
      `The alarms of stage ${stage} tell nobody: name a topic in infra/stages.ts (alarmTopicArn).`,
    );
  }

  private alarm({ name, alarmTopicArn }: Stage, about: AlarmAbout): void {
    const { metric, section = about.name, threshold = 1, minutes = { watched: 1, bad: 1 } } = about;
    const alarm = new Alarm(this, about.name, {
      alarmName: alarmName(name, about.name),
      alarmDescription: `${about.impact} What to do: docs/operations.md#${section}`,
      metric: new Metric({
        namespace: metric.namespace,
        metricName: metric.name,
        dimensionsMap: metric.dimensions,
        statistic: metric.statistic,
        period: Duration.seconds(periodSeconds),
      }),
      threshold,
      evaluationPeriods: minutes.watched,
      datapointsToAlarm: minutes.bad,
      // Nothing is counted while nothing happens.
      ...(about.absence ? absent : { treatMissingData: TreatMissingData.NOT_BREACHING }),
    });
    if (alarmTopicArn === undefined) return;
    const tell = { bind: () => ({ alarmActionArn: alarmTopicArn }) };
    alarm.addAlarmAction(tell);
    if (about.lasts) alarm.addOkAction(tell);
  }
}
