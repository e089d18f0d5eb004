/** One cluster's run: read, decide, put in force; again when somebody else was quicker. */

import { type Decision, decide } from '../../core/assignment/run/run.js';
import type { RoutingSettings } from '../../core/assignment/settings.js';
import type { GrantTable } from '../../core/assignment/table/table.js';
import type { AssignmentHead, AssignmentReader, Assignments } from '../../core/assignment/table/tables.js';
import type { Drains } from '../../core/fleet/drains.js';
import type { NodeRecords } from '../../core/fleet/node-records.js';
import type { Roster } from '../../core/fleet/roster.js';
import type { Clock } from '../../core/time.js';

/** Whoever was quicker did the same work with the same rules: after these, nothing is left that cannot wait for the next run. */
export const attemptsMax = 3;

export interface RunDeps {
  readonly assignments: Pick<Assignments, 'commit'>;
  readonly records: Pick<NodeRecords, 'list'>;
  readonly drains: Pick<Drains, 'read'>;
  readonly clock: Clock;
}

export type Outcome =
  | {
      readonly kind: 'written' | 'unchanged';
      readonly decision: Decision;
      /** In force now, whether or not this run wrote it; undefined: none yet. */
      readonly generation: number;
      /** Of the table, when that is not the number its application declares. */
      readonly partitions: number | undefined;
      /** True when what was in force was not there, and was made anew. */
      readonly isLost: boolean;
      readonly lost: number;
    }
  | { readonly kind: 'lost'; readonly lost: number };

export interface Cluster {
  readonly name: string;
  readonly settings: RoutingSettings;
}

export interface ReadCluster extends Cluster {
  /** It may hold what it read in an earlier run: only the head is read each time. */
  readonly reader: AssignmentReader;
}

/** @throws ServiceUnavailable when something could not be read or written: what is in force stays. */
export async function runCluster(deps: RunDeps, cluster: ReadCluster): Promise<Outcome> {
  for (let lost = 0; lost < attemptsMax; lost++) {
    const outcome = await attempt(deps, cluster);
    if (outcome !== 'lost') return { ...outcome, lost };
  }
  return { kind: 'lost', lost: attemptsMax };
}

async function attempt({ assignments, records, drains, clock }: RunDeps, cluster: ReadCluster) {
  const { name, settings, reader } = cluster;
  const [force, nodes, { list }] = await Promise.all([
    readForce(reader),
    records.list(name),
    drains.read(name),
  ]);
  if (force === 'superseded') return 'lost';
  const { head, table, roster, isLost = false } = force;
  const nowMs = clock();
  const decision = decide({ settings, head, table, roster, records: nodes, drains: list, nowMs });
  const partitions = table && table.slots.length !== settings.partitions ? table.slots.length : undefined;
  const isAnew = isLost || decision.isNewLine;
  const generation = decision.table?.generation ?? table?.generation ?? 0;
  if (!decision.table && !decision.roster)
    return { kind: 'unchanged' as const, decision, generation, partitions, isLost: isAnew };
  const change = {
    over: head,
    previous: { ...(table && { table }), ...(roster && { roster }) },
    ...(decision.table && { table: decision.table }),
    ...(decision.roster && { roster: decision.roster }),
  };
  if ((await assignments.commit(name, change, nowMs)) === 'lost') return 'lost';
  return { kind: 'written' as const, decision, generation, partitions, isLost: isAnew };
}

/** What is in force. */
interface Force {
  /** True when the head names what is not there. */
  readonly isLost?: boolean;
  readonly head: AssignmentHead | undefined;
  readonly table: GrantTable | undefined;
  readonly roster: Roster | undefined;
}

async function readForce(reader: AssignmentReader): Promise<Force | 'superseded'> {
  const head = await reader.head();
  const [table, roster] = await Promise.all([
    head?.tableKey === undefined ? undefined : reader.table(head),
    head?.rosterKey === undefined ? undefined : reader.roster(head),
  ]);
  if (table !== 'superseded' && roster !== 'superseded') return { head, table, roster };
  // Superseded, and nothing newer is in force: something else deleted it.
  if ((await reader.head())?.revision !== head?.revision) return 'superseded';
  return { head, table: found(table), roster: found(roster), isLost: true };
}

const found = <T>(read: T | 'superseded'): T | undefined => (read === 'superseded' ? undefined : read);
