import { beforeAll, describe, expect, it } from 'vitest';
import type { StageRow } from '../../../core/stages.js';
import { scratchApps } from '../assembly.js';
import {
  connectionArn,
  invoked,
  main,
  mapsAreThere,
  ofType,
  pipeline,
  rightsOf,
  secretsOf,
  type Template,
  templatesOf,
} from './pipelines.js';

const scratchApp = scratchApps();

describe('a stage', () => {
  it('has what it names and no more', () => {
    const github = { repository: 'acme/hunt' };
    expect([...templatesOf(scratchApp(), main).keys()]).toEqual([]);
    expect([...templatesOf(scratchApp(), { ...main, pipeline }).keys()]).toEqual(['main-Pipeline']);
    expect([...templatesOf(scratchApp(), { ...main, github }).keys()]).toEqual(['main-Github']);
  });
});

describe('the pipeline', () => {
  let template: Template | undefined;
  beforeAll(() => {
    template = templatesOf(scratchApp(), { ...main, pipeline }).get('main-Pipeline');
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

  it('deploys with the roles of the bootstrap, and looks at names before', () => {
    const roles = ['deploy', 'file-publishing', 'lookup'].map(
      (role) =>
        `sts:AssumeRole arn:<AWS::Partition>:iam::111122223333:role/cdk-hnb659fds-${role}-role-111122223333-eu-central-1`,
    );
    const everyApplication = 'arn:<AWS::Partition>:appconfig:eu-central-1:111122223333:application/*';
    expect(new Set(beyond('InfrastructureProjectRole'))).toEqual(
      new Set([
        ...roles,
        'appconfig:ListApplications *',
        `appconfig:ListEnvironments ${everyApplication}`,
        `appconfig:ListConfigurationProfiles ${everyApplication}`,
        'lambda:GetFunctionConfiguration arn:<AWS::Partition>:lambda:eu-central-1:111122223333:function:veltrix-main-*',
      ]),
    );
  });

  it('sees whether the secrets are there that values may name, and reads none', () => {
    for (const step of ['Plan', 'Publish'])
      for (const environment of ['staging', 'production'])
        expect(secretsOf(rightsOf(template, `${step}${environment}ProjectRole`))).toEqual(mapsAreThere);
    expect(secretsOf(rightsOf(template, 'InfrastructureProjectRole'))).toEqual([]);
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
    const template = templatesOf(
      scratchApp(),
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
