/** Which stages are deployed to, and with what. */

import type { App } from 'aws-cdk-lib';
import type { Stage } from '../../core/stages.js';
import { chosenStages, placeOf } from '../parts/chosen-stages.js';
import type { Publishable } from './stop-rights.js';

export interface Deploying {
  readonly applications: readonly Publishable[];
  readonly stages: readonly Stage[];
}

/** The chosen stages, and what the stacks of each take. */
export const chosen = (app: App, { applications, stages }: Deploying) =>
  chosenStages(app, stages).map((stage) => ({ stage, all: { env: placeOf(stage), stage, applications } }));
