/** Calls a function through `measure()`, as services do with each request. */

import { sayAndExit } from '../say.js';
import { nodes } from './nodes.js';
import { keep, timeReads } from './read-loop.js';

function readTimes(times: number): number {
  let sum = 0;
  for (let index = 0; index < times; index++) sum = keep(sum + nodes[index & 1 ? 1 : 0].measure(() => index));
  return sum;
}

sayAndExit(await timeReads({ timesPerSlice: 20_000, readTimes }));
