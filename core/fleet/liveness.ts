/**
 * Which nodes are there. A node is judged by when its report arrived, against the newest arrival of its cluster, or of its own
 * shard of the stream where that is held up; and against the reader's own clock once nothing arrived for longer than clocks differ.
 */

import { type EpochMs, epochMs } from '../time.js';
import type { NodeRecord } from './node-records.js';

/** Reports that may be missing before a node counts as silent. */
const missedReportsMax = 3;
/** How often a node reports that does not say so. */
const usualIntervalMs = 5_000;
/** No node is silent sooner: reports travel in batches, a second or two, and arrivals are written every two seconds. */
export const silenceMinMs = 8_000;
/** A shard excuses its nodes for no longer: older reports are given up by who reads it, and a closed shard keeps nobody alive. */
export const heldUpMaxMs = 5 * 60 * 1000;
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

/** A node is silent after three of its own intervals, in which its shard of the stream was heard. `moment` is what `judgedAt` says of its cluster. */
export function presenceOf(record: NodeRecord, moment: EpochMs): Presence {
  if (record.health === 'stopped') return 'left';
  const silenceMs = Math.max(silenceMinMs, missedReportsMax * (record.reportIntervalMs ?? usualIntervalMs));
  const excusedMs = Math.min(record.heldUpMs ?? 0, heldUpMaxMs);
  return moment - record.arrivedAtMs - excusedMs <= silenceMs ? 'live' : 'silent';
}

/** The records of the nodes that are there. */
export function liveNodes(records: readonly NodeRecord[], now: EpochMs): readonly NodeRecord[] {
  const moment = judgedAt(records, now);
  return records.filter((record) => presenceOf(record, moment) === 'live');
}
