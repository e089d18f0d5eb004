/** A process that held the configuration and left in good order: its values are on disk. */

import { sayAndExit } from '../say.js';
import { node } from './node.js';

const { source } = node.config.gameplay.state();
if (source !== 'cloud') throw new Error(`the values came from ${source}, expected AppConfig`);
await node.close();
sayAndExit({});
