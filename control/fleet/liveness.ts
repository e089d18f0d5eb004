/** Which nodes are there. A node is judged by when its report arrived, against the newest arrival of its cluster. */

import type { NodeRecord } from '../../core/node-records.js';
import { type EpochMs, epochMs } from '../../core/time.js';

/** How often a node reports unless its service chose otherwise. */
export const reportIntervalMs = 5_000;
/** Reports that may be missing before a node counts as silent. */
const missedReportsMax = 3;
export const silenceMs = missedReportsMax * reportIntervalMs;

/** `left` said so itself; `silent` did not. */
export type Presence = 'live' | 'silent' | 'left';

/** The newest arrival among a cluster's records; undefined when there is none. */
export function newestArrival(records: readonly NodeRecord[]): EpochMs | undefined {
  if (records.length === 0) return undefined;
  return epochMs(records.reduce((newest, { arrivedAtMs }) => Math.max(newest, arrivedAtMs), 0));
}

export function presenceOf(record: NodeRecord, newest: EpochMs): Presence {
  if (record.health === 'stopped') return 'left';
  return newest - record.arrivedAtMs <= silenceMs ? 'live' : 'silent';
}

/** The records of the nodes that are there. */
export function liveNodes(records: readonly NodeRecord[]): readonly NodeRecord[] {
  const newest = newestArrival(records);
  return newest === undefined ? [] : records.filter((record) => presenceOf(record, newest) === 'live');
}
