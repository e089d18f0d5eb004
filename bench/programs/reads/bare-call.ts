/** Calls the same function within a bare `try … finally`, which counts one number. */

import { sayAndExit } from '../say.js';
import { keep, timeReads } from './read-loop.js';

const calls = [{ ended: 0 }, { ended: 0 }] as const;

function measure(into: { ended: number }, work: () => number): number {
  try {
    return work();
  } finally {
    into.ended = keep(into.ended + 1);
  }
}

function readTimes(times: number): number {
  let sum = 0;
  for (let index = 0; index < times; index++)
    sum = keep(sum + measure(calls[index & 1 ? 1 : 0], () => index));
  return sum;
}

sayAndExit(await timeReads({ timesPerSlice: 1_000_000, readTimes }));
