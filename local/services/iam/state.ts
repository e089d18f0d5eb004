/** What IAM remembers: roles and managed policies. Nothing here is enforced. */
import * as z from 'zod';
import type { Identity, Json } from '../../kernel/aws.js';
import type { Clock } from '../../kernel/clock.js';
import { noSuchEntity } from './errors.js';

const roleSchema = z.object({
  name: z.string(),
  id: z.string(),
  arn: z.string(),
  path: z.string(),
  createdAtMs: z.number(),
  description: z.string().optional(),
  maxSessionSeconds: z.number(),
  trust: z.string(),
  /** ARN of the policy that bounds its permissions. */
  boundary: z.string().optional(),
  /** Inline policies by name. */
  inline: z.record(z.string(), z.string()),
  /** ARNs of managed policies. */
  attached: z.array(z.string()),
  tags: z.record(z.string(), z.string()),
});

const policySchema = z.object({
  name: z.string(),
  id: z.string(),
  arn: z.string(),
  path: z.string(),
  createdAtMs: z.number(),
  description: z.string().optional(),
  document: z.string(),
});

const stateSchema = z.object({ roles: z.array(roleSchema), policies: z.array(policySchema) });

export type Role = z.output<typeof roleSchema>;
export type ManagedPolicy = z.output<typeof policySchema>;

export interface IamContext {
  readonly roles: Map<string, Role>;
  /** By ARN. */
  readonly policies: Map<string, ManagedPolicy>;
  readonly clock: Clock;
  readonly identity: Identity;
}

/** Throws NoSuchEntity. */
export function roleNamed(context: IamContext, name: string): Role {
  const role = context.roles.get(name);
  if (!role) throw noSuchEntity(`The role with name ${name}`);
  return role;
}

/** Throws NoSuchEntity. */
export function policyWithArn(context: IamContext, arn: string): ManagedPolicy {
  const policy = context.policies.get(arn);
  if (!policy) throw noSuchEntity(`Policy ${arn}`);
  return policy;
}

export function toSnapshot({ roles, policies }: IamContext): Json {
  return { roles: [...roles.values()], policies: [...policies.values()] };
}

/** Throws a ZodError for what `toSnapshot` did not make. */
export function fromSnapshot(context: IamContext, state: Json): void {
  const { roles, policies } = stateSchema.parse(state);
  for (const role of roles) context.roles.set(role.name, role);
  for (const policy of policies) context.policies.set(policy.arn, policy);
}
