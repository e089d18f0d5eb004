/** The nodes of the roster that follows from a look at the fleet. */

import type { NodeRecord } from '../../fleet/node-records.js';
import type { Roster, RosterNode } from '../../fleet/roster.js';
import type { Fleet } from './facts.js';
import type { Mark } from './stuck.js';

/** What a node can do is told anew when it is off by more than this share: measured numbers always move a little. */
const stepShare = 0.1;

/** What else a run made of the look. */
export interface Judgement {
  /** True when the measurement is: then who is silent stays as he was, or routers would lose nodes that are well. */
  readonly isSuspect: boolean;
  readonly marks: ReadonlyMap<string, Mark>;
}

/**
 * Nodes of the next roster; undefined when the one in force says the same.
 */
export function rosterAfter(
  before: Roster | undefined,
  fleet: Fleet,
  { isSuspect, marks }: Judgement,
): Roster['nodes'] | undefined {
  const { sightings, drained } = fleet;
  const known = new Map(before?.nodes.map((node) => [node.node, node]));
  const nodes = sightings.flatMap(({ record, presence }) => {
    const earlier = known.get(record.node);
    if (presence === 'live')
      return [
        rosterNode(record, earlier, {
          isDrained: drained.has(record.node),
          mark: marks.get(record.node),
          capacity: fleet.capacityOf(record),
        }),
      ];
    return presence === 'silent' && isSuspect && earlier ? [earlier] : [];
  });
  const sorted = nodes.toSorted((a, b) => (a.node < b.node ? -1 : 1));
  return JSON.stringify(sorted) === JSON.stringify(before?.nodes ?? []) ? undefined : sorted;
}

interface Known {
  readonly isDrained: boolean;
  readonly mark: Mark | undefined;
  readonly capacity: number;
}

function rosterNode(
  record: NodeRecord,
  earlier: RosterNode | undefined,
  { isDrained, mark, capacity }: Known,
): RosterNode {
  const { node, incarnation, endpoint, health } = record;
  return {
    node,
    incarnation,
    ...(endpoint !== undefined && { endpoint }),
    labels: Object.fromEntries(Object.entries(record.labels).toSorted(([a], [b]) => (a < b ? -1 : 1))),
    health,
    unitsPerSecond: stepped(capacity, earlier?.unitsPerSecond),
    ...(isDrained && { drained: true }),
    ...mark,
  };
}

const stepped = (measured: number, told: number | undefined): number =>
  told !== undefined && Math.abs(measured - told) <= stepShare * told ? told : measured;
