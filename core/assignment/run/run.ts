/** What one run of assign-partitions makes of what it read. Pure: who reads and writes is functions/assign-partitions. */

import { type DrainList, drainsInForce } from '../../fleet/drains.js';
import type { NodeRecord } from '../../fleet/node-records.js';
import type { Roster } from '../../fleet/roster.js';
import { type Claim, forGood } from '../../ownership/claims.js';
import { grantsAfter } from '../../ownership/grants.js';
import type { EpochMs } from '../../time.js';
import { type Assigned, assign } from '../rule/assign.js';
import { type NodeFacts, serving } from '../rule/facts.js';
import type { Concern, Move } from '../rule/moves.js';
import type { RoutingSettings } from '../settings.js';
import { emptyAssignment, type Grant, type GrantTable, type Life } from '../table/table.js';
import type { AssignmentHead } from '../table/tables.js';
import { type Fleet, factsOf, hasLive, lookAt } from './facts.js';
import { rosterAfter } from './roster.js';
import { isStuck, type Mark, marksOf } from './stuck.js';
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
  /** True where generations begin anew, beyond all that nodes claim. */
  readonly isNewLine: boolean;
}

/**
 * Nodes that are started together report within seconds of each other. Until its oldest node is so old, a cluster without a table gets
 * none: the first to report would be given everything, and most of it would move again at once.
 */
const firstTableAfterMs = 5_000;

/** A new line of generations begins so far beyond the newest that is claimed: with one each second, eleven days. */
const lineGap = 1_000_000;
/** What is claimed beyond is no generation, but that a life has let go for good. */
const claimedMax = forGood / 2;

/** Decides, from one look at everything. */
export function decide(input: RunInput): Decision {
  const { settings, head, roster, records, drains, nowMs } = input;
  const fleet = lookAt(records, new Set(drainsInForce(drains, nowMs).keys()), nowMs);
  const line = newLine(input);
  // A cluster keeps the number of partitions it began with: keys would change places otherwise.
  const previous = input.table ?? emptyAssignment(settings.partitions, line ?? head?.generation);
  const marks = marksOf(fleet, previous, roster);
  const nodes = factsOf(fleet, previous).map((each) =>
    isStuck(marks.get(each.node)) ? asDraining(each) : each,
  );
  const isEarly = previous.generation === 0 && !hasBegun(fleet);
  const assigned: Assigned = isEarly
    ? { kind: 'unchanged', concerns: [] }
    : assign({ previous, nodes, work: partitionWork(fleet, previous), settings, nowMs });
  const table = tableAfter(input, previous, assigned);
  const isSuspect = !hasLive(fleet) || assigned.concerns.some(({ kind }) => kind === 'panic');
  const told = rosterAfter(line === undefined ? roster : undefined, fleet, { isSuspect, marks });
  return {
    ...(table && { table }),
    ...(told && { roster: { revision: Math.max(head?.rosterRevision ?? 0, line ?? 0) + 1, nodes: told } }),
    moves: assigned.kind === 'changed' ? assigned.moves : [],
    concerns: [...assigned.concerns, ...stuckOnes(marks)],
    nodes,
    isNewLine: line !== undefined,
  };
}

const stuckOnes = (marks: ReadonlyMap<string, Mark>): Concern[] =>
  [...marks].flatMap(([node, mark]) => (isStuck(mark) ? [{ kind: 'stuck', node }] : []));

/** Its partitions go to others, and it gets none. */
const asDraining = (facts: NodeFacts): NodeFacts =>
  serving.has(facts.health) ? { ...facts, health: 'draining' } : facts;

/**
 * Where the table was lost with its head, nodes still know its generations, and user data its epochs. Then everything begins anew
 * beyond all that any node claims, by so much that no commit between a node's last report and the loss can have come as far.
 * @returns the generation that counts as in force; undefined where the head knows of all that is claimed.
 */
function newLine({ head, table, records }: RunInput): number | undefined {
  if (table) return undefined;
  const claimed = records.flatMap(({ ownership }) => (ownership ? [ownership.begun, ownership.letGo] : []));
  const newest = Math.max(0, ...claimed.filter((generation) => generation <= claimedMax));
  return newest > (head?.generation ?? 0) ? newest + lineGap : undefined;
}

const hasBegun = ({ sightings, nowMs }: Fleet): boolean =>
  sightings.some(({ record, presence }) => presence === 'live' && nowMs - record.since >= firstTableAfterMs);

/** Undefined when the one in force stays. */
function tableAfter(
  { settings, records, nowMs }: RunInput,
  previous: GrantTable,
  assigned: Assigned,
): GrantTable | undefined {
  const table = grantsAfter({
    previous,
    next: assigned.kind === 'changed' ? assigned.assignment : previous,
    incarnations: new Map(records.map(({ node, incarnation }) => [node, incarnation])),
    claimOf: claimsOf(records),
    isExclusive: settings.owners.most === 1,
  });
  return table && { ...table, slots: table.slots.map((grant) => dated(grant, table, nowMs)) };
}

/** A grant to a new life of the same owner is as new as any: it has as long to begin. */
const dated = (grant: Grant, { generation }: GrantTable, nowMs: EpochMs): Grant =>
  grant.began === generation ? { ...grant, sinceMs: nowMs } : grant;

/** A record tells of one life; nothing is known of the others, and a new owner waits for them. */
function claimsOf(records: readonly NodeRecord[]): (life: Life) => Claim | undefined {
  const byNode = new Map(records.map((record) => [record.node, record]));
  return ({ node, incarnation }) => {
    const record = byNode.get(node);
    return record?.incarnation === incarnation ? record.ownership : undefined;
  };
}
