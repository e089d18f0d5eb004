/** The first value of a node that cannot reach AWS: milliseconds since the process began, by Node's own clock. */

import { sayAndExit } from '../say.js';
import { node } from './node.js';

const { coolDownMs } = node.config.gameplay.get();
const ms = performance.now();
const { source } = node.config.gameplay.state();
if (source !== 'disk' || !(coolDownMs > 0))
  throw new Error(`${coolDownMs} from ${source}, expected the disk`);
sayAndExit({ ms: [ms] });
