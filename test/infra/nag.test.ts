/** cdk-nag's AwsSolutions over every stack: a finding is corrected, or acknowledged with its reason (nag-acknowledged.ts). */

import { type App, Stack } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { AwsSolutionsChecks } from 'cdk-nag';
import { beforeAll, describe, expect, it } from 'vitest';
import { applications } from '../../config/applications.js';
import { parseStages } from '../../core/stages.js';
import { addStages } from '../../infra/app.js';
import { addPipelines } from '../../infra/pipeline/app.js';
import { scratchApps } from './assembly.js';
import { type Acknowledged, acknowledged } from './nag-acknowledged.js';

const scratchApp = scratchApps();

const stages = {
  plain: {},
  'with a key of its own': { key: 'customer-managed' },
  'that is thrown away': { removal: 'destroy', key: 'aws-owned' },
  'with pipelines': {
    pipeline: {
      connectionArn: 'arn:aws:codeconnections:eu-central-1:111122223333:connection/0f0f',
      repository: 'acme/hunt',
      branch: 'main',
    },
    github: { repository: 'acme/hunt' },
  },
  'that tells a topic': { alarmTopicArn: 'arn:aws:sns:eu-central-1:111122223333:on-call' },
} as const;

interface Finding {
  readonly rule: string;
  readonly at: string;
}

function findingsIn(app: App): readonly Finding[] {
  const { violations } = new AwsSolutionsChecks(app).validateScope(app);
  return violations.flatMap(({ ruleName: rule, violatingResources }) =>
    violatingResources.map(({ constructPath = '' }) => ({
      rule,
      at: constructPath.replace(/^Veltrix-main-/, ''),
    })),
  );
}

describe('cdk-nag', () => {
  let findings: readonly Finding[] = [];

  beforeAll(() => {
    findings = Object.values(stages).flatMap((about) => {
      const environments = {
        staging: { strategy: 'linear-50' },
        production: { strategy: 'canary-10' },
      } as const;
      const app = scratchApp();
      const deployed = { applications, stages: parseStages([{ name: 'main', environments, ...about }]) };
      addStages(app, deployed);
      addPipelines(app, deployed);
      return findingsIn(app);
    });
  });

  const covers = ({ rule, at }: Acknowledged, finding: Finding) =>
    rule.test(finding.rule) && at.test(finding.at);

  it('finds nothing that is not acknowledged', () => {
    const open = findings.filter((finding) => !acknowledged.some((each) => covers(each, finding)));
    expect(open).toEqual([]);
  });

  it('still finds all that is acknowledged', () => {
    const stale = acknowledged.filter((each) => !findings.some((finding) => covers(each, finding)));
    expect(stale).toEqual([]);
  });

  it('finds what is wrong', () => {
    const app = scratchApp();
    new Bucket(new Stack(app, 'Wrong'), 'Bucket');
    expect(findingsIn(app).map(({ rule }) => rule)).toContain('AwsSolutions-S10');
  });
});
