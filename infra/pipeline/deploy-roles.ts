/** The roles that `cdk bootstrap` made, with which `cdk deploy` works: whoever may take them may deploy. */

import { ArnFormat, DefaultStackSynthesizer, type Stack } from 'aws-cdk-lib';

/** Changes stacks, brings up code, looks what is deployed. What CloudFormation itself may do is a fourth, passed by the first. */
const kinds = ['deploy', 'file-publishing', 'lookup'] as const;

export const deployRoleArns = (stack: Stack): string[] =>
  kinds.map((kind) =>
    stack.formatArn({
      service: 'iam',
      region: '',
      resource: 'role',
      resourceName: `cdk-${DefaultStackSynthesizer.DEFAULT_QUALIFIER}-${kind}-role-${stack.account}-${stack.region}`,
      arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
    }),
  );
