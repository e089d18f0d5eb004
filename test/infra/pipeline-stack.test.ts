import { readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { parseStages, type StageRow } from '../../core/stages.js';
import { addPipelines } from '../../infra/pipeline/app.js';
import { scratchApps, text } from './assembly.js';

const scratchApp = scratchApps();
const applications = [{ name: 'hunt', environments: ['staging', 'production'] }];
const connectionArn = 'arn:aws:codeconnections:eu-central-1:111122223333:connection/0f0f';
const pipeline = { connectionArn, repository: 'acme/hunt', branch: 'main' };
const main = {
  name: 'main',
  account: '111122223333',
  region: 'eu-central-1',
  environments: { staging: { strategy: 'linear-50' }, production: { strategy: 'canary-10' } },
} satisfies StageRow;

interface Resource {
  readonly Type: string;
  readonly Properties: Record<string, unknown>;
}
type Template = Record<string, Resource>;

/** Templates by the end of their stacks' names. */
function synthesize(...rows: readonly StageRow[]): ReadonlyMap<string, Template> {
  const app = scratchApp();
  addPipelines(app, { applications, stages: parseStages(rows) });
  const { directory, stacks } = app.synth();
  return new Map(
    stacks.map(({ stackName, templateFile }) => [
      stackName.replace('Veltrix-', ''),
      JSON.parse(readFileSync(path.join(directory, templateFile), 'utf8')).Resources,
    ]),
  );
}

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
}

const list = <T>(value: T | readonly T[]): readonly T[] => (Array.isArray(value) ? value : [value as T]);
const ofType = (template: Template | undefined, type: string) =>
  Object.entries(template ?? {}).filter(([, resource]) => resource.Type === type);

/** `lambda:InvokeFunction <arn>`: what a role may do, whatever policies say it. */
function rightsOf(template: Template | undefined, role: string): readonly string[] {
  const policies = [...ofType(template, 'AWS::IAM::Policy'), ...ofType(template, 'AWS::IAM::ManagedPolicy')];
  return policies
    .filter(([, { Properties }]) =>
      list(Properties['Roles']).some((each) => JSON.stringify(each).includes(role)),
    )
    .flatMap(([, { Properties }]) => (Properties['PolicyDocument'] as { Statement: Statement[] }).Statement)
    .flatMap(({ Action, Resource }) =>
      list(Action).flatMap((action) => list(Resource).map((resource) => `${action} ${text(resource)}`)),
    );
}

const invoked = (rights: readonly string[]): readonly string[] => [
  ...new Set(
    rights
      .filter((right) => right.startsWith('lambda:InvokeFunction '))
      .map((right) => right.replace(/.*:function:([\w-]+).*/, '$1')),
  ),
];

describe('a stage', () => {
  it('has what it names and no more', () => {
    const github = { repository: 'acme/hunt' };
    expect([...synthesize(main).keys()]).toEqual([]);
    expect([...synthesize({ ...main, pipeline }).keys()]).toEqual(['main-Pipeline']);
    expect([...synthesize({ ...main, github }).keys()]).toEqual(['main-Github']);
  });
});

