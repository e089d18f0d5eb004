/** The memory of this process once it has settled. */

import { setTimeout } from 'node:timers/promises';

/** Long enough for ten polls. */
const workMs = 2_000;

/** Waits while the process does its work, collects garbage (needs --expose-gc), and gives what is left, in MB of 10⁶ bytes. */
export async function settledMemory(): Promise<Record<'residentMb' | 'heapMb', number[]>> {
  await setTimeout(workMs);
  for (let times = 0; times < 3; times++) {
    globalThis.gc?.();
    await setTimeout(20);
  }
  const { rss, heapUsed } = process.memoryUsage();
  return { residentMb: [rss / 1e6], heapMb: [heapUsed / 1e6] };
}
