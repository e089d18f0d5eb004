/** How evenly work lies, and how much of it has moved lately. */

import type { GrantTable } from '../../../core/assignment/table/table.js';
import type { AssignmentHead } from '../../../core/assignment/table/tables.js';
import type { EpochMs } from '../../../core/time.js';
import type { NodeLoad } from './facts.js';

export interface Spread {
  /** Load of the busiest node, and whose it is. */
  readonly max: number;
  readonly maxNode: string;
  /** Offered work of what these nodes can do. */
  readonly mean: number;
  /** A node is left alone within this of the mean. */
  readonly bandLoad: number;
  /** Nodes above and below the band. */
  readonly above: readonly string[];
  readonly below: readonly string[];
}

/** Of those that are there and in service; undefined where nobody is. */
export function spreadOf(nodes: readonly NodeLoad[], bandLoad: number): Spread | undefined {
  const serving = nodes.filter(isServing);
  const [first] = serving;
  if (!first) return undefined;
  const offered = serving.reduce((sum, { load, unitsPerSecond }) => sum + load * unitsPerSecond, 0);
  const mean = offered / serving.reduce((sum, { unitsPerSecond }) => sum + unitsPerSecond, 0);
  const namesOf = (isOut: (load: number) => boolean) =>
    serving.filter(({ load }) => isOut(load)).map(({ node }) => node);
  return {
    max: first.load,
    maxNode: first.node,
    mean,
    bandLoad,
    above: namesOf((load) => load > mean + bandLoad),
    below: namesOf((load) => load < mean - bandLoad),
  };
}

/** One that is drained or goes has what it has: it says nothing of how work is shared out. */
export const isServing = ({ presence, health, drain }: NodeLoad): boolean =>
  presence === 'live' && (health === 'ready' || health === 'degraded') && drain === undefined;

export interface AssignmentView {
  readonly generation: number;
  readonly partitions: number;
  /** Partitions without an owner. */
  readonly unowned: number;
  /** When what is in force was written: ISO 8601, UTC. */
  readonly writtenAt: string;
  /** When a partition last changed its owner; absent where none ever did. */
  readonly lastMoveAt?: string;
  /**
   * Partitions that changed their owner within the last minute, and within the last ten. One that moved twice counts
   * once; its first owner is no move.
   */
  readonly movedLastMinute: number;
  readonly movedLast10Minutes: number;
}

const minuteMs = 60_000;

export function assignmentView(
  { head, table }: { readonly head: AssignmentHead; readonly table: GrantTable },
  now: EpochMs,
): AssignmentView {
  const moves = table.slots.filter(({ epoch }) => epoch > 1).map(({ sinceMs }) => sinceMs);
  const within = (durationMs: number) => moves.filter((sinceMs) => now - sinceMs < durationMs).length;
  const last = moves.reduce((newest, sinceMs) => Math.max(newest, sinceMs), 0);
  return {
    generation: table.generation,
    partitions: table.slots.length,
    unowned: table.slots.filter(({ owners }) => owners.length === 0).length,
    writtenAt: new Date(head.writtenAtMs).toISOString(),
    ...(last > 0 && { lastMoveAt: new Date(last).toISOString() }),
    movedLastMinute: within(minuteMs),
    movedLast10Minutes: within(10 * minuteMs),
  };
}
