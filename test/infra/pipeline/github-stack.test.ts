import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseStages, type StageRow } from '../../../core/stages.js';
import { synthesize, synthesizeGithub } from '../../../infra/index.js';
import { scratchApps } from '../assembly.js';
import {
  applications,
  invoked,
  main,
  mapsAreThere,
  ofType,
  pipeline,
  rightsOf,
  secretsOf,
  templatesOf,
} from './pipelines.js';

const scratchApp = scratchApps();

describe('workflows of GitHub', () => {
  const github = { repository: 'acme@12/hunt@34' };
  const roles = (row: StageRow) => {
    const template = templatesOf(scratchApp(), row).get('main-Github');
    return {
      template,
      all: ofType(template, 'AWS::IAM::Role').map(([id, { Properties }]) => ({ id, Properties })),
    };
  };
  interface Trust {
    readonly Statement: readonly { Action: string; Condition: { StringEquals: Record<string, unknown> } }[];
  }
  const subjectsOf = (Properties: Record<string, unknown>) =>
    (Properties['AssumeRolePolicyDocument'] as Trust).Statement[0]?.Condition.StringEquals;

  it('take roles by tokens of their repository, each for one kind of work, and no wildcard', () => {
    const { all } = roles({ ...main, github: { ...github, branch: 'trunk' } });
    const trusted = Object.fromEntries(
      all.map(({ Properties }) => [Properties['RoleName'], subjectsOf(Properties)]),
    );
    const of = (...subjects: readonly string[]) => ({
      'token.actions.githubusercontent.com:aud': 'sts.amazonaws.com',
      'token.actions.githubusercontent.com:sub': subjects.map((subject) => `repo:acme@12/hunt@34:${subject}`),
    });
    // The subject of a job with an environment does not say its branch.
    const onBranch = { 'token.actions.githubusercontent.com:ref': 'refs/heads/trunk' };
    expect(trusted).toEqual({
      'veltrix-main-github-plan': of('pull_request', 'ref:refs/heads/trunk'),
      'veltrix-main-github-deploy': of('ref:refs/heads/trunk'),
      'veltrix-main-github-publish-staging': { ...of('environment:staging'), ...onBranch },
      'veltrix-main-github-publish-production': { ...of('environment:production'), ...onBranch },
    });
  });

  it('may do what their part is', () => {
    const { template, all } = roles({ ...main, github });
    const rights = (name: string) => {
      const { id = '' } =
        all.find(({ Properties }) => Properties['RoleName'] === `veltrix-main-github-${name}`) ?? {};
      return rightsOf(template, id);
    };
    expect(invoked(rights('plan'))).toEqual([]);
    expect(rights('plan').filter((right) => !/^\w+:(Get|List|Query|BatchGet|Describe)/.test(right))).toEqual(
      [],
    );
    const deploying = rights('deploy').map((right) => right.split(' ')[0] ?? '');
    expect(deploying.filter((action) => action === 'sts:AssumeRole')).toHaveLength(3);
    expect(deploying.filter((action) => !/^(sts:AssumeRole|\w+:(List|Get)\w+)$/.test(action))).toEqual([]);
    expect(deploying).toContain('appconfig:ListConfigurationProfiles');
    for (const role of ['plan', 'publish-staging', 'publish-production'])
      expect(secretsOf(rights(role))).toEqual(mapsAreThere);
    expect(invoked(rights('publish-staging'))).toEqual(['veltrix-main-publish-hunt-staging']);
    expect(invoked(rights('publish-production'))).toEqual(['veltrix-main-publish-hunt-production']);
    expect(rights('publish-production').join()).toContain('/veltrix/main/hunt/staging');
    expect(rights('publish-staging').join()).not.toContain('/veltrix/main/hunt/production');
  });

  it('stay as long as the longest rollouts take', () => {
    const { all } = roles({ ...main, github });
    expect(all.map(({ Properties }) => Properties['MaxSessionDuration'])).toEqual(Array(4).fill(6 * 3600));
  });

  it('are trusted by a provider of their own, or by the one that is there', () => {
    const { template } = roles({ ...main, github });
    expect(ofType(template, 'AWS::IAM::OIDCProvider')[0]?.[1].Properties).toMatchObject({
      Url: 'https://token.actions.githubusercontent.com',
      ClientIdList: ['sts.amazonaws.com'],
    });
    const { template: other, all } = roles({ ...main, github: { ...github, provider: 'existing' } });
    expect(ofType(other, 'AWS::IAM::OIDCProvider')).toEqual([]);
    expect(JSON.stringify(all[0]?.Properties['AssumeRolePolicyDocument'])).toContain(
      ':iam::111122223333:oidc-provider/token.actions.githubusercontent.com',
    );
  });

  it('are made for a project that begins with the packages, by its own file', () => {
    const { outdir } = scratchApp();
    synthesizeGithub({ applications, stages: parseStages([{ ...main, github }]) }, outdir);
    expect(readdirSync(outdir)).toContain('Veltrix-main-Github.template.json');
    const nobody = { applications, stages: parseStages([main]) };
    expect(() => synthesizeGithub(nobody, outdir)).toThrow('No stage names a repository on GitHub');
  });

  it('are all that such a project has: the steps of a pipeline are scripts that it has not', () => {
    const stages = parseStages([{ ...main, pipeline }]);
    expect(() => synthesize({ applications: [], stages, applicationsFile: '/nowhere' })).toThrow(
      'Stage "main" names a pipeline, whose steps are scripts of a checkout of Veltrix (ci/)',
    );
  });
});
