/** AWS::IAM::ManagedPolicy, attached to roles. */
import * as z from 'zod';
import {
  defineResource,
  ignoreMissing,
  orUndo,
  type ResourceContext,
  type ResourceHandler,
} from '../handler.js';
import { document, text } from '../properties.js';

const properties = z.strictObject({
  ManagedPolicyName: text.optional(),
  Path: text.optional(),
  Description: text.optional(),
  PolicyDocument: document,
  Roles: z.array(text).optional(),
});

export const iamManagedPolicy: ResourceHandler = defineResource({
  type: 'AWS::IAM::ManagedPolicy',
  properties,
  attributes: ['PolicyArn'],
  replaceOn: ['Description', 'ManagedPolicyName', 'Path'],
  nameProperty: 'ManagedPolicyName',
  async create(context, wanted) {
    const { Policy } = await context.aws.call<{ Policy: { Arn: string } }>('iam', 'CreatePolicy', {
      PolicyName: wanted.ManagedPolicyName ?? context.generateName(128),
      PolicyDocument: JSON.stringify(wanted.PolicyDocument),
      Path: wanted.Path,
      Description: wanted.Description,
    });
    const PolicyArn = Policy.Arn;
    await orUndo(
      () => attach(context, PolicyArn, wanted.Roles),
      () => context.aws.call('iam', 'DeletePolicy', { PolicyArn }),
    );
    return { physicalId: PolicyArn, attributes: { PolicyArn } };
  },
  async update(context, { physicalId: PolicyArn, attributes, before, after }) {
    const PolicyDocument = JSON.stringify(after.PolicyDocument);
    const input = { PolicyArn, PolicyDocument, SetAsDefault: true };
    await context.aws.call('iam', 'CreatePolicyVersion', input);
    const left = (before.Roles ?? []).filter((role) => !after.Roles?.includes(role));
    await detach(context, PolicyArn, left);
    await attach(context, PolicyArn, after.Roles);
    return { physicalId: PolicyArn, attributes };
  },
  async remove(context, { physicalId: PolicyArn, properties: before }) {
    await detach(context, PolicyArn, before.Roles);
    await context.aws.call('iam', 'DeletePolicy', { PolicyArn });
  },
});

type RoleNames = readonly string[] | undefined;

async function attach({ aws }: ResourceContext, PolicyArn: string, roles: RoleNames): Promise<void> {
  for (const RoleName of roles ?? []) await aws.call('iam', 'AttachRolePolicy', { RoleName, PolicyArn });
}

async function detach({ aws }: ResourceContext, PolicyArn: string, roles: RoleNames): Promise<void> {
  for (const RoleName of roles ?? [])
    await aws.call('iam', 'DetachRolePolicy', { RoleName, PolicyArn }).then(() => {}, ignoreMissing);
}
