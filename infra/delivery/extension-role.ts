/** The role in which AppConfig invokes a function for an extension. */

import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';

/** @returns the role, with the logical id `ExtensionRole` in its scope. */
export function lambdaExtensionRole(scope: Construct, functionArn: string): Role {
  // Without a condition on the account, as AppConfig's guide prints it: docs/decisions/0003.
  const role = new Role(scope, 'ExtensionRole', {
    assumedBy: new ServicePrincipal('appconfig.amazonaws.com'),
  });
  // AppConfig's guide and the CDK's own extensions list both, without saying which of them a point needs.
  role.addToPolicy(
    new PolicyStatement({
      actions: ['lambda:InvokeFunction', 'lambda:InvokeAsync'],
      resources: [functionArn],
    }),
  );
  return role;
}
