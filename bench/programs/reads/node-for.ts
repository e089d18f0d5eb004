/** Looks up the node for a key, as services do before they send a request on. */

import { sayAndExit } from '../say.js';
import { clusters, keys } from './clusters.js';
import { keep, timeReads } from './read-loop.js';

function readTimes(times: number): number {
  let sum = 0;
  for (let index = 0; index < times; index++)
    sum = keep(sum + (clusters[index & 1 ? 1 : 0].nodeFor(keys[index & 63] ?? '')?.unitsPerSecond ?? 0));
  return sum;
}

sayAndExit(await timeReads({ timesPerSlice: 20_000, readTimes }));
