/**
 * AppConfig's ids, by name: whoever grants rights in a stack of their own knows names, and AppConfig's ARNs have ids. They are
 * parameters of Systems Manager and no exports, since an export cannot change or go while somebody uses it.
 */

import { CfnDynamicReference, CfnDynamicReferenceService } from 'aws-cdk-lib';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import type { ClusterAddress } from '../../core/addresses.js';
import { applicationIdParameter, environmentIdParameter } from '../../core/names.js';

export interface PublishedIdsProps {
  readonly stage: string;
  /** The application's name. */
  readonly application: string;
  readonly applicationId: string;
  /** By name. */
  readonly environmentIds: Readonly<Record<string, string>>;
}

/** Keeps the ids of one application and its environments where `readIds` finds them. */
export class PublishedIds extends Construct {
  constructor(scope: Construct, id: string, props: PublishedIdsProps) {
    super(scope, id);
    const { stage, application, applicationId, environmentIds } = props;
    this.keep('Application', applicationIdParameter(stage, application), applicationId);
    for (const [environment, environmentId] of Object.entries(environmentIds)) {
      const name = environmentIdParameter(stage, { application, environment });
      this.keep(`Environment-${environment}`, name, environmentId);
    }
  }

  private keep(id: string, parameterName: string, stringValue: string): void {
    new StringParameter(this, id, { parameterName, stringValue, description: 'An id of AppConfig' });
  }
}

export interface AppConfigIds {
  readonly applicationId: string;
  readonly environmentId: string;
}

/** The ids of one environment; CloudFormation puts them in when it deploys. */
export const readIds = (stage: string, cluster: ClusterAddress): AppConfigIds => ({
  applicationId: readApplicationId(stage, cluster.application),
  environmentId: read(environmentIdParameter(stage, cluster)),
});

export const readApplicationId = (stage: string, application: string): string =>
  read(applicationIdParameter(stage, application));

const read = (parameterName: string): string =>
  new CfnDynamicReference(CfnDynamicReferenceService.SSM, parameterName).toString();
