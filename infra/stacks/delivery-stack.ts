/** Configuration from a request to a rollout: what is in AppConfig, and the functions around it. */

import { Stack, type StackProps } from 'aws-cdk-lib';
import { CfnDeploymentStrategy } from 'aws-cdk-lib/aws-appconfig';
import type { Construct } from 'constructs';
import { type Strategy, strategies } from '../../core/delivery/strategies.js';
import { strategyName } from '../../core/names.js';
import type { Application } from '../../core/profiles.js';
import type { Stage } from '../../core/stages.js';
import { AppConfigApplication } from '../delivery/appconfig-application.js';
import { ChangeNotifications } from '../delivery/change-notifications.js';
import { RolloutGuard } from '../delivery/rollout-guard.js';

export interface DeliveryStackProps extends StackProps {
  readonly stage: Stage;
  readonly applications: readonly Application[];
}

export class DeliveryStack extends Stack {
  constructor(scope: Construct, id: string, { stage, applications, ...props }: DeliveryStackProps) {
    super(scope, id, props);
    const strategyIds = this.strategies(stage.name);
    const deployed = applications.map((application) => {
      const { name } = application;
      return [name, new AppConfigApplication(this, name, { stage, application, strategyIds })] as const;
    });
    const byName = Object.fromEntries(deployed);
    new ChangeNotifications(this, 'Changes', { stage, applications: byName });
    new RolloutGuard(this, 'Guard', { stage, applications: byName });
  }

  /** AppConfig's id of each strategy, by name. */
  private strategies(stage: string): Record<string, string> {
    const ids = Object.entries<Strategy>(strategies).map(([name, strategy]) => {
      const resource = new CfnDeploymentStrategy(this, `Strategy-${name}`, {
        name: strategyName(stage, name),
        description: strategy.description,
        deploymentDurationInMinutes: strategy.durationMinutes,
        growthType: strategy.growthType,
        growthFactor: strategy.growthPercent,
        finalBakeTimeInMinutes: strategy.bakeMinutes,
        replicateTo: 'NONE',
      });
      return [name, resource.ref];
    });
    return Object.fromEntries(ids);
  }
}
