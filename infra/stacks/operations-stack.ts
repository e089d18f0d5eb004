/** What tells people that something needs them. It watches the other stacks by their names, and nothing depends on it. */

import { Annotations, Duration, Stack, type StackProps } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { alarmName } from '../../core/names.js';
import type { Application } from '../../core/profiles.js';
import { environmentOf, type Stage } from '../../core/stages.js';
import { EnvironmentDashboard } from '../dashboards/environment-dashboard.js';
import type { AlarmAbout } from '../operations/alarm-about.js';
import { alarms, type Watched } from '../operations/alarms.js';
import { metricOf } from '../operations/metric-of.js';

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
    const watched = watchedIn(applications);
    const raised = alarms(stage, watched).map((about) => [about, this.alarm(stage, about)] as const);
    for (const each of watched) {
      const { application, environment } = each.cluster;
      const concern = raised.filter(([{ cluster }]) => cluster === undefined || cluster === each.cluster);
      new EnvironmentDashboard(this, `Dashboard-${application}-${environment}`, {
        stage: stage.name,
        ...each,
        alarms: concern.map(([, alarm]) => alarm),
        monitorArn: environmentOf(stage, environment).monitor?.alarmArn,
      });
    }
    this.warnOfSilence(stage, watched);
  }

  private warnOfSilence(stage: Stage, watched: readonly Watched[]): void {
    // Without a topic of the stage, alarms that are no environment's own tell nobody.
    if (stage.alarmTopicArn !== undefined) return;
    const told = watched.filter(({ cluster }) => topicOf(stage, cluster) !== undefined).length;
    Annotations.of(this).addWarningV2(
      'veltrix:alarms-tell-nobody',
      `${told > 0 ? 'Alarms that are no environment’s own' : 'The alarms'} of stage ${stage.name} tell nobody: name a topic in infra/stages.ts (alarmTopicArn).`,
    );
  }

  private alarm(stage: Stage, about: AlarmAbout): Alarm {
    const { metric, section = about.name, threshold = 1, minutes = { watched: 1, bad: 1 } } = about;
    const alarm = new Alarm(this, about.name, {
      alarmName: alarmName(stage.name, about.name),
      alarmDescription: `${about.impact} What to do: docs/runbook.md#${section}`,
      metric: metricOf(metric, Duration.minutes(1)),
      threshold,
      evaluationPeriods: minutes.watched,
      datapointsToAlarm: minutes.bad,
      // Nothing is counted while nothing happens.
      ...(about.absence ? absent : { treatMissingData: TreatMissingData.NOT_BREACHING }),
    });
    const topicArn = topicOf(stage, about.cluster);
    if (topicArn === undefined) return alarm;
    const tell = { bind: () => ({ alarmActionArn: topicArn }) };
    alarm.addAlarmAction(tell);
    if (about.lasts) alarm.addOkAction(tell);
    return alarm;
  }
}

/** What is an environment's own is told to whoever the environment names. */
function topicOf(stage: Stage, cluster: AlarmAbout['cluster']): string | undefined {
  const own = cluster && environmentOf(stage, cluster.environment).alarmTopicArn;
  return own ?? stage.alarmTopicArn;
}

const watchedIn = (applications: readonly Application[]): readonly Watched[] =>
  applications.flatMap(({ name: application, environments, routing }) =>
    environments.map((environment) => ({
      cluster: { application, environment },
      isRouted: routing !== undefined,
    })),
  );
