/** From what is stored of a fleet to what the assigner decides by. */

import { type Capacities, capacitiesOf } from '../../fleet/capacity.js';
import { judgedAt, type Presence, presenceOf } from '../../fleet/liveness.js';
import type { NodeRecord } from '../../fleet/node-records.js';
import { isGone } from '../../fleet/panic.js';
import { type EpochMs, epochMs } from '../../time.js';
import type { NodeFacts } from '../rule/facts.js';
import type { Assignment } from '../table/table.js';

/** A node that does not say how often it reports. */
const reportIntervalDefaultMs = 5_000;

/** A node, and whether it is there. */
export interface Sighting {
  readonly record: NodeRecord;
  readonly presence: Presence;
}

/** A fleet at one moment. */
export interface Fleet {
  readonly sightings: readonly Sighting[];
  /** Nodes that a person keeps work away from. */
  readonly drained: ReadonlySet<string>;
  /** Work units a second that each can do. */
  readonly capacityOf: Capacities;
  readonly nowMs: EpochMs;
}

export function lookAt(records: readonly NodeRecord[], drained: ReadonlySet<string>, nowMs: EpochMs): Fleet {
  const moment = judgedAt(records, nowMs);
  const sightings = records.map((record) => ({ record, presence: presenceOf(record, moment) }));
  return { sightings, drained, capacityOf: capacitiesOf(records), nowMs };
}

export const hasLive = ({ sightings }: Fleet): boolean =>
  sightings.some(({ presence }) => presence === 'live');

/** What the assigner knows of each node, and of owners of which nothing is known any more. */
export function factsOf(fleet: Fleet, table: Assignment): NodeFacts[] {
  const known = fleet.sightings.map((sighting) => nodeFacts(fleet, sighting));
  return hasLive(fleet) ? [...known, ...forgotten(fleet, table)] : known;
}

function nodeFacts(fleet: Fleet, { record, presence }: Sighting): NodeFacts {
  const zone = record.labels['zone'];
  return {
    node: record.node,
    ...(zone !== undefined && { zone }),
    capacity: fleet.capacityOf(record),
    load: record.load,
    work: Object.values(record.work ?? {}).reduce((sum, units) => sum + units, 0),
    health: healthOf(fleet, { record, presence }),
    sinceMs: record.since,
    measuredAtMs: record.arrivedAtMs,
    reportIntervalMs: record.reportIntervalMs ?? reportIntervalDefaultMs,
  };
}

/** A drain counts for the dead as well: so a person ends a panic over nodes that he knows to be gone. */
function healthOf(fleet: Fleet, { record, presence }: Sighting): NodeFacts['health'] {
  if (presence === 'left') return 'stopped';
  if (fleet.drained.has(record.node)) return 'draining';
  if (presence === 'live') return record.health;
  return isGone(record, fleet.nowMs) && hasLive(fleet) ? 'stopped' : 'silent';
}

/** Owners without a record: it went an hour after their last report. */
function forgotten({ sightings }: Fleet, { slots }: Assignment): NodeFacts[] {
  const owners = new Set(slots.flatMap((slot) => slot.owners));
  for (const { record } of sightings) owners.delete(record.node);
  return [...owners].map((node) => ({
    node,
    capacity: 1,
    load: 0,
    work: 0,
    health: 'stopped',
    sinceMs: epochMs(0),
    measuredAtMs: epochMs(0),
    reportIntervalMs: reportIntervalDefaultMs,
  }));
}
