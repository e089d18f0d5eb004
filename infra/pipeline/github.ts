/** The roles that workflows of GitHub take: an app of their own, since no workflow changes what it may do. */

import { App } from 'aws-cdk-lib';
import { UsageError } from '../../core/errors.js';
import { GithubStack } from '../stacks/github-stack.js';
import { chosen, type Deploying } from './chosen.js';

/** Of the chosen stages that name a repository there. */
export function addGithub(app: App, deploying: Deploying): void {
  for (const { stage, all } of chosen(app, deploying)) {
    const { name, github } = stage;
    if (github) new GithubStack(app, `Veltrix-${name}-Github`, { ...all, github });
  }
}

/**
 * Writes their cloud assembly, for a project that begins with the packages.
 * @param outdir where to; the CDK command's choice (`cdk.out`) when absent.
 * @throws UsageError when no chosen stage names a repository.
 */
export function synthesizeGithub(deploying: Deploying, outdir?: string): void {
  const app = new App({
    analyticsReporting: false,
    treeMetadata: false,
    ...(outdir !== undefined && { outdir }),
  });
  if (chosen(app, deploying).every(({ stage }) => stage.github === undefined)) {
    throw new UsageError('No stage names a repository on GitHub: there is nobody to make roles for', {
      hint: "Write github: { repository: 'owner/name' } into a stage of infra/stages.ts.",
    });
  }
  addGithub(app, deploying);
  app.synth();
}
