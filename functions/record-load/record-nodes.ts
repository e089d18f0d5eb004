/** Writes the records of one cluster's nodes: read together, folded per node, each written over the revision it was read at. */

import {
  foldReport,
  hasTwin,
  type NodeRecord,
  type NodeRecords,
  type StoredRecord,
} from '../../core/fleet/node-records.js';
import type { Log } from '../log.js';
import type { ArrivedReport, Place } from './batch.js';

/** Rounds of reading, folding and writing; each lost revision means that somebody else got one write further. */
const roundsMax = 5;
/** Writes on their way at once: enough to fill a batch's time, few enough for the client's 50 sockets. */
const writesAtOnce = 25;

export interface RecordOutcome {
  readonly written: number;
  readonly stale: number;
  /** Reports that are not in their node's record. */
  readonly failed: readonly Place[];
}

interface Deps {
  readonly records: NodeRecords;
  readonly log: Log;
}

type Reports = readonly ArrivedReport[];

export const groupByCluster = (reports: Reports) => groupBy(reports, (item) => item.report.cluster);

/** Never throws: what could not be recorded is in `failed`. */
export async function recordCluster(deps: Deps, cluster: string, reports: Reports): Promise<RecordOutcome> {
  const outcome = { written: 0, stale: 0, failed: [] as Place[] };
  let open: ReadonlyMap<string, Reports> = groupBy(reports, (item) => item.report.node);
  for (let round = 0; open.size > 0 && round < roundsMax; round++) {
    const stored = await readRecords(deps, cluster, [...open.keys()]);
    if (!stored) break;
    const lost: [string, Reports][] = [];
    await eachAtOnce([...open], async ([node, own]) => {
      const result = await recordNode(deps, own, stored.get(node));
      if (result.kind === 'lost') lost.push([node, own]);
      else if (result.kind === 'failed') outcome.failed.push(...own);
      else {
        outcome.written += result.written;
        outcome.stale += result.stale;
      }
    });
    open = new Map(lost);
  }
  // Left over: the records could not be read, or somebody else was quicker in every round.
  outcome.failed.push(...[...open.values()].flat());
  return outcome;
}

async function readRecords({ records, log }: Deps, cluster: string, nodes: readonly string[]) {
  try {
    return await records.read(cluster, nodes);
  } catch (error) {
    log.error('could not read records', error, { cluster, nodes: nodes.length });
    return undefined;
  }
}

type NodeOutcome =
  | { readonly kind: 'done'; readonly written: number; readonly stale: number }
  | { readonly kind: 'lost' }
  | { readonly kind: 'failed' };

async function recordNode(
  { records, log }: Deps,
  reports: Reports,
  stored: StoredRecord | undefined,
): Promise<NodeOutcome> {
  const { record, stale } = foldAll(stored?.record, reports);
  if (!record || record === stored?.record) return { kind: 'done', written: 0, stale };
  try {
    if ((await records.write(record, stored?.revision ?? 0)) === 'lost') return { kind: 'lost' };
  } catch (error) {
    log.error('could not write a record', error, { cluster: record.cluster, node: record.node });
    return { kind: 'failed' };
  }
  if (hasTwin(record)) {
    log.warn('two processes report under one name', { cluster: record.cluster, node: record.node });
  }
  return { kind: 'done', written: 1, stale };
}

function foldAll(stored: NodeRecord | undefined, reports: Reports) {
  let record = stored;
  let stale = 0;
  for (const { report, arrivedAtMs } of reports) {
    const fold = foldReport(record, report, arrivedAtMs);
    if (fold.kind === 'changed') record = fold.record;
    else stale += 1;
  }
  return { record, stale };
}

function groupBy(reports: Reports, key: (item: ArrivedReport) => string): Map<string, ArrivedReport[]> {
  const groups = new Map<string, ArrivedReport[]>();
  for (const item of reports) {
    const group = groups.get(key(item));
    if (group) group.push(item);
    else groups.set(key(item), [item]);
  }
  return groups;
}

/** Runs `work` over the items, a bounded number at once. */
async function eachAtOnce<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values();
  const worker = async () => {
    for (const item of queue) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(writesAtOnce, items.length) }, worker));
}
