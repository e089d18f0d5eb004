/**
 * One page per environment, that answers from top to bottom: what is deployed, who runs it, is it hurting, how to undo it, is the
 * machinery well. No metric is a node's: what single nodes do is for Prometheus (docs/monitoring/).
 */

import {
  Alarm,
  AlarmStatusWidget,
  AlarmWidget,
  Dashboard,
  type IAlarm,
  type IWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import type { ClusterAddress } from '../../core/addresses.js';
import { dashboardName } from '../../core/names.js';
import { guardWidgets, machineryWidgets } from './machinery.js';
import { deployedWidgets, hurtingWidgets, runningWidgets, undoText } from './questions.js';
import { heading } from './widgets.js';

export interface EnvironmentDashboardProps {
  readonly stage: string;
  readonly cluster: ClusterAddress;
  /** True where its work is shared out. */
  readonly isRouted: boolean;
  /** Those that concern the environment. */
  readonly alarms: readonly IAlarm[];
  /** The alarm on what customers feel, where the environment is monitored by one. */
  readonly monitorArn?: string | undefined;
}

export class EnvironmentDashboard extends Construct {
  constructor(scope: Construct, id: string, props: EnvironmentDashboardProps) {
    super(scope, id);
    const { stage, cluster, isRouted, alarms } = props;
    const about = { stage, cluster, isRouted };
    new Dashboard(this, 'Dashboard', {
      dashboardName: dashboardName(stage, cluster),
      widgets: [
        [heading('What is deployed?')],
        deployedWidgets(about),
        [heading('Who runs it?')],
        runningWidgets(about),
        [heading('Is it hurting?')],
        [...hurtingWidgets(about), ...this.monitor(props)],
        [heading('Undo it')],
        [undoText(cluster)],
        [heading('Is the machinery well?')],
        [
          new AlarmStatusWidget({
            title: 'Alarms: each leads to docs/runbook.md',
            alarms: [...alarms],
            width: 24,
            height: 4,
          }),
        ],
        guardWidgets(about),
        machineryWidgets(about),
      ],
    });
  }

  private monitor({ monitorArn }: EnvironmentDashboardProps): IWidget[] {
    if (monitorArn === undefined) return [];
    const alarm = Alarm.fromAlarmArn(this, 'Monitor', monitorArn);
    return [
      new AlarmWidget({
        title: 'What customers feel: AppConfig rolls back while it is raised',
        alarm,
        width: 8,
      }),
    ];
  }
}
