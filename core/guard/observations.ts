/** What a look at the fleet sees of one node, for one profile. */

import { silenceMinMs } from '../fleet/liveness.js';
import type { NodeRecord } from '../fleet/node-records.js';
import type { Counters, NodeHealth } from '../fleet/node-reports.js';
import type { EpochMs } from '../time.js';

export interface NodeObservation {
  readonly node: string;
  readonly incarnation: string;
  /** Earlier incarnations, newest first. */
  readonly retired: readonly string[];
  readonly sequence: number;
  /** When this incarnation's first report arrived. */
  readonly sinceMs: EpochMs;
  /** When it was last heard: the counters may be older by a heartbeat. */
  readonly arrivedAtMs: EpochMs;
  /** Label in force; absent while there is none. */
  readonly label?: string;
  /** Cumulative since the incarnation began, by label. */
  readonly counters: Readonly<Record<string, Counters>>;
  readonly refused?: { readonly label: string; readonly reason: string };
  readonly health: NodeHealth;
  /** True when the node has missed three of its reports. */
  readonly silent: boolean;
}

/** A node's record, as the guard of one profile sees it. Whether it is silent is for the reader of liveness to say. */
export function observeNode(
  record: NodeRecord,
  about: { readonly profile: string; readonly silent: boolean },
): NodeObservation {
  const held = record.profiles[about.profile];
  return {
    node: record.node,
    incarnation: record.incarnation,
    retired: record.retired,
    sequence: record.sequence,
    sinceMs: record.since,
    arrivedAtMs: record.arrivedAtMs,
    ...(held?.label !== undefined && { label: held.label }),
    counters: held?.counters ?? {},
    ...(held?.refused && { refused: held.refused }),
    health: record.health,
    silent: about.silent,
  };
}

/**
 * Silence is told by those who speak: a node is silent only where something else arrived after it, for longer than reports are
 * on their way. When nobody is heard, nobody is silent: it is what carries reports that stands still.
 */
export function heardSince(seen: readonly NodeObservation[]): NodeObservation[] {
  const newestMs = seen.reduce((newest, { arrivedAtMs }) => Math.max(newest, arrivedAtMs), 0);
  const isSilent = ({ silent, arrivedAtMs }: NodeObservation) =>
    silent && newestMs - arrivedAtMs > silenceMinMs;
  return seen.map((each) => ({ ...each, silent: isSilent(each) }));
}

/** The newest observation of each node, by name: whatever order they came in, and however often. */
export function newestOfEach(seen: readonly NodeObservation[]): NodeObservation[] {
  const oldestFirst = seen.toSorted((a, b) => a.arrivedAtMs - b.arrivedAtMs || a.sequence - b.sequence);
  const newest = new Map(oldestFirst.map((each) => [each.node, each]));
  return [...newest.values()].sort((a, b) => (a.node < b.node ? -1 : 1));
}
