/** One step of the pipeline: a build of its own, with rights of its own. What it does is in ci/. */

import { type Duration, RemovalPolicy } from 'aws-cdk-lib';
import { BuildSpec, ComputeType, LinuxBuildImage, PipelineProject } from 'aws-cdk-lib/aws-codebuild';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';

/** Of those that CodeBuild's image has, the oldest that Node still maintains. */
const nodeVersion = 22;

export interface BuildProps {
  readonly description: string;
  readonly commands: readonly string[];
  readonly timeout: Duration;
  readonly logDays: number;
  /** Folder that becomes the step's artifact. */
  readonly artifact?: string;
  /** Variables that are set by the commands and shown by later actions. */
  readonly exported?: readonly string[];
}

export class Build extends Construct {
  readonly project: PipelineProject;

  constructor(scope: Construct, id: string, props: BuildProps) {
    super(scope, id);
    const { description, timeout, logDays } = props;
    this.project = new PipelineProject(this, 'Project', {
      description,
      timeout,
      buildSpec: BuildSpec.fromObject(specOf(props)),
      environment: { buildImage: LinuxBuildImage.STANDARD_7_0, computeType: ComputeType.SMALL },
      logging: {
        cloudWatch: {
          logGroup: new LogGroup(this, 'Log', {
            retention: logDays as RetentionDays,
            removalPolicy: RemovalPolicy.DESTROY,
          }),
        },
      },
    });
  }
}

/** https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html */
const specOf = ({ commands, artifact, exported }: BuildProps) => ({
  version: '0.2',
  env: { shell: 'bash', ...(exported && { 'exported-variables': exported }) },
  phases: {
    install: { 'runtime-versions': { nodejs: nodeVersion }, commands: ['npm ci'] },
    build: { commands },
  },
  ...(artifact !== undefined && { artifacts: { 'base-directory': artifact, files: ['**/*'] } }),
});
