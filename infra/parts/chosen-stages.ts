/** Which stages are deployed, and where each is. */

import type { App, Environment } from 'aws-cdk-lib';
import { type Stage, stageNamed } from '../../core/stages.js';

/** `-c stage=NAME` chooses one; nothing chooses all. @throws UsageError for a stage that does not exist. */
export function chosenStages(app: App, stages: readonly Stage[]): readonly Stage[] {
  const name: unknown = app.node.tryGetContext('stage');
  return name === undefined ? stages : [stageNamed(stages, String(name))];
}

/** Without account and region: wherever the credentials of the moment point. */
export const placeOf = ({ account, region }: Stage): Environment => ({
  ...(account !== undefined && { account }),
  ...(region !== undefined && { region }),
});
