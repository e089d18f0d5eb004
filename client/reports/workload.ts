/** All that takes part in a node's work: who may begin, what is in flight, and what that says of the node. */

import type { SafeLog } from '../safe-log.js';
import { Admission } from './admission.js';
import { LoadMeter } from './load-meter.js';
import { type Ledger, Work } from './work.js';

export interface WorkloadDeps {
  readonly node: string;
  readonly capacity: number;
  readonly queueMax: number | undefined;
  readonly ledgers: readonly Ledger[];
  readonly monotonicMs: () => number;
  /** For how long the event loop has been busy, since any instant before. Absent: nothing is known of it. */
  readonly loopBusyMs?: (() => number) | undefined;
  readonly random: () => number;
  readonly log: SafeLog;
}

export interface Workload {
  readonly meter: LoadMeter;
  readonly work: Work;
  readonly admission: Admission;
}

export function createWorkload(deps: WorkloadDeps): Workload {
  const meter = new LoadMeter(deps);
  const work = new Work({ ...deps, meter });
  const admission = new Admission({
    ...deps,
    unitsPerSecond: () => meter.unitsPerSecond(),
    onWaiting: (pieces, units) => work.setLine(pieces, units),
  });
  return { meter, work, admission };
}
