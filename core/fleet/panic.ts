/**
 * When silence is believed. Many nodes that fall silent at once may be well, and what carries their reports at fault; a few are dead.
 * The same for all who conclude anything from it: the assignment, its roster, and what HAProxy is told.
 */

import type { EpochMs } from '../time.js';
import type { NodeRecord } from './node-records.js';

/** Fewer are never a fault of the measurement: a shard of the stream that is held up excuses its nodes itself (liveness.ts). */
export const suspectsMin = 5;

/**
 * A node that is silent for so long, while others report, is gone: no fault of what carries reports lasts so long unseen (the
 * alarm `reports-late` is raised after two minutes). Without an end a panic over nodes that never come back would last for ever.
 */
export const goneAfterMs = 15 * 60_000;

export interface Suspects {
  /** Nodes that are silent, or should be there and are not. */
  readonly suspects: number;
  /** All that are known, these among them. */
  readonly known: number;
}

/** True when so many look dead at once that the measurement is suspect. @param share of all that are known. */
export const isPanic = ({ suspects, known }: Suspects, share: number): boolean =>
  suspects >= suspectsMin && suspects > share * known;

/** True for a silent node that is taken for gone, as long as others report. */
export const isGone = ({ arrivedAtMs }: Pick<NodeRecord, 'arrivedAtMs'>, nowMs: EpochMs): boolean =>
  nowMs - arrivedAtMs > goneAfterMs;
