/** What a steady fleet costs in writes, through the real handler, beside one write for each report. */

import { foldReport } from '../../../core/fleet/node-records.js';
import { epochMs } from '../../../core/time.js';
import { createHandler } from '../../../functions/record-load/handler.js';
import { sayAndExit } from '../say.js';
import { batchOf, seeded } from './batches.js';
import { steadyReport } from './reports.js';
import { billedTables, recordUnits } from './tables.js';

const nodes = Number(process.env['NODES'] ?? 1_000);
const partitions = Number(process.env['PARTITIONS'] ?? 0);
const [intervalMs, jitterShare, windowMs] = [5_000, 0.1, 1_000];
const startMs = Date.UTC(2026, 0, 1);
/** Until every node's heartbeat goes by itself. */
const settleMs = 400_000;
const measureMs = 300_000;

const bill = { records: 0, recordUnits: 0, liveness: 0, livenessUnits: 0 };
const { records, items } = billedTables(bill);
const random = seeded(7);
let now = startMs;
const handle = createHandler({
  records: { ...records, list: async () => [], sample: async () => ({ records: [], isWhole: true }) },
  liveness: items,
  assignments: { takeTurn: async (_cluster, { nextMs }) => ({ dueAtMs: nextMs }) },
  requests: { ask: async () => undefined },
  routedClusters: [],
  deadLetters: { put: async () => undefined },
  clock: () => epochMs(now),
  log: { info: () => undefined, warn: () => undefined, error: (_message, error) => fail(error) },
  measures: { count: () => undefined, flush: () => undefined },
  gauges: { emit: () => undefined },
});

function fail(error: unknown): never {
  throw error;
}

const due = Array.from({ length: nodes }, () => ({ atMs: startMs + random() * intervalMs, sequence: 0 }));
const naive = { reports: 0, units: 0 };

function arrivals() {
  return due.flatMap((node, index) => {
    if (node.atMs > now) return [];
    const arrivedAtMs = node.atMs;
    node.atMs += intervalMs * (1 + (random() * 2 - 1) * jitterShare);
    node.sequence += 1;
    const report = steadyReport({ node: index, sequence: node.sequence, partitions, random });
    return [{ report, arrivedAtMs }];
  });
}

const settled = { ...bill };
for (; now <= startMs + settleMs + measureMs; now += windowMs) {
  const batch = arrivals();
  if (now <= startMs + settleMs) Object.assign(settled, bill);
  else
    for (const { report, arrivedAtMs } of batch) {
      const fold = foldReport(undefined, report, epochMs(arrivedAtMs));
      if (fold.kind === 'stale') throw new Error('a first report begins a record');
      naive.reports += 1;
      naive.units += recordUnits(fold.record);
    }
  if (batch.length > 0) await handle(batchOf(batch));
}

const perSecond = (count: number) => [(count * 1000) / measureMs];
sayAndExit({
  naiveUnits: perSecond(naive.units),
  reports: perSecond(naive.reports),
  records: perSecond(bill.records - settled.records),
  recordUnits: perSecond(bill.recordUnits - settled.recordUnits),
  liveness: perSecond(bill.liveness - settled.liveness),
  livenessUnits: perSecond(bill.livenessUnits - settled.livenessUnits),
});
