/** AWS::IAM::Role: kept with its policies; nothing is authorized by it here. */
import * as z from 'zod';
import { defineResource, orUndo, type ResourceContext, type ResourceHandler } from '../handler.js';
import { document, number, tagChanges, tags, text } from '../properties.js';

const properties = z.strictObject({
  RoleName: text.optional(),
  Path: text.optional(),
  AssumeRolePolicyDocument: document,
  Description: text.optional(),
  MaxSessionDuration: number.optional(),
  ManagedPolicyArns: z.array(text).optional(),
  PermissionsBoundary: text.optional(),
  Policies: z.array(z.strictObject({ PolicyName: text, PolicyDocument: document })).optional(),
  Tags: tags.optional(),
});
type Properties = z.output<typeof properties>;

export const iamRole: ResourceHandler = defineResource({
  type: 'AWS::IAM::Role',
  properties,
  attributes: ['Arn', 'RoleId'],
  replaceOn: ['Path', 'PermissionsBoundary', 'RoleName'],
  nameProperty: 'RoleName',
  async create(context, wanted) {
    const RoleName = wanted.RoleName ?? context.generateName(64);
    const { Role } = await context.aws.call<{ Role: { Arn: string; RoleId: string } }>('iam', 'CreateRole', {
      RoleName,
      AssumeRolePolicyDocument: JSON.stringify(wanted.AssumeRolePolicyDocument),
      Path: wanted.Path,
      Description: wanted.Description,
      MaxSessionDuration: wanted.MaxSessionDuration,
      PermissionsBoundary: wanted.PermissionsBoundary,
      Tags: wanted.Tags,
    });
    await orUndo(
      () => grant(context, RoleName, { before: {}, after: wanted }),
      () => remove(context, RoleName),
    );
    return { physicalId: RoleName, attributes: { Arn: Role.Arn, RoleId: Role.RoleId } };
  },
  async update(context, { physicalId: RoleName, attributes, before, after }) {
    const PolicyDocument = JSON.stringify(after.AssumeRolePolicyDocument);
    await context.aws.call('iam', 'UpdateAssumeRolePolicy', { RoleName, PolicyDocument });
    const { Description, MaxSessionDuration } = after;
    await context.aws.call('iam', 'UpdateRole', { RoleName, Description, MaxSessionDuration });
    await grant(context, RoleName, { before, after });
    const { put, gone } = tagChanges(before.Tags, after.Tags);
    if (gone.length > 0) await context.aws.call('iam', 'UntagRole', { RoleName, TagKeys: gone });
    const Tags = Object.entries(put).map(([Key, Value]) => ({ Key, Value }));
    if (Tags.length > 0) await context.aws.call('iam', 'TagRole', { RoleName, Tags });
    return { physicalId: RoleName, attributes };
  },
  remove: (context, { physicalId }) => remove(context, physicalId),
});

type Granted = Pick<Properties, 'ManagedPolicyArns' | 'Policies'>;

/** Inline and attached policies, from one set to another. */
async function grant(
  { aws }: ResourceContext,
  RoleName: string,
  { before, after }: { before: Granted; after: Granted },
): Promise<void> {
  const names = new Set((after.Policies ?? []).map((policy) => policy.PolicyName));
  for (const { PolicyName } of before.Policies ?? [])
    if (!names.has(PolicyName)) await aws.call('iam', 'DeleteRolePolicy', { RoleName, PolicyName });
  for (const { PolicyName, PolicyDocument } of after.Policies ?? [])
    await aws.call('iam', 'PutRolePolicy', {
      RoleName,
      PolicyName,
      PolicyDocument: JSON.stringify(PolicyDocument),
    });
  const arns = after.ManagedPolicyArns ?? [];
  for (const PolicyArn of before.ManagedPolicyArns ?? [])
    if (!arns.includes(PolicyArn)) await aws.call('iam', 'DetachRolePolicy', { RoleName, PolicyArn });
  for (const PolicyArn of arns) await aws.call('iam', 'AttachRolePolicy', { RoleName, PolicyArn });
}

/** A role can be deleted only without policies, whoever gave them. */
async function remove({ aws }: ResourceContext, RoleName: string): Promise<void> {
  const inline = await aws.call<{ PolicyNames: string[] }>('iam', 'ListRolePolicies', { RoleName });
  for (const PolicyName of inline.PolicyNames)
    await aws.call('iam', 'DeleteRolePolicy', { RoleName, PolicyName });
  const attached = await aws.call<{ AttachedPolicies: { PolicyArn: string }[] }>(
    'iam',
    'ListAttachedRolePolicies',
    { RoleName },
  );
  for (const { PolicyArn } of attached.AttachedPolicies)
    await aws.call('iam', 'DetachRolePolicy', { RoleName, PolicyArn });
  await aws.call('iam', 'DeleteRole', { RoleName });
}
