/**
 * Which nodes are there. A node is judged by when its report arrived, against the newest arrival of its cluster; and
 * against the reader's own clock once that arrival is too old for any difference of clocks.
 */

import { type EpochMs, epochMs } from '../time.js';
import type { NodeRecord } from './node-records.js';

/** Reports that may be missing before a node counts as silent. */
const missedReportsMax = 3;
/** No node is silent sooner: reports travel in batches, and three of the usual 5 s may be on their way. */
export const silenceMinMs = 15_000;
/** How far the reader's clock and AWS's may be apart. */
const clocksApartMaxMs = 60_000;

/** `left` said so itself; `silent` did not. */
export type Presence = 'live' | 'silent' | 'left';

/** The newest arrival among a cluster's records; undefined when there is none. */
export function newestArrival(records: readonly NodeRecord[]): EpochMs | undefined {
  if (records.length === 0) return undefined;
  return epochMs(records.reduce((newest, { arrivedAtMs }) => Math.max(newest, arrivedAtMs), 0));
}

/** The moment a cluster's nodes are judged at: its newest arrival, or `now` when nothing arrived for longer than clocks differ. */
export function judgedAt(records: readonly NodeRecord[], now: EpochMs): EpochMs {
  const newest = newestArrival(records);
  return newest === undefined || now - newest > clocksApartMaxMs ? now : newest;
}

/**
 * True when nothing arrived for longer than clocks differ, and by the reader's clock every node that is not gone has missed its
 * reports. They may all be dead, or what carries reports may stand still: which of the two, no record says.
 */
export function isStalled(records: readonly NodeRecord[], now: EpochMs): boolean {
  const newest = newestArrival(records);
  return newest !== undefined && now - newest > clocksApartMaxMs && liveNodes(records, now).length === 0;
}

/** A node is silent after three of its own intervals. `moment` is what `judgedAt` says of its cluster. */
export function presenceOf(record: NodeRecord, moment: EpochMs): Presence {
  if (record.health === 'stopped') return 'left';
  const silenceMs = Math.max(silenceMinMs, missedReportsMax * (record.reportIntervalMs ?? 0));
  return moment - record.arrivedAtMs <= silenceMs ? 'live' : 'silent';
}

/** The records of the nodes that are there. */
export function liveNodes(records: readonly NodeRecord[], now: EpochMs): readonly NodeRecord[] {
  const moment = judgedAt(records, now);
  return records.filter((record) => presenceOf(record, moment) === 'live');
}
