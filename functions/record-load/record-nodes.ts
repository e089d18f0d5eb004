/**
 * Folds one cluster's reports into its nodes' records. Nodes that this container does not remember are read together; what is
 * worth a write (core/fleet/write-pace.ts) is written over the revision it was folded from, and the rest is remembered.
 */

import { foldReport, hasTwin, type NodeRecord, type NodeRecords } from '../../core/fleet/node-records.js';
import { type Surroundings, type WriteReason, whyWrite } from '../../core/fleet/write-pace.js';
import { groupBy } from '../../core/group-by.js';
import type { Log } from '../log.js';
import type { ArrivedReport, Place } from './batch.js';
import type { ClusterMemory, KnownNode } from './known-nodes.js';

/** Rounds of reading, folding and writing; each lost revision means that somebody else got one write further. */
const roundsMax = 5;
/** Writes on their way at once: enough to fill a batch's time, few enough for the client's 50 sockets. */
const writesAtOnce = 25;

export interface RecordOutcome {
  /** Why records were written, one for each. */
  readonly written: readonly WriteReason[];
  /** Reports that said nothing worth a write. */
  readonly unchanged: number;
  readonly stale: number;
  /** Reports that are not in their node's record. */
  readonly failed: readonly Place[];
}

interface Deps {
  readonly records: NodeRecords;
  readonly log: Log;
}

type Reports = readonly ArrivedReport[];

/** What comes over one shard of the stream, of one cluster. */
export interface Part {
  readonly cluster: string;
  readonly reports: Reports;
  readonly known: ClusterMemory;
  /** Lives that were heard within the hour. */
  readonly nodes: number;
}

/** Never throws: what could not be recorded is in `failed`. */
export async function recordPart(deps: Deps, part: Part): Promise<RecordOutcome> {
  const outcome = { written: [] as WriteReason[], unchanged: 0, stale: 0, failed: [] as Place[] };
  let open: ReadonlyMap<string, Reports> = groupBy(part.reports, ({ report }) => report.node);
  for (let round = 0; open.size > 0 && round < roundsMax; round++) {
    if (!(await readUnknown(deps, part, open.keys()))) break;
    const lost: [string, Reports][] = [];
    await eachAtOnce([...open], async ([node, own]) => {
      const result = await recordNode(deps, part, own);
      if (result.kind === 'lost') lost.push([node, own]);
      else if (result.kind === 'failed') outcome.failed.push(...own);
      else {
        if (result.why) outcome.written.push(result.why);
        else outcome.unchanged += own.length - result.stale;
        outcome.stale += result.stale;
      }
    });
    open = new Map(lost);
  }
  // Left over: the records could not be read, or somebody else was quicker in every round.
  outcome.failed.push(...[...open.values()].flat());
  return outcome;
}

/** False when they could not be read. */
async function readUnknown({ records, log }: Deps, part: Part, nodes: Iterable<string>): Promise<boolean> {
  const { cluster, known } = part;
  const unknown = [...nodes].filter((node) => !known.get(node));
  if (unknown.length === 0) return true;
  try {
    const stored = await records.read(cluster, unknown);
    for (const node of unknown) known.learn(node, stored.get(node));
    return true;
  } catch (error) {
    log.error('could not read records', error, { cluster, nodes: unknown.length });
    return false;
  }
}

type NodeOutcome =
  | { readonly kind: 'done'; readonly why?: WriteReason; readonly stale: number }
  | { readonly kind: 'lost' }
  | { readonly kind: 'failed' };

async function recordNode(deps: Deps, { known, nodes }: Part, reports: Reports): Promise<NodeOutcome> {
  const node = reports[0]?.report.node ?? '';
  const before: KnownNode = known.get(node) ?? { revision: 0 };
  const { record, stale } = foldAll(before.folded, reports);
  if (!record || record === before.folded) return { kind: 'done', stale };
  const around: Surroundings = { nodes, movedAtMs: known.movedAtMs };
  const why = whyWrite(before.written, record, around);
  if (!why) {
    known.keep(node, { ...before, folded: record });
    return { kind: 'done', stale };
  }
  const written = await write(deps, record, before.revision);
  if (written !== 'saved') {
    // What is stored is not what is remembered, or nobody knows whether it is.
    known.forget(node);
    return { kind: written };
  }
  const asWritten = { record, asOfMs: record.arrivedAtMs };
  known.keep(node, { written: asWritten, revision: before.revision + 1, folded: record });
  return { kind: 'done', why, stale };
}

async function write({ records, log }: Deps, record: NodeRecord, over: number) {
  const { cluster, node } = record;
  try {
    if ((await records.write(record, over)) === 'lost') return 'lost';
  } catch (error) {
    log.error('could not write a record', error, { cluster, node });
    return 'failed';
  }
  if (hasTwin(record)) log.warn('two processes report under one name', { cluster, node });
  return 'saved';
}

function foldAll(before: NodeRecord | undefined, reports: Reports) {
  let record = before;
  let stale = 0;
  for (const { report, arrivedAtMs } of reports) {
    const fold = foldReport(record, report, arrivedAtMs);
    if (fold.kind === 'changed') record = fold.record;
    else stale += 1;
  }
  return { record, stale };
}

/** Runs `work` over the items, a bounded number at once. */
async function eachAtOnce<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values();
  const worker = async () => {
    for (const item of queue) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(writesAtOnce, items.length) }, worker));
}
