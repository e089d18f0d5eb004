/** What `cdk` runs: writes the cloud assembly. */

import { synthesize } from './app.js';

synthesize();
