/** What a table and a roster cost to write and to read, whole and as what changed. */

import { changesInHeadMaxBytes } from '../assignment/table/tables.js';
import type { Design, FleetPlan } from './plan.js';
import { readUnitBytes, unitsOf, writeUnitBytes } from './units.js';

/** Units of one generation of a table, or one revision of a roster. */
interface Stored {
  /** All that its commit writes, and what a later one deletes. */
  readonly writeUnits: number;
  /** Of a reader that holds none, or one that is too old. */
  readonly readUnits: number;
  /** Of a reader that holds the one before, beside the head. */
  readonly changesReadUnits: number;
}

interface Bytes {
  readonly whole: number;
  readonly changes: number;
  readonly inHeadMax: number;
}

export function tablesOf(
  { nodes }: FleetPlan,
  routing: NonNullable<FleetPlan['routing']>,
  pace: Design,
): { readonly table: Stored; readonly roster: Stored } {
  const { partitions, movedShare } = routing;
  const moved = Math.ceil(movedShare * partitions);
  // Who gets a partition and who had it.
  const named = Math.min(nodes, 2 * moved);
  const table = {
    whole: pace.tableBytesPerPartition * partitions + pace.tableBytesPerNode * nodes,
    changes: pace.changesBytes + pace.changesBytesPerPartition * moved + pace.changesBytesPerNode * named,
    inHeadMax: changesInHeadMaxBytes.table,
  };
  const roster = {
    whole: pace.rosterBytesPerNode * nodes,
    changes: pace.changesBytes + pace.rosterChangesBytesPerNode * Math.ceil(movedShare * nodes),
    inHeadMax: changesInHeadMaxBytes.roster,
  };
  return { table: storedOf(table, pace), roster: storedOf(roster, pace) };
}

/** Chunks and changes never change, so they are read as they may be a moment ago. */
function storedOf({ whole, changes, inHeadMax }: Bytes, { headBytes }: Design): Stored {
  const readUnits = unitsOf(whole, readUnitBytes) / 2;
  const isInHead = changes <= inHeadMax;
  const itemUnits = unitsOf(changes, readUnitBytes) / 2;
  const isBeside = !isInHead && itemUnits < readUnits;
  return {
    writeUnits:
      unitsOf(headBytes + (isInHead ? changes : 0), writeUnitBytes) +
      2 * unitsOf(whole, writeUnitBytes) +
      (isBeside ? 2 * unitsOf(changes, writeUnitBytes) : 0),
    readUnits,
    changesReadUnits: isInHead ? 0 : Math.min(itemUnits, readUnits),
  };
}
