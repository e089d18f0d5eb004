/** What a fleet asks of AWS each second. Arithmetic alone: docs/scale.md shows it, and a simulation holds it against the functions. */

import { reportedPartitionsMax } from '../fleet/node-reports.js';
import { type Design, design, type FleetPlan } from './plan.js';
import { tablesOf } from './tables.js';
import { readUnitBytes, unitsOf, writeUnitBytes } from './units.js';

const dayMs = 86_400_000;
const hourSeconds = 3_600;

/** Kinesis: what a shard takes a second. */
const shard = { records: 1_000, bytes: 1_048_576 };
/** Nodes do not spread evenly over shards, and report at once when something happens. */
const shardHeadroom = 1.25;
const payloadUnitBytes = 25 * 1_024;

/** Each second, unless a name says otherwise. */
export interface Rates {
  readonly polls: number;
  /** Configurations received: AppConfig charges each far more than a poll. */
  readonly received: number;
  readonly records: number;
  readonly payloadUnits: number;
  /** Shards that the stream needs; a number. */
  readonly shards: number;
  readonly batches: number;
  readonly recordWrites: number;
  readonly livenessWrites: number;
  /** Write units of records and liveness, and of what routing adds. */
  readonly ingestWriteUnits: number;
  readonly routingWriteUnits: number;
  /** Read units of the functions. */
  readonly functionReadUnits: number;
  /** Read units of the nodes: of the head item, and of what changed in tables and rosters beside it. */
  readonly headReadUnits: number;
  readonly tableReadUnits: number;
  /** To fetch a table and a roster once, whole; a number. */
  readonly unitsPerTable: number;
  readonly runs: number;
  /** Of each function at once, on average; a number. */
  readonly recordLoadConcurrency: number;
  readonly assignConcurrency: number;
  readonly logBytes: number;
}

export function ratesOf(plan: FleetPlan, pace: Design = design): Rates {
  const { nodes, profiles, nodesPerRelay } = plan;
  const speakers = nodes / nodesPerRelay;
  const stream = streamOf(plan, pace);
  const ingest = ingestOf(plan, stream.shards, pace);
  const routing = routingOf(plan, stream.shards, pace);
  const batchMs =
    pace.recordLoad.perInvocationMs * ingest.batches + pace.recordLoad.perItemMs * reportsOf(plan);
  const runMs = routing.runs * (pace.assign.perInvocationMs + pace.assign.perItemMs * nodes);
  return {
    polls: (speakers * profiles * 1_000) / plan.pollIntervalMs,
    received: (speakers * profiles * plan.changesPerDay + plan.startsPerDay) / (dayMs / 1_000),
    ...stream,
    batches: ingest.batches,
    recordWrites: ingest.recordWrites,
    livenessWrites: ingest.livenessWrites,
    ingestWriteUnits: ingest.writeUnits,
    routingWriteUnits: routing.writeUnits,
    functionReadUnits: routing.functionReadUnits,
    headReadUnits: routing.headReadUnits,
    tableReadUnits: routing.tableReadUnits,
    unitsPerTable: routing.unitsPerTable,
    runs: routing.runs,
    recordLoadConcurrency: batchMs / 1_000,
    assignConcurrency: runMs / 1_000,
    logBytes: ingest.batches * pace.recordLoad.logBytes + routing.runs * pace.assign.logBytes,
  };
}

const reportsOf = ({ nodes, reportIntervalMs }: FleetPlan): number => (1_000 * nodes) / reportIntervalMs;

function streamOf(plan: FleetPlan, pace: Design): Pick<Rates, 'records' | 'payloadUnits' | 'shards'> {
  const records = reportsOf(plan) / plan.nodesPerRelay;
  const recordBytes = (plan.reportBytes + workBytesOf(plan, pace)) * plan.nodesPerRelay;
  const fill = Math.max(records / shard.records, (records * recordBytes) / shard.bytes);
  return {
    records,
    payloadUnits: records * Math.ceil(recordBytes / payloadUnitBytes),
    shards: Math.ceil(shardHeadroom * fill),
  };
}

/** What routing adds to a report, and to a record. */
function workBytesOf({ nodes, routing }: FleetPlan, pace: Design): number {
  if (!routing) return 0;
  return (
    pace.claimBytes + pace.workBytesPerPartition * Math.min(reportedPartitionsMax, routing.partitions / nodes)
  );
}

/** What record-load does: batches, and what it writes of them. */
function ingestOf(plan: FleetPlan, shards: number, pace: Design) {
  const batchSeconds = batchSecondsOf(plan, shards, pace);
  const recordWrites = plan.nodes * recordWritesOf(plan, shards, pace);
  const livenessWrites = shards * livenessWritesOf({ plan, shards, batchSeconds }, pace);
  const livenessUnits = unitsOf(livenessBytes(plan, shards, pace), writeUnitBytes);
  return {
    batches: shards / batchSeconds,
    recordWrites,
    livenessWrites,
    writeUnits:
      recordWrites * unitsOf(plan.recordBytes + workBytesOf(plan, pace), writeUnitBytes) +
      livenessWrites * livenessUnits,
  };
}

