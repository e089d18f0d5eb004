/** The stages: each is one account and region that Veltrix is deployed to. A new one is a row (docs/stages.md). */

import { defaultStage } from '../core/names.js';
import { parseStages } from '../core/stages.js';

/** All stages. */
export const stages = parseStages([
  {
    name: defaultStage,
    environments: {
      staging: { strategy: 'linear-50' },
      production: { strategy: 'canary-10' },
    },
  },
]);
