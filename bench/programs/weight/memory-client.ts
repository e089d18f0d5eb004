/** A connected node that polls and reports, five times a second each. */

import path from 'node:path';
import { connect } from '../../../client/index.js';
import { treasureHunt } from '../../../config/treasure-hunt/application.js';
import { sayAndExit } from '../say.js';
import { settledMemory } from './settled-memory.js';

await connect(treasureHunt, {
  environment: 'production',
  node: 'measured',
  // A directory of its own: this process ends abruptly, and the next must not start from what it left.
  directory: path.join(process.env['DIRECTORY'] ?? '', String(process.pid)),
  poll: { intervalSeconds: 0.2 },
  report: { intervalSeconds: 0.2 },
});
sayAndExit(await settledMemory());
