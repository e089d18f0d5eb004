/** The right to work with one environment, given to whom you like, from your own stack as well: docs/access.md. */

import { Stack } from 'aws-cdk-lib';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { type ClusterAddress, parseAddress } from '../../core/addresses.js';
import { UsageError } from '../../core/errors.js';
import { defaultStage } from '../../core/names.js';
import { looking, operating, type Permission, type Place, publishing, reporting } from './permissions.js';
import { readIds } from './published-ids.js';

export interface EnvironmentAccessProps {
  /** Of which stage. Default: `main`. */
  readonly stage?: string;
  /** `treasure-hunt/production`. */
  readonly address: string;
}

/**
 * One environment of a stage in the account and region of the stack that `scope` is in. It is found by name, so the stage is
 * deployed before, and nothing of it is locked.
 * @throws UsageError when the address is not one of an environment.
 */
export class EnvironmentAccess {
  private readonly place: Place;

  constructor(scope: Construct, { stage = defaultStage, address }: EnvironmentAccessProps) {
    const cluster = clusterOf(address);
    this.place = { stack: Stack.of(scope), stage, cluster, ids: readIds(stage, cluster) };
  }

  /** Publishes, looks, and changes the queue. */
  grantPublish(grantee: IGrantable): Grant {
    return grantAll(grantee, publishing(this.place));
  }

  /** Looks at everything, and changes nothing. */
  grantRead(grantee: IGrantable): Grant {
    return grantAll(grantee, looking(this.place));
  }

  /** Is a node of it: polls, reports, and reads which work is whose. */
  grantReport(grantee: IGrantable): Grant {
    return grantAll(grantee, reporting(this.place));
  }

  /** Undoes, drains nodes, changes the queue, and looks; publishes nothing new. */
  grantOperate(grantee: IGrantable): Grant {
    return grantAll(grantee, operating(this.place));
  }
}

function clusterOf(address: string): ClusterAddress {
  const { application = '', environment, profile } = parseAddress(address);
  if (environment !== undefined && profile === undefined) return { application, environment };
  throw new UsageError(`"${address}" is no environment: rights are given to environments`, {
    hint: 'Write application/environment, for example treasure-hunt/staging.',
  });
}

export function grantAll(grantee: IGrantable, permissions: readonly Permission[]): Grant {
  return permissions
    .map(({ actions, resources, conditions }) =>
      Grant.addToPrincipal({
        grantee,
        actions: [...actions],
        resourceArns: [...resources],
        ...(conditions && { conditions: copyOf(conditions) }),
      }),
    )
    .reduce((all, grant) => all.combine(grant));
}

type Conditions = NonNullable<Permission['conditions']>;

const copyOf = (conditions: Conditions): Record<string, Record<string, unknown>> =>
  Object.fromEntries(Object.entries(conditions).map(([operator, keys]) => [operator, { ...keys }]));
