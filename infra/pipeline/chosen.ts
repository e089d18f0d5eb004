/** Which stages are deployed to, and with what. */

import type { App } from 'aws-cdk-lib';
import { type Stage, stageNamed } from '../../core/stages.js';
import type { Publishable } from './stop-rights.js';

export interface Deploying {
  readonly applications: readonly Publishable[];
  readonly stages: readonly Stage[];
}

/** `-c stage=NAME` chooses one; nothing chooses all. */
export function chosen(app: App, { applications, stages }: Deploying) {
  const name: unknown = app.node.tryGetContext('stage');
  const these = name === undefined ? stages : [stageNamed(stages, String(name))];
  return these.map((stage) => {
    const { account, region } = stage;
    const env = { ...(account !== undefined && { account }), ...(region !== undefined && { region }) };
    return { stage, all: { env, stage, applications } };
  });
}
