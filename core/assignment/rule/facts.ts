/** What the assigner knows of the fleet, and what it makes of it: who may own work, how much, and whose numbers count. */

import type { NodeHealth } from '../../fleet/node-reports.js';
import type { Suspects } from '../../fleet/panic.js';
import type { EpochMs } from '../../time.js';
import type { AssignmentSettings } from '../settings.js';
import type { Assignment } from '../table/table.js';

/** One node, as its newest report and its silence tell. */
export interface NodeFacts {
  readonly node: string;
  readonly zone?: string;
  /** Work units a second it can do: what it declares, until it has measured what it does. */
  readonly capacity: number;
  /** Measured: 0 idle … 1 at capacity, above 1 when more is offered or much is waiting. */
  readonly load: number;
  /** Work units a second that partitions brought it in the time `load` was measured; the rest of its load stays with it. */
  readonly work: number;
  /** `silent`: its reports have stopped for so long that it is taken for dead. */
  readonly health: NodeHealth | 'silent';
  /** When this life of the node began. */
  readonly sinceMs: EpochMs;
  /** When the report that says `load` and `work` arrived. */
  readonly measuredAtMs: EpochMs;
  readonly reportIntervalMs: number;
}

export interface AssignmentInput {
  /** The generation to build on. */
  readonly previous: Assignment;
  /** In any order; a node that is not named here has left. */
  readonly nodes: readonly NodeFacts[];
  /** Offered work units a second by partition number; undefined where nobody has measured. */
  readonly work: readonly (number | undefined)[];
  readonly settings: AssignmentSettings;
  readonly nowMs: EpochMs;
}

/** A node that may own partitions in the next generation. */
export interface Candidate {
  readonly node: string;
  readonly zone: string | undefined;
  /** Work units a second it can do. */
  readonly capacity: number;
  /** Work units a second it has to do besides its partitions: other duties, and what is waiting. */
  readonly besides: number;
  /** Of a full share, how much it may take on: below 1 in a new life. */
  readonly ramp: number;
  /** False when it keeps what it has and takes nothing, as while it cannot reach AWS. */
  readonly takes: boolean;
  /** `young`: too new to be measured; `expired`: too old to be believed, so it is taken to hold its fair share. */
  readonly numbers: 'fresh' | 'young' | 'expired';
}

/** What a node just begun may take at least: something has to warm it up. */
const leastRamp = 0.1;
/** Healths of nodes that may own partitions. */
export const serving: ReadonlySet<NodeFacts['health']> = new Set(['ready', 'degraded']);

/** Those that may own partitions, by name. */
export function candidatesOf({ nodes, settings, nowMs }: AssignmentInput): Candidate[] {
  return nodes
    .filter(({ health }) => serving.has(health))
    .map((facts) => candidate(facts, settings, nowMs))
    .toSorted((a, b) => (a.node < b.node ? -1 : 1));
}

function candidate(facts: NodeFacts, settings: AssignmentSettings, nowMs: EpochMs): Candidate {
  const numbers = numbersOf(facts, settings, nowMs);
  const ageMs = nowMs - facts.sinceMs;
  return {
    node: facts.node,
    zone: facts.zone,
    capacity: facts.capacity,
    besides: numbers === 'fresh' ? Math.max(0, facts.load * facts.capacity - facts.work) : 0,
    ramp: Math.min(1, Math.max(leastRamp, settings.slowStartMs > 0 ? ageMs / settings.slowStartMs : 1)),
    takes: facts.health === 'ready',
    numbers,
  };
}

function numbersOf(facts: NodeFacts, settings: AssignmentSettings, nowMs: EpochMs): Candidate['numbers'] {
  if (nowMs - facts.measuredAtMs > settings.expiryReports * facts.reportIntervalMs) return 'expired';
  return nowMs - facts.sinceMs < settings.blackoutMs ? 'young' : 'fresh';
}

/**
 * How many owners are silent or unknown, of all owners and all nodes that report. Whatever a node that reports says of itself is no
 * fault of the measurement: neither that it goes, nor that it starts or cannot reach AWS.
 */
export function suspectsOf({ previous, nodes }: AssignmentInput): Suspects {
  const owners = new Set<string>();
  for (const slot of previous.slots) for (const owner of slot.owners) owners.add(owner);
  const there = nodes.filter(({ health }) => health !== 'silent');
  const said = new Set(there.map(({ node }) => node));
  const suspects = [...owners].filter((owner) => !said.has(owner)).length;
  const newcomers = there.filter(({ node, health }) => health !== 'stopped' && !owners.has(node)).length;
  return { suspects, known: owners.size + newcomers };
}
