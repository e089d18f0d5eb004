/** What may be done at the stops of a change's way: the same rights for a pipeline's steps and for a workflow's. */

import { Stack } from 'aws-cdk-lib';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { type ClusterAddress, formatCluster } from '../../core/addresses.js';
import type { Profile } from '../../core/profiles.js';
import type { Stage } from '../../core/stages.js';
import { EnvironmentAccess, grantAll } from '../access/environment-access.js';
import { lookingForNames, lookingForSecrets } from '../access/permissions.js';
import type { Stop, Travelling } from './travel.js';

/** An application with what its values may name. */
export interface Publishable extends Travelling {
  readonly profiles: readonly Profile[];
}

export interface Way {
  readonly stage: Stage;
  /** All of the project, whole: the way of a change may begin in another stage. */
  readonly applications: readonly Publishable[];
}

export class StopRights {
  private readonly stack: Stack;
  private readonly way: Way;

  constructor(scope: Construct, way: Way) {
    this.stack = Stack.of(scope);
    this.way = way;
  }

  /** Says what publishing would change, and whether the secrets are there that values name. */
  grantPlan(grantee: IGrantable, { cluster }: Stop): void {
    this.access(cluster).grantRead(grantee);
    this.grantSecrets(grantee, cluster);
  }

  /** Publishes there, where the stop before it has what is published. */
  grantPublish(grantee: IGrantable, stop: Stop): void {
    const { cluster, after } = this.withinStage(stop);
    this.access(cluster).grantPublish(grantee);
    this.grantSecrets(grantee, cluster);
    if (after) this.access(after).grantRead(grantee);
  }

  /** Compares the names in files with those that are deployed, before stacks are. */
  grantNames(grantee: IGrantable): void {
    grantAll(grantee, lookingForNames(this.stack, this.way.stage.name));
  }

  /** What another stage holds is in another account, where nothing of this one may look: the approval stands in for it. */
  withinStage({ cluster, after }: Stop): Stop {
    return after && after.environment in this.way.stage.environments ? { cluster, after } : { cluster };
  }

  private access(cluster: ClusterAddress): EnvironmentAccess {
    return new EnvironmentAccess(this.stack, { stage: this.way.stage.name, address: formatCluster(cluster) });
  }

  private grantSecrets(grantee: IGrantable, { application }: ClusterAddress): void {
    const profiles = this.way.applications.find(({ name }) => name === application)?.profiles ?? [];
    const permissions = lookingForSecrets(this.stack, profiles);
    if (permissions.length > 0) grantAll(grantee, permissions);
  }
}
