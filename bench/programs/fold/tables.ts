/** The table of records in memory, which counts what DynamoDB would charge: a unit for each KB that is written. */

import type { NodeRecord, NodeRecords } from '../../../core/fleet/node-records.js';
import {
  encodeLiveness,
  type LivenessItems,
  type ShardLiveness,
} from '../../../core/fleet/shard-liveness.js';

export interface Bill {
  records: number;
  recordUnits: number;
  liveness: number;
  livenessUnits: number;
}

/** Names and numbers of an item beside what is counted: its keys, `revision`, `expiresAtSeconds`. */
const itemBytes = 120;

export const unitsOf = (bytes: number): number => Math.ceil((itemBytes + bytes) / 1024);
export const recordUnits = (record: NodeRecord): number => unitsOf(Buffer.byteLength(JSON.stringify(record)));

export function billedTables(bill: Bill) {
  const stored = new Map<string, { record: NodeRecord; revision: number }>();
  const live = new Map<string, { liveness: ShardLiveness; revision: number }>();
  const records: Pick<NodeRecords, 'read' | 'write'> = {
    read: async (_cluster, nodes) =>
      new Map(nodes.flatMap((node) => [[node, stored.get(node)] as const]).filter(isFound)),
    async write(record, over) {
      stored.set(record.node, { record, revision: over + 1 });
      bill.records += 1;
      bill.recordUnits += recordUnits(record);
      return 'saved';
    },
  };
  const items: LivenessItems = {
    readShard: async (_cluster, shard) => live.get(shard) ?? { revision: 0 },
    async writeShard(_cluster, liveness, over) {
      live.set(liveness.shard, { liveness, revision: over + 1 });
      bill.liveness += 1;
      bill.livenessUnits += unitsOf(encodeLiveness(liveness).length);
      return 'saved';
    },
  };
  return { records, items };
}

const isFound = <Value>(entry: readonly [string, Value | undefined]): entry is [string, Value] =>
  entry[1] !== undefined;
