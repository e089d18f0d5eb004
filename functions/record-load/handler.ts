/**
 * Folds a batch of the stream `load` into the records of its nodes. Lambda hands a batch over again after a failure, and
 * may do so after a success: folding a report twice changes nothing. Dead letters may be sent twice, and say where they stood.
 */

import type { DeadLetters } from '../../core/fleet/dead-letters.js';
import type { NodeRecords } from '../../core/fleet/node-records.js';
import type { Log } from '../log.js';
import type { Measures } from '../measures.js';
import { type Batch, type Place, readBatch } from './batch.js';
import { groupByCluster, type RecordOutcome, recordCluster } from './record-nodes.js';
import { type RecordLoadMetric, recordLoadMetrics } from './settings.js';

export interface RecordLoadDeps {
  readonly records: NodeRecords;
  readonly deadLetters: DeadLetters;
  readonly log: Log;
  readonly measures: Measures<RecordLoadMetric>;
}

/** Lambda goes on with the shard from the first of these, and takes everything before it as done. */
export interface BatchAnswer {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}

/** @throws ZodError when the event is no batch of a stream. */
export function createHandler(deps: RecordLoadDeps) {
  return async (event: unknown): Promise<BatchAnswer> => {
    const batch = readBatch(event);
    const [letters, outcomes] = await Promise.all([sendLetters(deps, batch), record(deps, batch)]);
    const failed = [...letters, ...outcomes.flatMap((outcome) => outcome.failed)];
    report(deps, { batch, outcomes, failed });
    const first = failed.toSorted((a, b) => a.index - b.index)[0];
    return { batchItemFailures: first ? [{ itemIdentifier: first.sequenceNumber }] : [] };
  };
}

async function record({ records, log }: RecordLoadDeps, { reports }: Batch): Promise<RecordOutcome[]> {
  const clusters = [...groupByCluster(reports)];
  return Promise.all(clusters.map(([cluster, own]) => recordCluster({ records, log }, cluster, own)));
}

/** Sends what was refused; what could not be sent counts as unhandled. */
async function sendLetters({ deadLetters, log }: RecordLoadDeps, { refused }: Batch): Promise<Place[]> {
  const failed: Place[] = [];
  for (const record of refused) {
    try {
      await deadLetters.put(record.letter);
      log.warn('refused a report', { position: record.letter.position, reason: record.letter.reason });
    } catch (error) {
      log.error('could not send a dead letter', error, { position: record.letter.position });
      failed.push(record);
    }
  }
  return failed;
}

interface Summary {
  readonly batch: Batch;
  readonly outcomes: readonly RecordOutcome[];
  readonly failed: readonly Place[];
}

function report({ log, measures }: RecordLoadDeps, { batch, outcomes, failed }: Summary): void {
  const counts = {
    received: batch.reports.length + batch.refused.length,
    written: sum(outcomes.map((outcome) => outcome.written)),
    stale: sum(outcomes.map((outcome) => outcome.stale)),
    refused: batch.refused.length,
    failed: failed.length,
  };
  for (const [name, count] of Object.entries(counts)) {
    measures.count(recordLoadMetrics[name as keyof typeof counts], count);
  }
  measures.flush();
  log.info('recorded', counts);
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
