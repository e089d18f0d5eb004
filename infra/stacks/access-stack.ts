/**
 * Ready policies for people, pipelines and services. In a stack of their own, since a policy cannot go while somebody's role has
 * it: that must hold up no schema. Their descriptions stay as they are: IAM cannot change one, and CloudFormation cannot replace
 * what has a name.
 */

import { Stack, type StackProps } from 'aws-cdk-lib';
import { type IGrantable, ManagedPolicy } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { type ClusterAddress, formatCluster } from '../../core/addresses.js';
import { type AccessRole, accessPolicy, stagePolicy } from '../../core/names.js';
import type { Application } from '../../core/profiles.js';
import type { Stage } from '../../core/stages.js';
import { EnvironmentAccess, grantAll } from '../access/environment-access.js';
import { lookingAtStage, lookingForSecrets, type Permission, retiring } from '../access/permissions.js';
import { readApplicationId } from '../access/published-ids.js';

/** IAM: a managed policy holds 6,144 characters, and an application takes some 300 of the maintainer's. */
const applicationsMax = 10;

export interface AccessStackProps extends StackProps {
  readonly stage: Stage;
  readonly applications: readonly Application[];
}

export class AccessStack extends Stack {
  constructor(scope: Construct, id: string, { stage, applications, ...props }: AccessStackProps) {
    super(scope, id, props);
    for (const { name: application, environments, profiles } of applications) {
      const secrets = lookingForSecrets(this, profiles);
      for (const environment of environments)
        this.policies(stage.name, { application, environment }, secrets);
    }
    this.ofStage(stage.name, applications);
  }

  private policies(stage: string, cluster: ClusterAddress, secrets: readonly Permission[]): void {
    const address = formatCluster(cluster);
    const access = new EnvironmentAccess(this, { stage, address });
    const policy = (role: AccessRole, does: string): IGrantable =>
      new ManagedPolicy(this, `${role}-${cluster.application}-${cluster.environment}`, {
        managedPolicyName: accessPolicy(stage, role, cluster),
        description: `${does} ${address}`,
      });
    access.grantReport(policy('node', 'Is a node of'));
    const publisher = policy('publisher', 'Publishes to');
    access.grantPublish(publisher);
    if (secrets.length > 0) grantAll(publisher, secrets);
    access.grantOperate(policy('operator', 'Undoes changes and drains nodes in'));
    access.grantRead(policy('auditor', 'Looks at'));
  }

  /** One policy of a kind, and more of them where a stage has more applications than one holds. */
  private ofStage(stage: string, applications: readonly Application[]): void {
    for (let first = 0; first < applications.length; first += applicationsMax) {
      const number = 1 + first / applicationsMax;
      const names = applications.slice(first, first + applicationsMax).map(({ name }) => name);
      const applicationIds = names.map((name) => readApplicationId(stage, name));
      const place = { stack: this, stage, applicationIds };
      const policy = (role: 'auditor' | 'maintainer', does: string): IGrantable =>
        new ManagedPolicy(this, `${role}-${number}`, {
          managedPolicyName: stagePolicy(stage, role, number),
          description: `${does} stage ${stage}`,
        });
      grantAll(policy('auditor', 'Looks at every environment of'), lookingAtStage(place));
      grantAll(policy('maintainer', 'Retires profiles and old versions in'), [
        ...lookingAtStage(place),
        ...retiring(place),
      ]);
    }
  }
}
