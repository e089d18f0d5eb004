/**
 * What deploys and publishes, apart from what it deploys: a pipeline does not change itself on its way, and the local AWS is not
 * asked to be one.
 */

import type { App } from 'aws-cdk-lib';
import { type Stage, stageNamed } from '../../core/stages.js';
import { GithubStack } from '../stacks/github-stack.js';
import { PipelineStack } from '../stacks/pipeline-stack.js';
import type { Travelling } from './travel.js';

export interface Deploying {
  readonly applications: readonly Travelling[];
  readonly stages: readonly Stage[];
}

/** The stacks of the chosen stages that name a pipeline, or a repository on GitHub. */
export function addPipelines(app: App, { applications, stages }: Deploying): void {
  for (const stage of chosen(app, stages)) {
    const { name, account, region, pipeline, github } = stage;
    const env = { ...(account !== undefined && { account }), ...(region !== undefined && { region }) };
    const all = { env, stage, applications };
    if (pipeline) new PipelineStack(app, `Veltrix-${name}-Pipeline`, { ...all, pipeline });
    if (github) new GithubStack(app, `Veltrix-${name}-Github`, { ...all, github });
  }
}

/** `-c stage=NAME` chooses one; nothing chooses all. */
function chosen(app: App, stages: readonly Stage[]): readonly Stage[] {
  const name: unknown = app.node.tryGetContext('stage');
  return name === undefined ? stages : [stageNamed(stages, String(name))];
}
