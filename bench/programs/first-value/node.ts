/** A node that starts as it finds things: from what the last process left in `DIRECTORY`, where there is one, or from AppConfig. */

import { connect } from '../../../client/index.js';
import { treasureHunt } from '../../../config/treasure-hunt/application.js';

export const node = await connect(treasureHunt, {
  environment: 'production',
  node: 'measured',
  directory: process.env['DIRECTORY'] ?? false,
});
