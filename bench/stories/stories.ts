/** The five, by name, in the order in which they are told. */

import type { Story } from './story.js';
import { balancer } from './told/balancer.js';
import { configLayer } from './told/config-layer.js';
import { configServer } from './told/config-server.js';
import { keyedNodes } from './told/keyed-nodes.js';
import { replicaManager } from './told/replica-manager.js';

export const stories: Readonly<Record<string, Story>> = {
  configServer,
  replicaManager,
  configLayer,
  balancer,
  keyedNodes,
};
