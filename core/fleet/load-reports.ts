/** Where a node's reports go. */

import type { NodeReport } from './node-reports.js';

/** What became of a batch. */
export interface PutOutcome {
  /** Those the stream does not hold, in the order in which they were given; empty when all went well. */
  readonly unsent: readonly NodeReport[];
  /** Why, for people; present when something is unsent. */
  readonly reason?: string;
}

export interface LoadReports {
  /** Puts reports in one batch. Reports may arrive twice or out of order; their sequence says so. Never rejects. */
  put(reports: readonly NodeReport[], signal: AbortSignal): Promise<PutOutcome>;
  /** Ends open connections. */
  close(): void;
}
