/** How fast one core reads reports, keeps the newest of each node and decides whether to write: nothing leaves the process. */

import { foldReport, type NodeRecord } from '../../../core/fleet/node-records.js';
import { type WrittenRecord, whyWrite } from '../../../core/fleet/write-pace.js';
import { readBatch } from '../../../functions/record-load/batch.js';
import { sayAndExit } from '../say.js';
import { batchOf, seeded } from './batches.js';
import { steadyReport } from './reports.js';

const [nodes, rounds, slices] = [1_000, 10, 12];
const batchRecords = 500;
const partitions = Number(process.env['PARTITIONS'] ?? 0);

interface Known {
  readonly written: WrittenRecord;
  readonly folded: NodeRecord;
}

function batches() {
  const random = seeded(1);
  return Array.from({ length: (rounds * nodes) / batchRecords }, (_, batch) => {
    const arrivals = Array.from({ length: batchRecords }, (_, index) => {
      const at = batch * batchRecords + index;
      const sequence = 1 + Math.floor(at / nodes);
      const report = steadyReport({ node: at % nodes, sequence, partitions, random });
      return { report, arrivedAtMs: 1_767_225_600_000 + at * 5 };
    });
    return batchOf(arrivals);
  });
}

function foldAll(events: readonly unknown[]): number {
  const known = new Map<string, Known>();
  let written = 0;
  for (const event of events)
    for (const { report, arrivedAtMs } of readBatch(event).reports) {
      const before = known.get(report.node);
      const fold = foldReport(before?.folded, report, arrivedAtMs);
      if (fold.kind === 'stale') continue;
      const { record } = fold;
      const why = whyWrite(before?.written, record, { nodes, movedAtMs: undefined });
      if (why) written += 1;
      const asWritten = why || !before ? { record, asOfMs: record.arrivedAtMs } : before.written;
      known.set(report.node, { written: asWritten, folded: record });
    }
  return written;
}

/** Of the processor, which other programs on the machine leave alone. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

const events = batches();
const perSecond = Array.from({ length: slices }, () => {
  const startedMs = cpuMs();
  if (foldAll(events) < nodes) throw new Error('every node has a first report');
  return (rounds * nodes * 1000) / (cpuMs() - startedMs);
});
// The first slices are the compiler's.
sayAndExit({ reportsPerSecond: [Math.max(...perSecond.slice(2))] });
