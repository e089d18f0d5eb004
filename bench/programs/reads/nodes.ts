/** Two nodes that hold the same version. A loop alternates between them, or the compiler would read once and remember. */

import { connect } from '../../../client/index.js';
import { treasureHunt } from '../../../config/treasure-hunt/application.js';

const options = { environment: 'production', directory: false, report: false } as const;

export const nodes = [
  await connect(treasureHunt, { ...options, node: 'even' }),
  await connect(treasureHunt, { ...options, node: 'odd' }),
] as const;