/**
 * From batch to batch of a shard. One begins with the first record that is there once the last was handled, and ends when its
 * window or its room does.
 */
function batchSecondsOf(plan: FleetPlan, shards: number, pace: Design): number {
  const { batchRecords, batchWindowMs, recordLoad } = pace;
  const perSecond = reportsOf(plan) / plan.nodesPerRelay / shards;
  const windowSeconds = batchWindowMs / 1_000;
  const reports = Math.min(batchRecords, perSecond * windowSeconds) * plan.nodesPerRelay;
  const handledSeconds = (recordLoad.perInvocationMs + recordLoad.perItemMs * reports) / 1_000;
  const gathered = Math.min(batchRecords / perSecond - handledSeconds, windowSeconds);
  return Math.max(0, gathered) + Math.max(handledSeconds, 1 / perSecond);
}

/** Writes of one node's record a second: heartbeats, news, and the reports after it went over to another version. */
function recordWritesOf(plan: FleetPlan, shards: number, pace: Design): number {
  const changes = (plan.profiles * plan.changesPerDay) / dayMs;
  const movingShare = Math.min(1, changes * (plan.rolloutMs + pace.movedMs));
  const steadyMs = Math.min(
    Math.max((pace.heartbeatPerNodeMs * plan.nodes) / shards, pace.heartbeatMinMs),
    pace.heartbeatMaxMs,
  );
  const beats =
    movingShare * beatsOf(pace.heartbeatMinMs, plan, pace) +
    (1 - movingShare) * beatsOf(steadyMs, plan, pace);
  const young = changes * 1_000 * (pace.youngMs / plan.reportIntervalMs);
  return newsOf(plan) + beats + young;
}

/** Each write, of whatever cause, puts the next heartbeat off: those that fall due between two pieces of news. */
function beatsOf(paceMs: number, plan: FleetPlan, { heartbeatEarlyShare }: Design): number {
  // On average over how early lives beat; the report that finds it due comes half an interval later.
  const lateMs = plan.reportIntervalMs / 2;
  const dueSeconds = Math.max(plan.reportIntervalMs, (1 - heartbeatEarlyShare / 2) * paceMs + lateMs) / 1_000;
  const news = newsOf(plan);
  return news === 0 ? 1 / dueSeconds : news / Math.expm1(news * dueSeconds);
}

const newsOf = ({ newsPerNodeHour }: FleetPlan): number => newsPerNodeHour / hourSeconds;

/** Of one shard: when it is due, or with a batch that has news for other containers. */
function livenessWritesOf(
  { plan, shards, batchSeconds }: { plan: FleetPlan; shards: number; batchSeconds: number },
  { livenessEveryMs }: Design,
): number {
  const quiet = Math.exp((-newsOf(plan) * plan.nodes * batchSeconds) / shards);
  // The batch that finds it due is the first after that time.
  const due = Math.ceil(livenessEveryMs / 1_000 / batchSeconds);
  // Batches up to the first with news, at most `due` of them.
  const batches = quiet > 1 - 1e-9 ? due : (1 - quiet ** due) / (1 - quiet);
  return 1 / (batches * batchSeconds);
}

const livenessBytes = ({ nodes }: FleetPlan, shards: number, pace: Design): number =>
  pace.itemBytes + (pace.livenessBytesPerLife * nodes) / shards;

const nothingRouted = {
  runs: 0,
  writeUnits: 0,
  functionReadUnits: 0,
  headReadUnits: 0,
  tableReadUnits: 0,
  unitsPerTable: 0,
};

/** What assign-partitions and the nodes' routers do; nothing where no work is shared out. */
function routingOf(plan: FleetPlan, shards: number, pace: Design) {
  const { nodes, nodesPerRelay, routing } = plan;
  if (!routing) return nothingRouted;
  const runs = 1_000 / pace.turnEveryMs;
  const stored = tablesOf(plan, routing, pace);
  const tables = routing.generationsPerHour / hourSeconds;
  const rosters = routing.rostersPerHour / hourSeconds;
  const listed =
    nodes * (plan.recordBytes + workBytesOf(plan, pace)) + shards * livenessBytes(plan, shards, pace);
  return {
    runs,
    unitsPerTable: stored.table.readUnits + stored.roster.readUnits,
    // A turn and the state of the load each run.
    writeUnits: 2 * runs + tables * stored.table.writeUnits + rosters * stored.roster.writeUnits,
    // Records, liveness and what is in force as they may be a moment ago; consistently the head, the drains and the load's state.
    functionReadUnits:
      runs * (listed / readUnitBytes / 2 + stored.table.readUnits + stored.roster.readUnits + 3),
    headReadUnits: (nodes / nodesPerRelay) * (1_000 / pace.headReadEveryMs),
    tableReadUnits:
      (nodes / nodesPerRelay) *
      (tables * stored.table.changesReadUnits + rosters * stored.roster.changesReadUnits),
  };
}
