/** AppConfig's own monitor: an alarm of the user's, and never one of Veltrix's. */

import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { DeliveryStack } from '../../../infra/stacks/delivery-stack.js';
import { scratchApps } from '../assembly.js';
import { hunt, stageOf } from '../stages/synthesized.js';

const scratchApp = scratchApps();
const alarmArn = 'arn:aws:cloudwatch:eu-central-1:111122223333:alarm:checkout-errors';

function delivered(monitor?: { readonly alarmArn: string; readonly roleArn?: string }) {
  const production = { strategy: 'canary-10', ...(monitor && { monitor }) } as const;
  const stage = stageOf({ environments: { staging: { strategy: 'linear-50' }, production } });
  const stack = new DeliveryStack(scratchApp(), 'Delivery', { stage, applications: [hunt] });
  const template = Template.fromStack(stack);
  const environments = Object.values(template.findResources('AWS::AppConfig::Environment'));
  const monitors = Object.fromEntries(
    environments.map(({ Properties }) => [Properties.Name, Properties.Monitors]),
  );
  const policies = JSON.stringify(template.findResources('AWS::IAM::Policy'));
  return { monitors, mayReadAlarms: policies.includes('cloudwatch:DescribeAlarms'), template };
}

describe('the monitor of an environment', () => {
  it('is none where the stage names none', () => {
    const { monitors, mayReadAlarms } = delivered();
    expect(monitors).toEqual({ staging: undefined, production: undefined });
    expect(mayReadAlarms).toBe(false);
  });

  it('is the alarm that the stage names, looked at in a role that may read alarms and nothing else', () => {
    const { monitors, template } = delivered({ alarmArn });
    expect(monitors).toEqual({
      staging: undefined,
      production: [{ AlarmArn: alarmArn, AlarmRoleArn: { 'Fn::GetAtt': [expect.any(String), 'Arn'] } }],
    });
    const roleId = monitors['production'][0].AlarmRoleArn['Fn::GetAtt'][0];
    const roles = template.findResources('AWS::IAM::Role');
    expect(roles[roleId]?.['Properties'].AssumeRolePolicyDocument.Statement).toEqual([
      { Action: 'sts:AssumeRole', Effect: 'Allow', Principal: { Service: 'appconfig.amazonaws.com' } },
    ]);
    const own = Object.values(template.findResources('AWS::IAM::Policy')).filter(({ Properties }) =>
      JSON.stringify(Properties.Roles).includes(roleId),
    );
    expect(own.map(({ Properties }) => Properties.PolicyDocument.Statement)).toEqual([
      [{ Action: 'cloudwatch:DescribeAlarms', Effect: 'Allow', Resource: '*' }],
    ]);
  });

  it('is looked at in the role that the stage names, where it names one', () => {
    const roleArn = 'arn:aws:iam::111122223333:role/reads-alarms';
    const { monitors, mayReadAlarms } = delivered({ alarmArn, roleArn });
    expect(monitors['production']).toEqual([{ AlarmArn: alarmArn, AlarmRoleArn: roleArn }]);
    expect(mayReadAlarms).toBe(false);
  });

  it.each(['veltrix-main-guard-rolled-back', 'veltrix-main-publish-failed-hunt-production'])(
    'is never %s: a rollback raises it, and it would roll back the next',
    (name) => {
      expect(() => delivered({ alarmArn: alarmArn.replace('checkout-errors', name) })).toThrow(
        /environments\.production\.monitor\.alarmArn.*expected an alarm of your own/,
      );
    },
  );

  it('may be an alarm whose name only sounds alike', () => {
    const alike = alarmArn.replace('checkout-errors', 'our-veltrix-fleet-errors');
    expect(delivered({ alarmArn: alike }).monitors['production'][0].AlarmArn).toBe(alike);
  });
});
