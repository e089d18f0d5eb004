/** Reads a property of a frozen object that is at hand. */

import { sayAndExit } from '../say.js';
import { nodes } from './nodes.js';
import { keep, timeReads } from './read-loop.js';

const values = nodes.map((node) => node.config.gameplay.get());

function readTimes(times: number): number {
  let sum = 0;
  for (let index = 0; index < times; index++) sum = keep(sum + (values[index & 1]?.coolDownMs ?? 0));
  return sum;
}

sayAndExit(await timeReads({ timesPerSlice: 1_000_000, readTimes }));
