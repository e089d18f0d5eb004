/** Treasure Hunt: players follow clues through a city, or through riddles at home, for points. */

import { defineApplication } from '../../core/profiles.js';
import { gameplay } from './gameplay.js';
import { limits } from './limits.js';

export const treasureHunt = defineApplication({
  name: 'treasure-hunt',
  // In the order a change travels.
  environments: ['staging', 'production'],
  profiles: [gameplay, limits],
  // Hunts are keyed by id: 64 partitions a node, for up to 16 nodes.
  routing: { partitions: 1024 },
});
