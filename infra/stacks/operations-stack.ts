/** What tells people that something needs them. It watches the other stacks by their names, and nothing depends on it. */

import { Duration, Stack, type StackProps } from 'aws-cdk-lib';
import { Alarm, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { alarmName } from '../../core/names.js';
import { type AlarmAbout, alarms } from '../parts/alarms.js';
import type { Stage } from '../stages.js';

/** As often as metrics come. */
const periodSeconds = 60;

export interface OperationsStackProps extends StackProps {
  readonly stage: Stage;
}

export class OperationsStack extends Stack {
  constructor(scope: Construct, id: string, { stage, ...props }: OperationsStackProps) {
    super(scope, id, props);
    for (const about of alarms(stage.name)) this.alarm(stage, about);
  }

  private alarm({ name, alarmTopicArn }: Stage, about: AlarmAbout): void {
    const { metric, minutes = { watched: 1, bad: 1 } } = about;
    const alarm = new Alarm(this, about.name, {
      alarmName: alarmName(name, about.name),
      alarmDescription: `${about.impact} What to do: docs/operations.md#${about.name}`,
      metric: new Metric({
        namespace: metric.namespace,
        metricName: metric.name,
        dimensionsMap: metric.dimensions,
        statistic: metric.statistic,
        period: Duration.seconds(periodSeconds),
      }),
      threshold: 1,
      evaluationPeriods: minutes.watched,
      datapointsToAlarm: minutes.bad,
      // Nothing is counted while nothing happens.
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    if (alarmTopicArn === undefined) return;
    const tell = { bind: () => ({ alarmActionArn: alarmTopicArn }) };
    alarm.addAlarmAction(tell);
    if (about.lasts) alarm.addOkAction(tell);
  }
}
