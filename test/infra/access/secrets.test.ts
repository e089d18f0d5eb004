import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { expect, it } from 'vitest';
import * as z from 'zod';
import { defineApplication, defineProfile } from '../../../core/profiles.js';
import { secretRef } from '../../../core/secrets/secret-ref.js';
import { parseStages } from '../../../core/stages.js';
import { AccessStack } from '../../../infra/stacks/access-stack.js';

/** By policy, the statements that are about secrets. */
function secretStatements(schema: z.ZodType) {
  const maps = defineProfile({ name: 'maps', description: 'Maps.', schemaVersion: 1, schema });
  const hunt = defineApplication({ name: 'hunt', environments: ['staging'], profiles: [maps] });
  const [stage] = parseStages([{ name: 'main', environments: { staging: { strategy: 'linear-50' } } }]);
  if (!stage) throw new Error('there is no stage');
  const stack = new AccessStack(new App({ analyticsReporting: false }), 'Access', {
    stage,
    applications: [hunt],
  });
  const policies = Object.values(Template.fromStack(stack).findResources('AWS::IAM::ManagedPolicy'));
  return policies.flatMap(({ Properties }) =>
    Properties.PolicyDocument.Statement.filter((statement: unknown) =>
      JSON.stringify(statement).includes('secretsmanager'),
    ).map((statement: object) => ({ name: JSON.stringify(Properties.ManagedPolicyName), ...statement })),
  );
}

it('lets publishers see whether the secrets are there that values may name, and nobody read one', () => {
  const schema = z.object({ key: secretRef('hunt/'), mail: secretRef('shared/mail/').optional() });
  const found = secretStatements(schema);
  expect(found).toHaveLength(1);
  expect(found[0]).toMatchObject({
    name: expect.stringContaining('publisher-hunt-staging'),
    Effect: 'Allow',
    Action: 'secretsmanager:DescribeSecret',
  });
  const resources = JSON.stringify(found[0]);
  expect(resources).toContain(':secret:hunt/*');
  expect(resources).toContain(':secret:shared/mail/*');
});

it('asks for nothing where no value names a secret', () => {
  expect(secretStatements(z.object({ queueSize: z.int() }))).toEqual([]);
});
