/**
 * What deploys and publishes, apart from what it deploys: a pipeline does not change itself on its way, and the local AWS is not
 * asked to be one.
 */

import type { App } from 'aws-cdk-lib';
import { PipelineStack } from '../stacks/pipeline-stack.js';
import { chosen, type Deploying } from './chosen.js';
import { addGithub } from './github.js';

/** The stacks of the chosen stages that name a pipeline, or a repository on GitHub. */
export function addPipelines(app: App, deploying: Deploying): void {
  for (const { stage, all } of chosen(app, deploying)) {
    const { name, pipeline } = stage;
    if (pipeline) new PipelineStack(app, `Veltrix-${name}-Pipeline`, { ...all, pipeline });
  }
  addGithub(app, deploying);
}
