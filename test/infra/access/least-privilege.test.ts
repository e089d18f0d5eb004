/** What the policies of the synthesized templates allow, and what they do not. */

import { beforeAll, describe, expect, inject, it } from 'vitest';
import { type NamedPolicy, policiesIn } from './documents.js';
import { type AccessRequest, isAllowed, type Statement } from './iam.js';
import { matrix } from './matrix.js';

let policies: readonly NamedPolicy[];
beforeAll(() => {
  policies = policiesIn(inject('assembly'));
});

const list = <T>(value: T | readonly T[]): readonly T[] => [value].flat() as readonly T[];

const each = (look: (statement: Statement, name: string) => readonly string[]): string[] => [
  ...new Set(policies.flatMap(({ name, policy }) => policy.Statement.flatMap((item) => look(item, name)))),
];

describe('every policy', () => {
  it('is here', () => {
    expect(policies.length).toBeGreaterThan(15);
    expect(policies.map(({ name }) => name)).toContain('veltrix-main-node-treasure-hunt-staging');
  });

  it('names its actions: no wildcard is in any', () => {
    expect(each(({ Action }) => list(Action).filter((action) => /[*?]/.test(action)))).toEqual([]);
  });

  it('names its resources, where the service has any', () => {
    /** Each takes no resource (Service Authorization Reference). */
    const without = [
      'appconfig:ListApplications',
      'appconfig:ListDeploymentStrategies',
      'appconfig:ListExtensionAssociations',
      'lambda:ListEventSourceMappings',
      'xray:PutTraceSegments',
      'xray:PutTelemetryRecords',
    ];
    const everywhere = each(({ Action, Resource }) => (list(Resource).includes('*') ? list(Action) : []));
    expect(everywhere.toSorted()).toEqual(without.toSorted());
  });

  it('leaves open only what comes and goes below what it names', () => {
    const open = each(({ Resource }) => list(Resource).filter((arn) => arn !== '*' && /[*?]/.test(arn)));
    const ends = open.map((arn) => arn.replace(/<.*?>|\{\{.*?\}\}/g, 'ID').replace(/^(?:[^:]*:){5}/, ''));
    expect([...new Set(ends)].toSorted()).toEqual([
      // Of the stage's auditor: all of an application.
      'application/ID/*',
      // Profiles are added without the policies being deployed again, and their versions lie below.
      'application/ID/configurationprofile/*',
      'application/ID/configurationprofile/ID/hostedconfigurationversion/*',
      // A node may poll every profile of its environment.
      'application/ID/environment/ID/configuration/*',
      // Deployments are numbered as they come.
      'application/ID/environment/ID/deployment/*',
      // A strategy says how fast, and whoever may deploy at all may deploy at once.
      'deploymentstrategy/*',
      // One function of each environment and profile, whose state `doctor` looks at.
      'function:veltrix-main-*',
    ]);
  });

  it('denies nothing, so that none depends on the order or the company of others', () => {
    expect(each(({ Effect }) => [Effect])).toEqual(['Allow']);
  });
});

/** Whether a ready policy of staging (or the stage's auditor) allows it. */
function may(role: string, request: AccessRequest): boolean {
  const [, ofStage] = /^stage (.*)/.exec(role) ?? [];
  const name = ofStage ? `veltrix-main-${ofStage}` : `veltrix-main-${role}-treasure-hunt-staging`;
  const found = policies.find((policy) => policy.name === name);
  if (!found) throw new Error(`there is no policy ${name}`);
  return isAllowed([found.policy], request);
}

const roles = ['node', 'publisher', 'operator', 'auditor', 'stage auditor', 'stage maintainer'];

describe('the ready policies of staging', () => {
  it.each(matrix)('let nobody %s but who may', (_, request, expected) => {
    expect(roles.filter((role) => may(role, request))).toEqual(expected);
  });

  it('let auditors do nothing but look', () => {
    const looking =
      /^(appconfig:(List|Get)\w+|dynamodb:(Query|GetItem|BatchGetItem)|kinesis:(ListShards|GetShardIterator|GetRecords|DescribeStreamSummary)|lambda:(GetFunctionConfiguration|ListEventSourceMappings)|sqs:(GetQueueUrl|GetQueueAttributes))$/;
    const auditors = policies.filter(({ name }) => name.includes('-auditor'));
    expect(auditors).toHaveLength(3);
    for (const { policy } of auditors) {
      for (const action of policy.Statement.flatMap(({ Action }) => list(Action)))
        expect(action).toMatch(looking);
    }
  });
});
