/** Roles: recorded, shown, and never asked for permission. */
import { randomBytes } from 'node:crypto';
import * as z from 'zod';
import type { Json } from '../../kernel/aws.js';
import { jsonText } from '../../kernel/json-text.js';
import { defineOperation } from '../../kernel/operations.js';
import { alreadyExists, deleteConflict, noSuchEntity } from './errors.js';
import { type IamContext, policyWithArn, type Role, roleNamed } from './state.js';

const tags = z.array(z.object({ Key: z.string(), Value: z.string() }));
const roleInput = z.strictObject({ RoleName: z.string() });

export const createRole = defineOperation({
  input: z.strictObject({
    RoleName: z.string().regex(/^[\w+=,.@-]{1,64}$/),
    AssumeRolePolicyDocument: jsonText,
    Path: z.string().optional(),
    Description: z.string().optional(),
    MaxSessionDuration: z.number().int().min(3600).max(43_200).optional(),
    PermissionsBoundary: z.string().optional(),
    Tags: tags.optional(),
  }),
  run(context: IamContext, input) {
    const { roles, identity } = context;
    if (roles.has(input.RoleName)) throw alreadyExists(`Role with name ${input.RoleName}`);
    const path = input.Path ?? '/';
    const role: Role = {
      name: input.RoleName,
      id: uniqueId('AROA'),
      arn: `arn:${identity.partition}:iam::${identity.accountId}:role${path}${input.RoleName}`,
      path,
      createdAtMs: context.clock.now(),
      description: input.Description,
      maxSessionSeconds: input.MaxSessionDuration ?? 3600,
      trust: input.AssumeRolePolicyDocument,
      boundary: input.PermissionsBoundary,
      inline: {},
      attached: [],
      tags: Object.fromEntries((input.Tags ?? []).map(({ Key, Value }) => [Key, Value])),
    };
    roles.set(role.name, role);
    return { Role: describeRole(role) };
  },
});

export const getRole = defineOperation({
  input: roleInput,
  run: (context: IamContext, { RoleName }) => ({ Role: describeRole(roleNamed(context, RoleName)) }),
});

/** Throws DeleteConflict while the role still has policies, as AWS does. */
export const deleteRole = defineOperation({
  input: roleInput,
  run(context: IamContext, { RoleName }) {
    const role = roleNamed(context, RoleName);
    if (role.attached.length > 0)
      throw deleteConflict('Cannot delete entity, must detach all policies first.');
    if (Object.keys(role.inline).length > 0)
      throw deleteConflict('Cannot delete entity, must delete policies first.');
    context.roles.delete(RoleName);
    return {};
  },
});

export const updateRole = defineOperation({
  input: roleInput.extend({
    Description: z.string().optional(),
    MaxSessionDuration: z.number().int().min(3600).max(43_200).optional(),
  }),
  run(context: IamContext, input) {
    const role = roleNamed(context, input.RoleName);
    role.description = input.Description ?? role.description;
    role.maxSessionSeconds = input.MaxSessionDuration ?? role.maxSessionSeconds;
    return {};
  },
});

export const updateAssumeRolePolicy = defineOperation({
  input: roleInput.extend({ PolicyDocument: jsonText }),
  run(context: IamContext, input) {
    roleNamed(context, input.RoleName).trust = input.PolicyDocument;
    return {};
  },
});

export const putRolePolicy = defineOperation({
  input: roleInput.extend({ PolicyName: z.string().min(1), PolicyDocument: jsonText }),
  run(context: IamContext, input) {
    roleNamed(context, input.RoleName).inline[input.PolicyName] = input.PolicyDocument;
    return {};
  },
});

export const getRolePolicy = defineOperation({
  input: roleInput.extend({ PolicyName: z.string() }),
  run(context: IamContext, { RoleName, PolicyName }) {
    const text = roleNamed(context, RoleName).inline[PolicyName];
    if (text === undefined) throw noSuchEntity(`The role policy with name ${PolicyName}`);
    return { RoleName, PolicyName, PolicyDocument: encodeURIComponent(text) };
  },
});

export const listRolePolicies = defineOperation({
  input: roleInput,
  run: (context: IamContext, { RoleName }) => ({
    PolicyNames: Object.keys(roleNamed(context, RoleName).inline),
    IsTruncated: false,
  }),
});

export const deleteRolePolicy = defineOperation({
  input: roleInput.extend({ PolicyName: z.string() }),
  run(context: IamContext, { RoleName, PolicyName }) {
    const role = roleNamed(context, RoleName);
    if (!Object.hasOwn(role.inline, PolicyName))
      throw noSuchEntity(`The role policy with name ${PolicyName}`);
    delete role.inline[PolicyName];
    return {};
  },
});

/** AWS's own policies (`arn:aws:iam::aws:policy/…`) are taken as they come: there is no list of them here. */
export const attachRolePolicy = defineOperation({
  input: roleInput.extend({ PolicyArn: z.string() }),
  run(context: IamContext, { RoleName, PolicyArn }) {
    const role = roleNamed(context, RoleName);
    if (!PolicyArn.includes('::aws:policy/')) policyWithArn(context, PolicyArn);
    if (!role.attached.includes(PolicyArn)) role.attached.push(PolicyArn);
    return {};
  },
});

export const detachRolePolicy = defineOperation({
  input: roleInput.extend({ PolicyArn: z.string() }),
  run(context: IamContext, { RoleName, PolicyArn }) {
    const role = roleNamed(context, RoleName);
    if (!role.attached.includes(PolicyArn)) throw noSuchEntity(`Policy ${PolicyArn} of role ${RoleName}`);
    role.attached = role.attached.filter((arn) => arn !== PolicyArn);
    return {};
  },
});

export const listAttachedRolePolicies = defineOperation({
  input: roleInput,
  run: (context: IamContext, { RoleName }) => ({
    AttachedPolicies: roleNamed(context, RoleName).attached.map((PolicyArn) => ({
      PolicyArn,
      PolicyName: PolicyArn.split('/').at(-1),
    })),
    IsTruncated: false,
  }),
});

export const tagRole = defineOperation({
  input: roleInput.extend({ Tags: tags }),
  run(context: IamContext, input) {
    const role = roleNamed(context, input.RoleName);
    for (const { Key, Value } of input.Tags) role.tags[Key] = Value;
    return {};
  },
});

export const untagRole = defineOperation({
  input: roleInput.extend({ TagKeys: z.array(z.string()) }),
  run(context: IamContext, input) {
    const role = roleNamed(context, input.RoleName);
    for (const key of input.TagKeys) delete role.tags[key];
    return {};
  },
});

/** AWS's unique ids: a prefix for the kind, then sixteen capitals and digits. */
export function uniqueId(prefix: 'ANPA' | 'AROA'): string {
  return `${prefix}${randomBytes(8).toString('hex').toUpperCase()}`;
}

/** Documents come back percent-encoded, as on AWS. */
function describeRole(role: Role): Json {
  return {
    Path: role.path,
    RoleName: role.name,
    RoleId: role.id,
    Arn: role.arn,
    CreateDate: new Date(role.createdAtMs),
    AssumeRolePolicyDocument: encodeURIComponent(role.trust),
    Description: role.description,
    MaxSessionDuration: role.maxSessionSeconds,
    PermissionsBoundary: role.boundary && {
      PermissionsBoundaryType: 'Policy',
      PermissionsBoundaryArn: role.boundary,
    },
    Tags: Object.entries(role.tags).map(([Key, Value]) => ({ Key, Value })),
  };
}
