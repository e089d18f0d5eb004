/**
 * From a commit to every environment: check, infrastructure where it differs, then for each environment in its turn a plan, an
 * approval (after the first) and the publishing of what was planned. Why it is so: docs/ci.md.
 */

import { Duration, Stack, type StackProps } from 'aws-cdk-lib';
import { Artifact, ExecutionMode, Pipeline, PipelineType, ProviderType } from 'aws-cdk-lib/aws-codepipeline';
import {
  CodeBuildAction,
  CodeStarConnectionsSourceAction,
  ManualApprovalAction,
} from 'aws-cdk-lib/aws-codepipeline-actions';
import { type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { BlockPublicAccess, Bucket, BucketEncryption, type IBucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { formatCluster } from '../../core/addresses.js';
import { pipelineName } from '../../core/names.js';
import type { Stage } from '../../core/stages.js';
import { Build, type BuildProps } from '../pipeline/build.js';
import { deployRoleArns } from '../pipeline/deploy-roles.js';
import { StopRights, type Way } from '../pipeline/stop-rights.js';
import { type Leg, publishWords, travel } from '../pipeline/travel.js';

/** What may change what is deployed or published; CodePipeline takes eight. A commit of nothing else starts nothing. */
const sourcePaths = [
  'config/**',
  'core/**',
  'aws/**',
  'functions/**',
  'infra/**',
  'ci/**',
  'package-lock.json',
  'cdk.json',
];
/** Sources and plans can be made again; what was published is told by AppConfig. */
const artifactDays = 30;
/** Profiles go one after the other, half an hour each under the slowest strategy. */
const publishHours = 8;
const stepMinutes = 30;
/** An older plan says little of what publishing would do today. */
const approvalDays = 3;

export interface PipelineStackProps extends StackProps, Way {
  readonly pipeline: NonNullable<Stage['pipeline']>;
}

export class PipelineStack extends Stack {
  private readonly stage: Stage;
  private readonly pipeline: Pipeline;
  private readonly source = new Artifact('Source');
  private readonly connectionArn: string;
  private readonly rights: StopRights;

  constructor(scope: Construct, id: string, { stage, pipeline, applications, ...props }: PipelineStackProps) {
    super(scope, id, props);
    this.stage = stage;
    this.connectionArn = pipeline.connectionArn;
    this.rights = new StopRights(this, { stage, applications });
    this.pipeline = this.createPipeline(pipeline);
    this.mayUseConnection(this.pipeline.role);
    this.addStep('Check', { description: 'Files and types', commands: ['bash ci/check.sh'] });
    const deploy = this.addStep('Infrastructure', {
      description: 'What differs of the stacks',
      commands: [`bash ci/deploy.sh ${stage.name}`],
    });
    deploy.project.addToRolePolicy(
      new PolicyStatement({ actions: ['sts:AssumeRole'], resources: deployRoleArns(this) }),
    );
    this.rights.grantNames(deploy.project);
    for (const leg of travel(applications, Object.keys(stage.environments))) this.addLeg(leg);
  }

  private createPipeline({ connectionArn, repository, branch }: PipelineStackProps['pipeline']): Pipeline {
    const [owner = '', repo = ''] = repository.split('/');
    const sourceAction = new CodeStarConnectionsSourceAction({
      actionName: 'Source',
      connectionArn,
      owner,
      repo,
      branch,
      output: this.source,
      // With its history: a version is published with its commit, author and subject.
      codeBuildCloneOutput: true,
    });
    return new Pipeline(this, 'Pipeline', {
      pipelineName: pipelineName(this.stage.name),
      pipelineType: PipelineType.V2,
      // What waits for an environment gives way to a newer commit, which holds its changes, too.
      executionMode: ExecutionMode.SUPERSEDED,
      usePipelineRoleForActions: true,
      artifactBucket: this.createBucket(),
      stages: [{ stageName: 'Source', actions: [sourceAction] }],
      triggers: [
        {
          providerType: ProviderType.CODE_STAR_SOURCE_CONNECTION,
          gitConfiguration: {
            sourceAction,
            pushFilter: [{ branchesIncludes: [branch], filePathsIncludes: sourcePaths }],
          },
        },
      ],
    });
  }

  private createBucket(): IBucket {
    return new Bucket(this, 'Artifacts', {
      encryption: BucketEncryption.S3_MANAGED,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      lifecycleRules: [
        { expiration: Duration.days(artifactDays), abortIncompleteMultipartUploadAfter: Duration.days(1) },
      ],
    }) as IBucket;
  }

  /** A stage of one step. */
  private addStep(stageName: string, props: Pick<BuildProps, 'description' | 'commands'>): Build {
    const build = this.build(stageName, { ...props, timeout: Duration.minutes(stepMinutes) });
    const action = new CodeBuildAction({ actionName: stageName, project: build.project, input: this.source });
    this.pipeline.addStage({ stageName, actions: [action] });
    return build;
  }

  private build(id: string, props: Omit<BuildProps, 'logDays'>): Build {
    const build = new Build(this, id, { ...props, logDays: this.stage.retention.logDays });
    this.mayUseConnection(build.project);
    return build;
  }

  /** Plan, approval and publishing are one stage, in which one commit is at a time: nobody plans what another is publishing. */
  private addLeg(leg: Leg): void {
    const { environment, isFirst } = leg;
    const artifact = new Artifact(`Plan_${environment.replaceAll('-', '_')}`);
    const plan = this.planAction(leg, artifact);
    const approval = new ManualApprovalAction({
      actionName: 'Approve',
      runOrder: 2,
      additionalInformation: plan.variable('PLAN_SUMMARY'),
      externalEntityLink: plan.variable('PLAN_URL'),
      timeout: Duration.days(approvalDays),
    });
    const publish = this.publishAction(leg, artifact);
    const actions = isFirst ? [plan, publish] : [plan, approval, publish];
    this.pipeline.addStage({ stageName: environment, actions });
  }

  private planAction({ environment, stops }: Leg, output: Artifact): CodeBuildAction {
    const { project } = this.build(`Plan-${environment}`, {
      description: `What publishing to ${environment} would change`,
      commands: [
        `bash ci/plan.sh ${stops.map(({ cluster }) => formatCluster(cluster)).join(' ')}`,
        'export PLAN_SUMMARY="$(cat plan/summary.txt)" PLAN_URL="$CODEBUILD_BUILD_URL"',
      ],
      timeout: Duration.minutes(stepMinutes),
      artifact: 'plan',
      exported: ['PLAN_SUMMARY', 'PLAN_URL'],
    });
    for (const stop of stops) this.rights.grantPlan(project, stop);
    return new CodeBuildAction({
      actionName: 'Plan',
      runOrder: 1,
      project,
      input: this.source,
      outputs: [output],
    });
  }

  private publishAction(leg: Leg, planned: Artifact): CodeBuildAction {
    const { project } = this.build(`Publish-${leg.environment}`, {
      description: `Publishes to ${leg.environment} what was planned`,
      commands: [
        `cp -R "$CODEBUILD_SRC_DIR_${planned.artifactName}" plan`,
        ...leg.stops.map((stop) => `bash ci/publish.sh ${publishWords(this.rights.withinStage(stop))}`),
      ],
      timeout: Duration.hours(publishHours),
    });
    for (const stop of leg.stops) this.rights.grantPublish(project, stop);
    return new CodeBuildAction({
      actionName: 'Publish',
      runOrder: 3,
      project,
      input: this.source,
      extraInputs: [planned],
    });
  }

  /** The right has the prefix of the connection's ARN: the service was renamed, and old connections keep their name. */
  private mayUseConnection({ grantPrincipal }: IGrantable): void {
    grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({
        actions: ['codeconnections:UseConnection', 'codestar-connections:UseConnection'],
        resources: [this.connectionArn],
      }),
    );
  }
}
