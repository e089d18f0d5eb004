import { beforeEach, expect, it } from 'vitest';
import { localIdentity, type Service } from '../../../local/kernel/aws.js';
import { ManualClock } from '../../../local/kernel/clock.js';
import { createIam } from '../../../local/services/iam/service.js';

const RoleName = 'function';
const document = '{"Version":"2012-10-17","Statement":[]}';

let iam: Service;

beforeEach(async () => {
  iam = createIam({ clock: new ManualClock(), identity: localIdentity });
  await iam.call('CreateRole', {
    RoleName,
    AssumeRolePolicyDocument: document,
    PermissionsBoundary: 'arn:aws:iam::aws:policy/ReadOnlyAccess',
    Tags: [{ Key: 'a', Value: '1' }],
  });
});

it('a role is shown as AWS shows it', async () => {
  expect((await iam.call('GetRole', { RoleName }))['Role']).toMatchObject({
    Arn: 'arn:aws:iam::000000000000:role/function',
    AssumeRolePolicyDocument: encodeURIComponent(document),
    RoleId: expect.stringMatching(/^AROA[0-9A-F]{16}$/),
    PermissionsBoundary: { PermissionsBoundaryArn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' },
    Tags: [{ Key: 'a', Value: '1' }],
  });
});

it('a role exists once', async () => {
  const again = iam.call('CreateRole', { RoleName, AssumeRolePolicyDocument: document });
  await expect(again).rejects.toMatchObject({ name: 'EntityAlreadyExists', status: 409 });
});

it('a role is deleted after its policies', async () => {
  const PolicyArn = 'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole';
  await iam.call('AttachRolePolicy', { RoleName, PolicyArn });
  await iam.call('PutRolePolicy', { RoleName, PolicyName: 'inline', PolicyDocument: document });
  await expect(iam.call('DeleteRole', { RoleName })).rejects.toMatchObject({ name: 'DeleteConflict' });
  await iam.call('DetachRolePolicy', { RoleName, PolicyArn });
  await expect(iam.call('DeleteRole', { RoleName })).rejects.toMatchObject({ name: 'DeleteConflict' });
  await iam.call('DeleteRolePolicy', { RoleName, PolicyName: 'inline' });
  await iam.call('DeleteRole', { RoleName });
  await expect(iam.call('GetRole', { RoleName })).rejects.toMatchObject({
    name: 'NoSuchEntity',
    status: 404,
  });
});

it('a managed policy must be there to be attached, and detached to be deleted', async () => {
  const { Policy } = await iam.call('CreatePolicy', { PolicyName: 'p', PolicyDocument: document });
  const { Arn: PolicyArn } = Policy as { Arn: string };
  await expect(iam.call('AttachRolePolicy', { RoleName, PolicyArn: `${PolicyArn}x` })).rejects.toMatchObject({
    name: 'NoSuchEntity',
  });
  await iam.call('AttachRolePolicy', { RoleName, PolicyArn });
  await expect(iam.call('DeletePolicy', { PolicyArn })).rejects.toMatchObject({ name: 'DeleteConflict' });
  await iam.call('DetachRolePolicy', { RoleName, PolicyArn });
  await iam.call('DeletePolicy', { PolicyArn });
});

it('a managed policy shows its document, the latest one', async () => {
  const { Policy } = await iam.call('CreatePolicy', { PolicyName: 'p', PolicyDocument: document });
  const { Arn: PolicyArn } = Policy as { Arn: string };
  const read = async () =>
    (await iam.call('GetPolicyVersion', { PolicyArn, VersionId: 'v1' }))['PolicyVersion'];
  expect(await read()).toMatchObject({ Document: encodeURIComponent(document), IsDefaultVersion: true });
  const PolicyDocument = '{"Version":"2012-10-17","Statement":[{"Sid":"other"}]}';
  await iam.call('CreatePolicyVersion', { PolicyArn, PolicyDocument, SetAsDefault: true });
  expect(await read()).toMatchObject({ Document: encodeURIComponent(PolicyDocument) });
  const missing = iam.call('GetPolicyVersion', { PolicyArn: `${PolicyArn}x`, VersionId: 'v1' });
  await expect(missing).rejects.toMatchObject({ name: 'NoSuchEntity' });
});

it('a policy that is no JSON is refused', async () => {
  const put = iam.call('PutRolePolicy', { RoleName, PolicyName: 'p', PolicyDocument: '{' });
  await expect(put).rejects.toThrow('PolicyDocument: is not JSON');
});

it('a snapshot brings roles and policies back', async () => {
  await iam.call('CreatePolicy', { PolicyName: 'p', PolicyDocument: document });
  const again = createIam({ clock: new ManualClock(), identity: localIdentity });
  again.restore?.(JSON.parse(JSON.stringify(iam.snapshot?.())));
  expect(await again.call('GetRole', { RoleName })).toEqual(await iam.call('GetRole', { RoleName }));
});
