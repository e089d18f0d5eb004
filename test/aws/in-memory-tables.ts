/** Cursors and node records in memory, for tests of what uses them. */

import { type ChangeCursor, startOfChanges } from '../../core/delivery/change-events.js';
import type { ChangeCursors, StoredCursor } from '../../core/delivery/change-stream.js';
import type { NodeRecords, StoredRecord } from '../../core/fleet/node-records.js';
import { type Clock, epochMs, isPast } from '../../core/time.js';

export function inMemoryCursors(): ChangeCursors {
  const stored = new Map<string, StoredCursor>();
  return {
    read: async (address) => stored.get(address) ?? { cursor: startOfChanges(address), revision: 0 },
    async write(cursor: ChangeCursor, over) {
      if ((stored.get(cursor.address)?.revision ?? 0) !== over) return 'lost';
      stored.set(cursor.address, { cursor, revision: over + 1 });
      return 'saved';
    },
  };
}

export function inMemoryRecords(clock: Clock): NodeRecords {
  const stored = new Map<string, Required<StoredRecord>>();
  const keyOf = (cluster: string, node: string) => JSON.stringify([cluster, node]);
  return {
    async read(cluster, nodes) {
      const found = nodes.flatMap((node) => stored.get(keyOf(cluster, node)) ?? []);
      return new Map(found.map((item) => [item.record.node, item]));
    },
    async list(cluster) {
      const records = [...stored.values()].map((item) => item.record);
      return records.filter(
        (record) => record.cluster === cluster && !isPast(epochMs(record.expiresAtSeconds * 1000), clock()),
      );
    },
    async write(record, over) {
      const key = keyOf(record.cluster, record.node);
      if ((stored.get(key)?.revision ?? 0) !== over) return 'lost';
      stored.set(key, { record, revision: over + 1 });
      return 'saved';
    },
  };
}
