/** Looks the node for a key up in a plain map of keys: what no table could do for keys that nobody has seen. */

import { sayAndExit } from '../say.js';
import { clusters, keys } from './clusters.js';
import { keep, timeReads } from './read-loop.js';

const maps = clusters.map((cluster) => new Map(keys.map((key) => [key, cluster.nodeFor(key)])));

function readTimes(times: number): number {
  let sum = 0;
  for (let index = 0; index < times; index++)
    sum = keep(sum + (maps[index & 1]?.get(keys[index & 63] ?? '')?.unitsPerSecond ?? 0));
  return sum;
}

sayAndExit(await timeReads({ timesPerSlice: 20_000, readTimes }));
