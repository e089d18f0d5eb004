/** Tables in memory that count write units as DynamoDB does, by the bytes of what is put. */

import type { NodeRecord, NodeRecords, StoredRecord } from '../../../core/fleet/node-records.js';
import {
  encodeLiveness,
  type LivenessItems,
  type ShardLiveness,
} from '../../../core/fleet/shard-liveness.js';

/** Keys, revision and expiry of an item. */
const itemBytes = 100;

export interface Written {
  records: number;
  recordUnits: number;
  liveness: number;
  livenessUnits: number;
  turns: number;
  /** Of records, which are read consistently. */
  recordReadUnits: number;
}

const nothing: Written = {
  records: 0,
  recordUnits: 0,
  liveness: 0,
  livenessUnits: 0,
  turns: 0,
  recordReadUnits: 0,
};

export class Tables {
  #written: Written = { ...nothing };
  readonly #records = new Map<string, { readonly record: NodeRecord; readonly revision: number }>();
  readonly #liveness = new Map<string, { readonly liveness: ShardLiveness; readonly revision: number }>();

  get written(): Written {
    return this.#written;
  }

  forgetWritten(): void {
    this.#written = { ...nothing };
  }

  /** As after hours of work: the bytes of a record, for whoever asks. */
  store(record: NodeRecord): number {
    this.#records.set(record.node, { record, revision: 1 });
    return bytesOf(record);
  }

  storeShard(liveness: ShardLiveness): void {
    this.#liveness.set(liveness.shard, { liveness, revision: 1 });
  }

  records(): NodeRecords {
    const unused = () => Promise.reject(new Error('the ingest reads single records only'));
    return {
      read: async (_cluster, nodes) => new Map(nodes.flatMap((node) => this.#read(node))),
      list: unused,
      sample: unused,
      write: async (record, over) => {
        if ((this.#records.get(record.node)?.revision ?? 0) !== over) return 'lost';
        this.#records.set(record.node, { record, revision: over + 1 });
        this.#written.records += 1;
        this.#written.recordUnits += unitsOf(bytesOf(record));
        return 'saved';
      },
    };
  }

  liveness(): LivenessItems {
    return {
      readShard: async (_cluster, shard) => this.#liveness.get(shard) ?? { revision: 0 },
      writeShard: async (_cluster, liveness, over) => {
        if ((this.#liveness.get(liveness.shard)?.revision ?? 0) !== over) return 'lost';
        this.#liveness.set(liveness.shard, { liveness, revision: over + 1 });
        this.#written.liveness += 1;
        this.#written.livenessUnits += unitsOf(itemBytes + encodeLiveness(liveness).length);
        return 'saved';
      },
    };
  }

  #read(node: string): [string, StoredRecord][] {
    const stored = this.#records.get(node);
    this.#written.recordReadUnits += 1;
    return stored ? [[node, { ...stored, asOfMs: stored.record.arrivedAtMs }]] : [];
  }
}

const bytesOf = (record: NodeRecord): number => itemBytes + Buffer.byteLength(JSON.stringify(record));
const unitsOf = (bytes: number): number => Math.ceil(bytes / 1_024);
