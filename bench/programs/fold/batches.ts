/** Batches of the stream `load`, as Lambda hands them over. */

import type { NodeReport } from '../../../core/fleet/node-reports.js';

export interface Arrival {
  readonly report: NodeReport;
  readonly arrivedAtMs: number;
}

export const batchOf = (arrivals: readonly Arrival[]) => ({
  Records: arrivals.map(({ report, arrivedAtMs }, index) => ({
    eventID: `shardId-000000000000:${index}`,
    kinesis: {
      sequenceNumber: String(index),
      data: Buffer.from(JSON.stringify(report)).toString('base64'),
      approximateArrivalTimestamp: arrivedAtMs / 1000,
    },
  })),
});

/** The same numbers in each run: mulberry32. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
