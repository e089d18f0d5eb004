/** A process with nothing to read: what every start costs. */

import { sayAndExit } from '../say.js';

sayAndExit({ ms: [performance.now()] });
