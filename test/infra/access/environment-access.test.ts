import { Stack } from 'aws-cdk-lib';
import { type IGrantable, Role, ServicePrincipal, User } from 'aws-cdk-lib/aws-iam';
import { describe, expect, it } from 'vitest';
import { nameMaxChars } from '../../../core/addresses.js';
import type { Application } from '../../../core/profiles.js';
import { EnvironmentAccess } from '../../../infra/access/environment-access.js';
import { AccessStack } from '../../../infra/stacks/access-stack.js';
import { scratchApps } from '../assembly.js';
import { stageOf } from '../stages/synthesized.js';
import { policiesIn, resourcesIn } from './documents.js';
import { isAllowed } from './iam.js';

const scratchApp = scratchApps();

/** What a stack of one's own gives to a role. */
function granted(give: (access: EnvironmentAccess, role: Role) => unknown, address = 'hunt/staging') {
  const app = scratchApp();
  const stack = new Stack(app, 'Mine', { env: { account: '111122223333', region: 'eu-west-1' } });
  const role = new Role(stack, 'Role', { assumedBy: new ServicePrincipal('ecs-tasks.amazonaws.com') });
  give(new EnvironmentAccess(stack, { stage: 'live', address }), role);
  const { directory, stacks } = app.synth();
  return { policies: policiesIn(directory), template: stacks[0]?.template };
}

describe('a stack of one’s own', () => {
  it('gives rights to its own role, by the names of the stage, in its own account and region', () => {
    const { policies, template } = granted((access, role) => access.grantReport(role).assertSuccess());
    const [policy, ...others] = policies.map((each) => each.policy);
    expect(others).toEqual([]);
    const put = (stage: string) =>
      policy !== undefined &&
      isAllowed([policy], {
        action: 'kinesis:PutRecords',
        resources: [`arn:aws:kinesis:eu-west-1:111122223333:stream/veltrix-${stage}-load`],
      });
    expect([put('live'), put('main')]).toEqual([true, false]);
    const text = JSON.stringify(template);
    expect(text).toContain('{{resolve:ssm:/veltrix/live/hunt/staging}}');
    expect(text).not.toMatch(/Fn::ImportValue|"Export"/);
  });

  it('gives each kind of right for itself', () => {
    const all = granted((access, role) => {
      for (const grant of [access.grantRead(role), access.grantPublish(role), access.grantOperate(role)])
        grant.assertSuccess();
    });
    const actions = new Set(
      all.policies.flatMap(({ policy }) => policy.Statement.flatMap(({ Action }) => Action)),
    );
    expect(actions).toContain('appconfig:StopDeployment');
    expect(actions).toContain('lambda:InvokeFunction');
    expect(actions).not.toContain('kinesis:PutRecords');
  });

  it('takes whoever can be granted something', () => {
    const app = scratchApp();
    const stack = new Stack(app, 'Mine');
    const user: IGrantable = new User(stack, 'User');
    new EnvironmentAccess(stack, { address: 'hunt/staging' }).grantRead(user).assertSuccess();
    const [policy] = resourcesIn(app.synth().directory).filter(({ type }) => type === 'AWS::IAM::Policy');
    expect(policy?.properties['Users']).toHaveLength(1);
    expect(JSON.stringify(policy)).toContain('table/veltrix-main-nodes');
  });

  it.each(['hunt', 'hunt/staging/rules', 'Hunt/staging', ''])('refuses "%s"', (address) => {
    expect(() => granted(() => undefined, address)).toThrow(/address|no environment/);
  });
});

const application = (name: string): Application => ({
  name,
  environments: ['staging', 'production'],
  profiles: [],
});

/** The stack of ready policies. */
function ready(names: readonly string[], about: Parameters<typeof stageOf>[0] = {}) {
  const app = scratchApp();
  new AccessStack(app, 'Access', { stage: stageOf(about), applications: names.map(application) });
  return policiesIn(app.synth().directory);
}

describe('the ready policies', () => {
  it('are one of each kind for each environment, and two for the stage', () => {
    expect(ready(['hunt']).map(({ name }) => name)).toEqual([
      ...['staging', 'production'].flatMap((environment) =>
        ['node', 'publisher', 'operator', 'auditor'].map(
          (role) => `veltrix-main-${role}-hunt-${environment}`,
        ),
      ),
      'veltrix-main-auditor',
      'veltrix-main-maintainer',
    ]);
  });

  it.each([
    { count: 1, auditors: ['veltrix-main-abcdefg-auditor'] },
    { count: 10, auditors: ['veltrix-main-abcdefg-auditor'] },
    { count: 11, auditors: ['veltrix-main-abcdefg-auditor', 'veltrix-main-abcdefg-auditor-2'] },
  ])('fit into what IAM takes, however long names are: $count applications', ({ count, auditors }) => {
    const names = Array.from(
      { length: count },
      (_, index) => `${'a'.repeat(nameMaxChars - 3)}-${index + 10}`,
    );
    const policies = ready(names, { name: 'main-abcdefg' });
    for (const { name, policy } of policies) {
      expect(name.length).toBeLessThanOrEqual(128);
      // AppConfig's ids have seven characters, the longest region has fourteen, the longest partition ten.
      const document = JSON.stringify(policy)
        .replace(/\{\{resolve:ssm:[^}]*\}\}/g, 'abc1234')
        .replaceAll('arn:aws:', 'arn:aws-us-gov:')
        .replaceAll('us-east-1', 'ap-southeast-5');
      expect(document.length).toBeLessThanOrEqual(6144);
    }
    const found = policies
      .map(({ name }) => name)
      .filter((name) => auditors.some((each) => name.startsWith(each)));
    expect(found.filter((name) => !name.includes('-aaa'))).toEqual(auditors);
  });
});
