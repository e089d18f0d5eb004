/**
 * Folds a batch of the stream `load` into the records of its nodes, and has work assigned anew when that is due. Lambda hands a
 * batch over again after a failure, and may do so after a success: folding a report twice changes nothing. Dead letters may be
 * sent twice, and say where they stood.
 */

import type { AssignmentRequests } from '../../core/assignment/run/requests.js';
import type { Assignments } from '../../core/assignment/table/tables.js';
import type { DeadLetters } from '../../core/fleet/dead-letters.js';
import type { NodeRecords } from '../../core/fleet/node-records.js';
import type { LivenessItems } from '../../core/fleet/shard-liveness.js';
import type { WriteReason } from '../../core/fleet/write-pace.js';
import { groupBy } from '../../core/group-by.js';
import type { Clock } from '../../core/time.js';
import type { Gauges } from '../gauges.js';
import type { Log } from '../log.js';
import type { Measures } from '../measures.js';
import { type ArrivedReport, type Batch, type Place, readBatch } from './batch.js';
import { Hearing, type HearingOutcome } from './hearing.js';
import { KnownNodes } from './known-nodes.js';
import { type RecordOutcome, recordPart } from './record-nodes.js';
import { type RecordLoadMetric, type ReportGauge, recordLoadMetrics, reportGauges } from './settings.js';
import { type TurnOutcome, Turns } from './turns.js';

export interface RecordLoadDeps {
  readonly records: NodeRecords;
  readonly liveness: LivenessItems;
  readonly assignments: Pick<Assignments, 'takeTurn'>;
  readonly requests: AssignmentRequests;
  /** Clusters whose work is shared out. */
  readonly routedClusters: readonly string[];
  readonly deadLetters: DeadLetters;
  readonly clock: Clock;
  readonly log: Log;
  readonly measures: Measures<RecordLoadMetric>;
  readonly gauges: Gauges<ReportGauge>;
}

/** Lambda goes on with the shard from the first of these, and takes everything before it as done. */
export interface BatchAnswer {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}

/** One container: what it remembers is its own. @throws ZodError when the event is no batch of a stream. */
export function createHandler(deps: RecordLoadDeps) {
  const container = {
    deps,
    known: new KnownNodes(),
    hearing: new Hearing({ ...deps, items: deps.liveness }),
    turns: new Turns({ ...deps, clusters: deps.routedClusters }),
  };
  return async (event: unknown): Promise<BatchAnswer> => {
    const batch = readBatch(event);
    const [letters, parts] = await Promise.all([sendLetters(deps, batch), recordAll(container, batch)]);
    const turns = await Promise.all(
      [...groupBy(parts, ({ cluster }) => cluster)].map(([cluster, own]) =>
        container.turns.take(cluster, {
          isAwaited: own.some(isAwaited),
          nodes: sum(own.map(({ nodes }) => nodes)),
        }),
      ),
    );
    const failed = [...letters, ...parts.flatMap((part) => part.failed)];
    report(deps, { batch, parts, turns, failed });
    tellRefusing(deps, batch);
    const first = failed.toSorted((a, b) => a.index - b.index)[0];
    return { batchItemFailures: first ? [{ itemIdentifier: first.sequenceNumber }] : [] };
  };
}

interface Container {
  readonly deps: RecordLoadDeps;
  readonly known: KnownNodes;
  readonly hearing: Hearing;
}

interface PartOutcome extends RecordOutcome {
  readonly cluster: string;
  /** Lives that are known of it on this shard. */
  readonly nodes: number;
  readonly hearing: HearingOutcome;
}

async function recordAll(container: Container, { reports }: Batch): Promise<PartOutcome[]> {
  const parts = groupBy(reports, ({ report, shard }) => `${report.cluster} ${shard}`);
  return Promise.all([...parts.values()].map((part) => recordAndHear(container, part)));
}

/** Records first: who is heard and has no record is no node yet. */
async function recordAndHear(
  { deps, known, hearing }: Container,
  reports: readonly ArrivedReport[],
): Promise<PartOutcome> {
  const [first] = reports;
  const where = { cluster: first?.report.cluster ?? '', shard: first?.shard ?? '' };
  const memory = known.of(where.cluster, where.shard);
  const part = { ...where, reports, known: memory, nodes: await hearing.open(where) };
  const outcome = await recordPart(deps, part);
  const heard = reports.map(({ report: { node, incarnation }, arrivedAtMs }) => ({
    node,
    incarnation,
    arrivedAtMs,
  }));
  const isNews = outcome.written.some((why) => why !== 'heartbeat');
  const told = await hearing.hear(where, heard, isNews);
  const about = { cluster: where.cluster, nodes: part.nodes, hearing: told };
  if (told !== 'overtaken') return { ...outcome, ...about };
  return { ...(await recordAgain(deps, part, outcome)), ...about };
}

/** A node let go of partitions, goes, or has begun another life: what it had is served by nobody until the next run. */
const awaited: ReadonlySet<WriteReason> = new Set(['ownership', 'health', 'life']);
const isAwaited = ({ written }: RecordOutcome): boolean => written.some((why) => awaited.has(why));

/** Another container has written since this one remembers: whether there was anything to write is asked again. */
async function recordAgain(
  deps: RecordLoadDeps,
  part: Parameters<typeof recordPart>[1],
  before: RecordOutcome,
): Promise<RecordOutcome> {
  part.known.forgetAll();
  const { written, failed } = await recordPart(deps, part);
  return { ...before, written: [...before.written, ...written], failed: [...before.failed, ...failed] };
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
  readonly parts: readonly PartOutcome[];
  readonly turns: readonly TurnOutcome[];
  readonly failed: readonly Place[];
}

function report({ log, measures }: RecordLoadDeps, { batch, parts, turns, failed }: Summary): void {
  const counts = {
    received: batch.reports.length + batch.refused.length,
    written: sum(parts.map(({ written }) => written.length)),
    unchanged: sum(parts.map(({ unchanged }) => unchanged)),
    stale: sum(parts.map(({ stale }) => stale)),
    refused: batch.refused.length,
    failed: failed.length,
    heard: parts.filter(({ hearing }) => hearing === 'written' || hearing === 'overtaken').length,
    unheard: parts.filter(({ hearing }) => hearing === 'failed').length,
    asked: turns.filter((turn) => turn === 'asked').length,
    unasked: turns.filter((turn) => turn === 'failed').length,
  };
  for (const [name, count] of Object.entries(counts)) {
    measures.count(recordLoadMetrics[name as keyof typeof counts], count);
  }
  measures.flush();
  log.info('recorded', counts);
}

/** Only where there are any: a line of the log costs, and a node that refuses says so in each of its reports. */
function tellRefusing({ gauges }: RecordLoadDeps, { reports }: Batch): void {
  const refusing = reports.filter(({ report: { profiles } }) =>
    Object.values(profiles).some(({ refused }) => refused !== undefined),
  );
  for (const [cluster, of] of groupBy(refusing, ({ report: { cluster } }) => cluster))
    gauges.emit(cluster, { [reportGauges.refusing]: of.length });
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
