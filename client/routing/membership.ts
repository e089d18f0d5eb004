/** A node's part in the routing of its cluster, as the rest of the client sees it. */

import type { NodeReport } from '../../core/fleet/node-reports.js';
import type { NodeStatus } from '../node.js';
import type { Assigned, Revoked, Router } from './router.js';

/** Work for a key, admitted. */
export interface Admitted {
  /** Present where this node owns the partition. */
  readonly epoch?: number;
  readonly signal: AbortSignal;
  readonly end: () => void;
}

export interface KeyedTask {
  readonly key: string | undefined;
  readonly exclusive: boolean;
  readonly units: number;
}

export interface Membership {
  readonly router: Router;
  /** Begins to read the table. */
  start(): void;
  owns(key: string): number | undefined;
  onAssigned(listener: (assigned: Assigned) => void): () => void;
  onRevoked(listener: (revoked: Revoked) => void | Promise<void>): () => void;
  /** Notes work that was offered to this node, whether it will be done or not. */
  offered(key: string, units: number): void;
  /** Notes one unit of work that this node does for a key without asking. */
  measured(key: string): void;
  /** @throws Misdirected for exclusive work that this node may not do now. @throws UsageError for such work without a key. */
  demand(task: KeyedTask): void;
  /** The same when the work begins. */
  admit(task: KeyedTask): Admitted;
  /** True where who owns what could not be read for as long as a lease: it serves none of its partitions. */
  isCutOff(): boolean;
  /** How many partitions it has, absent before the first table; and how it gets to know. */
  status(): Pick<NodeStatus, 'partitions' | 'routing'>;
  /** Work units since the start that came here and that another node owns. */
  misdirected(): number;
  /** What the next report says of it. */
  report(): Pick<NodeReport, 'ownership' | 'work' | 'hotKeys' | 'misdirected'>;
  /** Begins no more partitions; resolves when it has none any more, or nobody else could take them. */
  drain(): Promise<void>;
  /** Lets go of all partitions; resolves when what was admitted has ended, or its time is over. */
  stop(): Promise<void>;
  close(): void;
}
