/** At most `capacity` pieces of work at once; the next wait in line, as many as the limits in force admit. */

import type { Frozen } from '../client/index.js';
import type { Limits, TierName } from '../config/treasure-hunt/limits.js';

export interface WorkQueue {
  /** Does the work when its turn comes. `full`: it was not begun, and never will be. */
  run<Result>(tier: TierName, work: () => Promise<Result>): Promise<Result | 'full'>;
}

export interface WorkQueueOptions {
  readonly capacity: number;
  /** Asked at each arrival, so a change counts at once; those who wait already keep their place. */
  readonly limits: () => Frozen<Limits>;
  /** Told how many wait, whenever that changes. */
  readonly onDepth: (depth: number) => void;
}

export function createWorkQueue({ capacity, limits, onDepth }: WorkQueueOptions): WorkQueue {
  const waiting: { readonly tier: TierName; readonly begin: () => void }[] = [];
  let inFlight = 0;

  const isFull = (tier: TierName): boolean =>
    waiting.length >= limits().queueSize ||
    waiting.filter((item) => item.tier === tier).length >= limits().tiers[tier].queueSize;

  const turn = (tier: TierName) =>
    new Promise<void>((begin) => {
      waiting.push({ tier, begin });
      onDepth(waiting.length);
    });

  // The place of finished work is handed on, so nobody who arrives meanwhile can take it.
  const handOn = () => {
    const next = waiting.shift();
    if (!next) inFlight -= 1;
    else {
      onDepth(waiting.length);
      next.begin();
    }
  };

  return {
    run: async (tier, work) => {
      if (inFlight < capacity) inFlight += 1;
      else if (isFull(tier)) return 'full';
      else await turn(tier);
      try {
        return await work();
      } finally {
        handOn();
      }
    },
  };
}