describe('the pipeline', () => {
  let template: Template | undefined;
  beforeAll(() => {
    template = synthesize({ ...main, pipeline }).get('main-Pipeline');
  });
  const properties = () => ofType(template, 'AWS::CodePipeline::Pipeline')[0]?.[1].Properties;

  it('starts at what may change something on its branch, and lets newer commits pass those that wait', () => {
    expect(properties()).toMatchObject({
      Name: 'veltrix-main',
      PipelineType: 'V2',
      ExecutionMode: 'SUPERSEDED',
      Triggers: [
        {
          GitConfiguration: {
            SourceActionName: 'Source',
            Push: [
              {
                Branches: { Includes: ['main'] },
                FilePaths: { Includes: expect.arrayContaining(['config/**']) },
              },
            ],
          },
        },
      ],
    });
    expect(JSON.stringify(properties())).toContain('"OutputArtifactFormat":"CODEBUILD_CLONE_REF"');
  });

  /** Rights that every build has: its log, its source, artifacts. */
  const own = /^(logs|s3|codebuild|codeconnections|codestar-connections):/;
  const beyond = (role: string) => rightsOf(template, role).filter((right) => !own.test(right));

  it('checks without any right in AWS', () => {
    expect(beyond('CheckProjectRole')).toEqual([]);
  });

  it('deploys with the roles of the bootstrap alone', () => {
    const roles = ['deploy', 'file-publishing', 'lookup'];
    expect(beyond('InfrastructureProjectRole')).toEqual(
      roles.map(
        (role) =>
          `sts:AssumeRole arn:<AWS::Partition>:iam::111122223333:role/cdk-hnb659fds-${role}-role-111122223333-eu-central-1`,
      ),
    );
  });

  it('plans with rights that change nothing', () => {
    for (const environment of ['staging', 'production']) {
      const actions = beyond(`Plan${environment}ProjectRole`).map(
        (right) => right.split(' ')[0]?.split(':')[1],
      );
      expect(actions.length).toBeGreaterThan(5);
      expect(actions.filter((action) => !/^(Get|List|Query|BatchGet|Describe)/.test(action ?? ''))).toEqual(
        [],
      );
    }
  });

  it('publishes each environment with a role that can publish no other', () => {
    expect(invoked(beyond('PublishstagingProjectRole'))).toEqual(['veltrix-main-publish-hunt-staging']);
    expect(invoked(beyond('PublishproductionProjectRole'))).toEqual(['veltrix-main-publish-hunt-production']);
  });

  it('uses the one connection, under both names that the right has had', () => {
    const used = rightsOf(template, 'PublishstagingProjectRole').filter((right) =>
      right.includes('UseConnection'),
    );
    expect(new Set(used)).toEqual(
      new Set([
        `codeconnections:UseConnection ${connectionArn}`,
        `codestar-connections:UseConnection ${connectionArn}`,
      ]),
    );
  });

  it('keeps its artifacts to itself, encrypted, and not for ever', () => {
    expect(ofType(template, 'AWS::S3::Bucket')[0]?.[1].Properties).toMatchObject({
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
      },
      PublicAccessBlockConfiguration: { BlockPublicAcls: true, RestrictPublicBuckets: true },
      LifecycleConfiguration: { Rules: [{ ExpirationInDays: 30, Status: 'Enabled' }] },
    });
    expect(JSON.stringify(ofType(template, 'AWS::S3::BucketPolicy'))).toContain(
      '"aws:SecureTransport":"false"',
    );
  });
});

describe('a stage that holds production alone, in an account of its own', () => {
  it('asks for approval, since nothing was tried there, and looks at nothing of the other account', () => {
    const apart = {
      ...main,
      environments: { production: { strategy: 'canary-10' } },
      pipeline,
    } satisfies StageRow;
    const template = synthesize(
      { ...main, account: '444455556666', environments: { staging: { strategy: 'linear-50' } } },
      {
        ...apart,
        name: 'prod',
      },
    ).get('prod-Pipeline');
    const [[, built] = []] = ofType(template, 'AWS::CodePipeline::Pipeline');
    const stages = built?.Properties['Stages'] as { Name: string; Actions: { Name: string }[] }[];
    expect(stages.at(-1)).toMatchObject({
      Name: 'production',
      Actions: [{ Name: 'Plan' }, { Name: 'Approve' }, { Name: 'Publish' }],
    });
    const specs = ofType(template, 'AWS::CodeBuild::Project').map(([, project]) => JSON.stringify(project));
    expect(specs.filter((spec) => spec.includes('ci/publish.sh hunt/production'))).toHaveLength(1);
    expect(specs.filter((spec) => spec.includes('--after'))).toEqual([]);
    expect(JSON.stringify(rightsOf(template, 'PublishproductionProjectRole'))).not.toContain('staging');
  });
});

describe('workflows of GitHub', () => {
  const github = { repository: 'acme@12/hunt@34' };
  const roles = (row: StageRow) => {
    const template = synthesize(row).get('main-Github');
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
    const { all } = roles({ ...main, github });
    const trusted = Object.fromEntries(
      all.map(({ Properties }) => [Properties['RoleName'], subjectsOf(Properties)]),
    );
    const of = (...subjects: readonly string[]) => ({
      'token.actions.githubusercontent.com:aud': 'sts.amazonaws.com',
      'token.actions.githubusercontent.com:sub': subjects.map((subject) => `repo:acme@12/hunt@34:${subject}`),
    });
    expect(trusted).toEqual({
      'veltrix-main-github-plan': of('pull_request', 'ref:refs/heads/main'),
      'veltrix-main-github-deploy': of('ref:refs/heads/main'),
      'veltrix-main-github-publish-staging': of('environment:staging'),
      'veltrix-main-github-publish-production': of('environment:production'),
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
    expect(rights('deploy').map((right) => right.split(' ')[0])).toEqual(Array(3).fill('sts:AssumeRole'));
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
});
