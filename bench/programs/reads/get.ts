/** Reads the same property as services do, with `get()`. */

import { sayAndExit } from '../say.js';
import { nodes } from './nodes.js';
import { keep, timeReads } from './read-loop.js';

const handles = nodes.map((node) => node.config.gameplay);

function readTimes(times: number): number {
  let sum = 0;
  for (let index = 0; index < times; index++) sum = keep(sum + (handles[index & 1]?.get().coolDownMs ?? 0));
  return sum;
}

sayAndExit(await timeReads({ timesPerSlice: 1_000_000, readTimes }));
