/**
 * What a container remembers of the nodes it folded: as they are stored, and as their newest reports have them. A memory that
 * another container has overtaken is found out by its next write, of a record or of the liveness of its shard.
 */

import type { NodeRecord, StoredRecord } from '../../core/fleet/node-records.js';
import { movedAt, type WrittenRecord } from '../../core/fleet/write-pace.js';
import { type EpochMs, epochMs } from '../../core/time.js';
import { Recent } from './recent.js';

/** A shard takes 1 MB a second, so what its nodes say in one interval is a few MB; records are a few KB. */
const nodesMax = 10_000;
const clustersMax = 100;

export interface KnownNode {
  /** Absent when nothing is stored, or nothing that can be read. */
  readonly written?: WrittenRecord;
  /** Of what is stored; 0: nothing. */
  readonly revision: number;
  /** With every report that was folded, written or not. */
  readonly folded?: NodeRecord;
}

export class KnownNodes {
  readonly #clusters = new Recent<ClusterMemory>(clustersMax);

  /** Of one cluster's part that comes over one shard of the stream. */
  of(cluster: string, shard: string): ClusterMemory {
    const key = `${cluster} ${shard}`;
    const known = this.#clusters.get(key) ?? new ClusterMemory();
    this.#clusters.set(key, known);
    return known;
  }
}

export class ClusterMemory {
  #nodes = new Recent<KnownNode>(nodesMax);
  #movedAtMs: EpochMs | undefined;

  /** When a node last went over to another version; undefined when none is known to. */
  get movedAtMs(): EpochMs | undefined {
    return this.#movedAtMs;
  }

  get(node: string): KnownNode | undefined {
    return this.#nodes.get(node);
  }

  /** Takes in what was read; absent: nothing is stored. */
  learn(node: string, stored: StoredRecord | undefined): void {
    const { record, asOfMs, revision = 0 } = stored ?? {};
    const written = record && { record, asOfMs: asOfMs ?? record.arrivedAtMs };
    this.keep(node, { revision, ...(written && { written, folded: written.record }) });
  }

  keep(node: string, known: KnownNode): void {
    this.#nodes.set(node, known);
    const moved = known.folded && movedAt(known.folded);
    if (moved !== undefined) this.#movedAtMs = epochMs(Math.max(this.#movedAtMs ?? 0, moved));
  }

  forget(node: string): void {
    this.#nodes.delete(node);
  }

  forgetAll(): void {
    this.#nodes = new Recent(nodesMax);
  }
}
