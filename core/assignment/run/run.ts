/** What one run of assign-partitions makes of what it read. Pure: who reads and writes is functions/assign-partitions. */

import { type DrainList, drainsInForce } from '../../fleet/drains.js';
import type { NodeRecord } from '../../fleet/node-records.js';
import type { Roster } from '../../fleet/roster.js';
import type { Claim } from '../../ownership/claims.js';
import { grantsAfter } from '../../ownership/grants.js';
import type { EpochMs } from '../../time.js';
import { type Assigned, assign } from '../assign.js';
import type { NodeFacts } from '../facts.js';
import type { Concern, Move } from '../moves.js';
import type { RoutingSettings } from '../settings.js';
import { emptyAssignment, type GrantTable, type Life } from '../table.js';
import type { AssignmentHead } from '../tables.js';
import { type Fleet, factsOf, hasLive, lookAt } from './facts.js';
import { rosterAfter } from './roster.js';
import { partitionWork } from './work.js';

export interface RunInput {
  /** What the cluster's application declares. */
  readonly settings: RoutingSettings;
  /** What is in force; undefined: nothing yet. */
  readonly head: Pick<AssignmentHead, 'generation' | 'rosterRevision'> | undefined;
  /** What the head names; undefined: nothing, or it was lost, and is made anew. */
  readonly table: GrantTable | undefined;
  readonly roster: Roster | undefined;
  readonly records: readonly NodeRecord[];
  readonly drains: DrainList;
  readonly nowMs: EpochMs;
}

export interface Decision {
  /** Absent: the one in force stays. */
  readonly table?: GrantTable;
  readonly roster?: Roster;
  readonly moves: readonly Move[];
  readonly concerns: readonly Concern[];
  readonly nodes: readonly NodeFacts[];
}

/**
 * Nodes that are started together report within seconds of each other. Until its oldest node is so old, a cluster without a table gets
 * none: the first to report would be given everything, and most of it would move again at once.
 */
const firstTableAfterMs = 5_000;

/** Decides, from one look at everything. */
export function decide(input: RunInput): Decision {
  const { settings, head, roster, records, drains, nowMs } = input;
  const fleet = lookAt(records, new Set(drainsInForce(drains, nowMs).keys()), nowMs);
  // A cluster keeps the number of partitions it began with: keys would change places otherwise.
  const previous = input.table ?? emptyAssignment(settings.partitions, head?.generation);
  const nodes = factsOf(fleet, previous);
  const isEarly = previous.generation === 0 && !hasBegun(fleet);
  const assigned: Assigned = isEarly
    ? { kind: 'unchanged', concerns: [] }
    : assign({ previous, nodes, work: partitionWork(fleet, previous), settings, nowMs });
  const table = tableAfter(input, previous, assigned);
  const isSuspect = !hasLive(fleet) || assigned.concerns.some(({ kind }) => kind === 'panic');
  const told = rosterAfter(roster, fleet, isSuspect);
  return {
    ...(table && { table }),
    ...(told && { roster: { revision: (head?.rosterRevision ?? 0) + 1, nodes: told } }),
    moves: assigned.kind === 'changed' ? assigned.moves : [],
    concerns: assigned.concerns,
    nodes,
  };
}

const hasBegun = ({ sightings, nowMs }: Fleet): boolean =>
  sightings.some(({ record, presence }) => presence === 'live' && nowMs - record.since >= firstTableAfterMs);

/** Undefined when the one in force stays. */
function tableAfter(
  { settings, records }: RunInput,
  previous: GrantTable,
  assigned: Assigned,
): GrantTable | undefined {
  return grantsAfter({
    previous,
    next: assigned.kind === 'changed' ? assigned.assignment : previous,
    incarnations: new Map(records.map(({ node, incarnation }) => [node, incarnation])),
    claimOf: claimsOf(records),
    isExclusive: settings.owners.most === 1,
  });
}

/** A record tells of one life; nothing is known of the others, and a new owner waits for them. */
function claimsOf(records: readonly NodeRecord[]): (life: Life) => Claim | undefined {
  const byNode = new Map(records.map((record) => [record.node, record]));
  return ({ node, incarnation }) => {
    const record = byNode.get(node);
    return record?.incarnation === incarnation ? record.ownership : undefined;
  };
}
