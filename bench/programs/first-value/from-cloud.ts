/** The first value of a node that has nothing on disk: milliseconds since the process began. */

import { sayAndExit } from '../say.js';
import { node } from './node.js';

const { coolDownMs } = node.config.gameplay.get();
const ms = performance.now();
const { source } = node.config.gameplay.state();
if (source !== 'cloud' || !(coolDownMs > 0))
  throw new Error(`${coolDownMs} from ${source}, expected AppConfig`);
sayAndExit({ ms: [ms] });
