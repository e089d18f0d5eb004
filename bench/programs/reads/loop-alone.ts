/** The loop without a read: what the others' figures contain and is not theirs. */

import { sayAndExit } from '../say.js';
import { keep, timeReads } from './read-loop.js';

const numbers: readonly number[] = [10_000, 20_000];

function readTimes(times: number): number {
  let sum = 0;
  for (let index = 0; index < times; index++) sum = keep(sum + (numbers[index & 1] ?? 0));
  return sum;
}

sayAndExit(await timeReads({ timesPerSlice: 1_000_000, readTimes }));
