/** IAM: roles and policies are recorded, permissions are not enforced. See behaviour.md. */
import type { Identity, Service } from '../../kernel/aws.js';
import type { Clock } from '../../kernel/clock.js';
import { createCall, type Operation } from '../../kernel/operations.js';
import { handleQuery } from '../../kernel/query-protocol.js';
import { createPolicy, createPolicyVersion, deletePolicy, getPolicy, getPolicyVersion } from './policies.js';
import {
  attachRolePolicy,
  createRole,
  deleteRole,
  deleteRolePolicy,
  detachRolePolicy,
  getRole,
  getRolePolicy,
  listAttachedRolePolicies,
  listRolePolicies,
  putRolePolicy,
  tagRole,
  untagRole,
  updateAssumeRolePolicy,
  updateRole,
} from './roles.js';
import { fromSnapshot, type IamContext, toSnapshot } from './state.js';

const operations: Readonly<Record<string, Operation<IamContext>>> = {
  AttachRolePolicy: attachRolePolicy,
  CreatePolicy: createPolicy,
  CreatePolicyVersion: createPolicyVersion,
  CreateRole: createRole,
  DeletePolicy: deletePolicy,
  DeleteRole: deleteRole,
  DeleteRolePolicy: deleteRolePolicy,
  DetachRolePolicy: detachRolePolicy,
  GetPolicy: getPolicy,
  GetPolicyVersion: getPolicyVersion,
  GetRole: getRole,
  GetRolePolicy: getRolePolicy,
  ListAttachedRolePolicies: listAttachedRolePolicies,
  ListRolePolicies: listRolePolicies,
  PutRolePolicy: putRolePolicy,
  TagRole: tagRole,
  UntagRole: untagRole,
  UpdateAssumeRolePolicy: updateAssumeRolePolicy,
  UpdateRole: updateRole,
};

export interface IamDeps {
  readonly clock: Clock;
  readonly identity: Identity;
}

export function createIam(deps: IamDeps): Service {
  const context: IamContext = { ...deps, roles: new Map(), policies: new Map() };
  const call = createCall({ service: 'iam', operations, context });
  return {
    name: 'iam',
    call,
    handle: handleQuery({ namespace: 'https://iam.amazonaws.com/doc/2010-05-08/' }, call),
    snapshot: () => toSnapshot(context),
    restore: (state) => fromSnapshot(context, state),
    close: async () => undefined,
  };
}
