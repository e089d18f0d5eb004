/**
 * The alarm that AppConfig looks at while an environment rolls out: while it is raised, the rollout is rolled back. It is the
 * user's own, on what customers feel; missing data must not breach in it, or a quiet night rolls back good changes.
 */

import type { CfnEnvironment } from 'aws-cdk-lib/aws-appconfig';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { StageEnvironment } from '../../core/stages.js';

type Monitor = NonNullable<StageEnvironment['monitor']>;

/** @param scope gets the role in which AppConfig looks, where the stage names none: one for all environments. */
export const monitorsOf = (
  scope: Construct,
  monitor: Monitor | undefined,
): CfnEnvironment.MonitorsProperty[] =>
  monitor ? [{ alarmArn: monitor.alarmArn, alarmRoleArn: monitor.roleArn ?? alarmRole(scope).roleArn }] : [];

function alarmRole(scope: Construct): Role {
  const made = scope.node.tryFindChild('AlarmRole');
  if (made instanceof Role) return made;
  const role = new Role(scope, 'AlarmRole', { assumedBy: new ServicePrincipal('appconfig.amazonaws.com') });
  // As AppConfig's guide prints it: it names no alarms when it asks.
  role.addToPolicy(new PolicyStatement({ actions: ['cloudwatch:DescribeAlarms'], resources: ['*'] }));
  return role;
}
