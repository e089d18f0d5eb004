/** From every tick of a deployment to the fleet's own verdict: the guard, and the extension that asks it. */

import { Stack } from 'aws-cdk-lib';
import { CfnExtension, CfnExtensionAssociation } from 'aws-cdk-lib/aws-appconfig';
import { Construct } from 'constructs';
import { formatCluster } from '../../core/addresses.js';
import { guardExtension, guardFunction, nodesTable, rolloutsTable } from '../../core/names.js';
import { guardConcurrency } from '../../core/placement.js';
import { environmentOf, type Stage } from '../../core/stages.js';
import { guardSettingsSchema } from '../../functions/guard-rollout/settings.js';
import { defaultBusArn, tableArn } from '../parts/arns.js';
import { VeltrixFunction } from '../parts/veltrix-function.js';
import type { AppConfigApplication } from './appconfig-application.js';
import { lambdaExtensionRole } from './extension-role.js';

/** AppConfig waits about 3 seconds for a tick, cold start included; the guard answers by itself 2 after it starts. */
const guardTimeoutSeconds = 3;
/** One whole processor (Lambda's guide): loading the bundle and reading two thousand records are work for one. */
const guardMemoryMb = 1769;

export interface RolloutGuardProps {
  readonly stage: Stage;
  readonly applications: Readonly<Record<string, AppConfigApplication>>;
}

export class RolloutGuard extends Construct {
  constructor(scope: Construct, id: string, { stage, applications }: RolloutGuardProps) {
    super(scope, id);
    const all = Object.values(applications);
    const environments = all.flatMap((application) => Object.keys(application.environmentIds)).length;
    const guard = this.guard(stage, environments);
    for (const application of all) application.allowReading(guard);
    const extension = this.extension(stage.name, guard);
    this.associate(extension, guard, { stage, applications });
  }

  private associate(extension: CfnExtension, guard: VeltrixFunction, props: RolloutGuardProps): void {
    for (const { id, arn } of guarded(props)) {
      const association = new CfnExtensionAssociation(this, `Association-${id}`, {
        extensionIdentifier: extension.attrId,
        extensionVersionNumber: extension.attrVersionNumber,
        resourceIdentifier: arn,
      });
      // A tick whose guard may not read yet would be a blind one.
      association.node.addDependency(guard);
    }
  }

  private guard(stage: Stage, environments: number): VeltrixFunction {
    const guard = new VeltrixFunction(this, 'Guard', {
      stage,
      name: guardFunction(stage.name),
      folder: 'guard-rollout',
      description: 'Says whether a rollout may go on, by what the fleet reports of itself',
      settings: guardSettingsSchema,
      environment: {
        VELTRIX_NODES_TABLE: nodesTable(stage.name),
        VELTRIX_ROLLOUTS_TABLE: rolloutsTable(stage.name),
      },
      memoryMb: guardMemoryMb,
      timeoutSeconds: guardTimeoutSeconds,
      sourceMaps: false,
      reservedConcurrency: guardConcurrency(stage, environments),
    });
    const stack = Stack.of(this);
    guard.allow(['dynamodb:Query'], [tableArn(stack, nodesTable(stage.name))]);
    guard.allow(
      ['dynamodb:BatchGetItem', 'dynamodb:GetItem', 'dynamodb:UpdateItem'],
      [tableArn(stack, rolloutsTable(stage.name))],
    );
    // The list of all applications is no resource that could be named.
    guard.allow(['appconfig:ListApplications'], ['*']);
    return guard;
  }

  /** The other extension tells: one holds five action points. */
  private extension(stage: string, guard: VeltrixFunction): CfnExtension {
    const role = lambdaExtensionRole(this, guard.lambda.functionArn);
    // The account's own bus needs no role (AppConfig's guide). It wakes the queues.
    const toBus = [{ Name: 'wake', Uri: defaultBusArn(Stack.of(this)) }];
    const extension = new CfnExtension(this, 'Extension', {
      name: guardExtension(stage),
      description: 'Asks Veltrix at every tick whether the rollout may go on',
      // Property names within are CloudFormation's own: the map is handed on as it stands.
      actions: {
        AT_DEPLOYMENT_TICK: [{ Name: 'judge', Uri: guard.lambda.functionArn, RoleArn: role.roleArn }],
        ON_DEPLOYMENT_COMPLETE: toBus,
        ON_DEPLOYMENT_ROLLED_BACK: toBus,
      },
    });
    extension.node.addDependency(role);
    return extension;
  }
}

/** Each environment by itself: the guard may be taken away from one, and stay with the others. */
const guarded = ({ stage, applications }: RolloutGuardProps): { id: string; arn: string }[] =>
  Object.entries(applications).flatMap(([name, application]) =>
    Object.entries(application.environmentIds)
      .filter(([environment]) => environmentOf(stage, environment).guarded)
      .map(([environment, environmentId]) => ({
        id: formatCluster({ application: name, environment }),
        arn: application.arn('environment', environmentId),
      })),
  );
