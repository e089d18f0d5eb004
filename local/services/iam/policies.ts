/** Managed policies: recorded and shown. */
import * as z from 'zod';
import type { Json } from '../../kernel/aws.js';
import { jsonText } from '../../kernel/json-text.js';
import { defineOperation } from '../../kernel/operations.js';
import { alreadyExists, deleteConflict } from './errors.js';
import { uniqueId } from './roles.js';
import { type IamContext, type ManagedPolicy, policyWithArn } from './state.js';

const policyInput = z.strictObject({ PolicyArn: z.string() });

export const createPolicy = defineOperation({
  input: z.strictObject({
    PolicyName: z.string().regex(/^[\w+=,.@-]{1,128}$/),
    PolicyDocument: jsonText,
    Path: z.string().optional(),
    Description: z.string().optional(),
    Tags: z.array(z.object({ Key: z.string(), Value: z.string() })).optional(),
  }),
  run(context: IamContext, input) {
    const { partition, accountId } = context.identity;
    const path = input.Path ?? '/';
    const arn = `arn:${partition}:iam::${accountId}:policy${path}${input.PolicyName}`;
    if (context.policies.has(arn)) throw alreadyExists(`A policy called ${input.PolicyName}`);
    const policy: ManagedPolicy = {
      name: input.PolicyName,
      id: uniqueId('ANPA'),
      arn,
      path,
      createdAtMs: context.clock.now(),
      description: input.Description,
      document: input.PolicyDocument,
    };
    context.policies.set(arn, policy);
    return { Policy: describePolicy(context, policy) };
  },
});

export const getPolicy = defineOperation({
  input: policyInput,
  run: (context: IamContext, { PolicyArn }) => ({
    Policy: describePolicy(context, policyWithArn(context, PolicyArn)),
  }),
});

/** Its document, percent-encoded as AWS gives it. */
export const getPolicyVersion = defineOperation({
  input: policyInput.extend({ VersionId: z.literal('v1') }),
  run(context: IamContext, { PolicyArn }) {
    const { document, createdAtMs } = policyWithArn(context, PolicyArn);
    return {
      PolicyVersion: {
        Document: encodeURIComponent(document),
        VersionId: 'v1',
        IsDefaultVersion: true,
        CreateDate: new Date(createdAtMs),
      },
    };
  },
});

/** Replaces the document: here a policy has one version only, which is the default one. */
export const createPolicyVersion = defineOperation({
  input: policyInput.extend({ PolicyDocument: jsonText, SetAsDefault: z.literal(true) }),
  run(context: IamContext, { PolicyArn, PolicyDocument }) {
    policyWithArn(context, PolicyArn).document = PolicyDocument;
    return { PolicyVersion: { VersionId: 'v1', IsDefaultVersion: true } };
  },
});

/** Throws DeleteConflict while a role has it attached, as AWS does. */
export const deletePolicy = defineOperation({
  input: policyInput,
  run(context: IamContext, { PolicyArn }) {
    if (attachments(context, PolicyArn) > 0)
      throw deleteConflict('Cannot delete a policy attached to entities.');
    context.policies.delete(policyWithArn(context, PolicyArn).arn);
    return {};
  },
});

function attachments(context: IamContext, arn: string): number {
  return [...context.roles.values()].filter(({ attached }) => attached.includes(arn)).length;
}

function describePolicy(context: IamContext, policy: ManagedPolicy): Json {
  return {
    PolicyName: policy.name,
    PolicyId: policy.id,
    Arn: policy.arn,
    Path: policy.path,
    DefaultVersionId: 'v1',
    AttachmentCount: attachments(context, policy.arn),
    IsAttachable: true,
    Description: policy.description,
    CreateDate: new Date(policy.createdAtMs),
  };
}
