/** Takes one batch through its function: retries, bisects, discards, and moves the shard's checkpoint. */
import type { Aws } from '../../../kernel/aws.js';
import type { Clock } from '../../../kernel/clock.js';
import { sendRecord } from '../asynchronous/destinations.js';
import { batchBackoffMs } from '../limits.js';
import { parseReference } from '../names.js';
import type { Metrics } from '../output/metrics.js';
import type { Invoker } from '../runtime/invoker.js';
import type { RunResult } from '../runtime/runner.js';
import type { MappingRecord } from '../state.js';
import { type DiscardCondition, discardMessage } from './discard.js';
import { type EventSource, kinesisEvent, type StreamRecord } from './records.js';
import { decideNext, judge, type Work } from './verdict.js';

export interface BatchRunner {
  /** Resolves when every record was handled or discarded, or when the reader stopped. */
  run(records: readonly StreamRecord[]): Promise<void>;
}

export interface BatchRunnerOptions {
  readonly aws: Aws;
  readonly clock: Clock;
  readonly invoker: Invoker;
  readonly metrics: Metrics;
  readonly mapping: MappingRecord;
  readonly source: () => EventSource;
  readonly isStopped: () => boolean;
  /** Waits on the clock; returns early when the reader stops. */
  readonly pause: (delayMs: number) => Promise<void>;
  /** Told that everything up to this record needs no more work. */
  readonly onHandled: (record: StreamRecord) => void;
  readonly onTrouble: (text: string) => void;
}

export function createBatchRunner(options: BatchRunnerOptions): BatchRunner {
  return new Runner(options);
}

class Runner implements BatchRunner {
  private readonly options: BatchRunnerOptions;
  private troubles = 0;

  constructor(options: BatchRunnerOptions) {
    this.options = options;
  }

  async run(records: readonly StreamRecord[]): Promise<void> {
    const stack: Work[] = [{ records, retries: 0, invocations: 0 }];
    for (let work = stack.pop(); work && !this.options.isStopped(); work = stack.pop())
      stack.push(...(await this.step(work)));
  }

  /** One invocation; gives back the work that is left, the last first. */
  private async step(work: Work): Promise<Work[]> {
    const fresh = await this.dropExpired(work);
    if (fresh.records.length === 0) return [];
    const result = await this.invoke(fresh.records);
    if (!result) return await this.later([fresh]);
    return await this.settle(fresh, result);
  }

  private async settle(work: Work, result: RunResult): Promise<Work[]> {
    const { mapping } = this.options;
    const failed = result.functionError !== undefined;
    const reports = mapping.FunctionResponseTypes.includes('ReportBatchItemFailures');
    const verdict = judge({ payload: result.payload, failed }, work.records, reports);
    this.handled(work.records[verdict.firstFailed - 1]);
    const next = decideNext(work, verdict, {
      maximumRetryAttempts: mapping.MaximumRetryAttempts,
      bisect: mapping.BisectBatchOnFunctionError,
    });
    mapping.LastProcessingResult = next.kind === 'done' ? 'OK' : 'PROBLEM: Function call failed';
    if (next.kind === 'done') this.troubles = 0;
    if (next.kind === 'retry') return await this.later([next.work]);
    if (next.kind === 'split') return await this.later([next.second, next.first]);
    if (next.kind === 'discard') await this.discard('RetryAttemptsExhausted', next.work, result);
    return [];
  }

  private async invoke(records: readonly StreamRecord[]): Promise<RunResult | undefined> {
    const { mapping, invoker, source } = this.options;
    const payload = kinesisEvent(source(), records);
    const { name, qualifier } = parseReference(mapping.FunctionArn);
    this.countAge(name, records);
    const result = await invoker.invoke({ name, qualifier, payload }).catch((error: Error) => {
      mapping.LastProcessingResult = `PROBLEM: ${error.message}`;
      return undefined;
    });
    return result && 'throttled' in result ? undefined : result;
  }

  /** The age of the last record as Lambda hands it over. */
  private countAge(FunctionName: string, records: readonly StreamRecord[]): void {
    const { metrics, clock } = this.options;
    const arrivedAtMs = records.at(-1)?.ApproximateArrivalTimestamp.getTime() ?? clock.now();
    const metric = { namespace: 'AWS/Lambda', name: 'IteratorAge', unit: 'Milliseconds' };
    metrics.add({ ...metric, dimensions: { FunctionName }, values: [clock.now() - arrivedAtMs] });
  }

  private async later(work: Work[]): Promise<Work[]> {
    const delayMs = Math.min(batchBackoffMs.first * 2 ** this.troubles, batchBackoffMs.last);
    this.troubles += 1;
    await this.options.pause(delayMs);
    return work;
  }

  private async dropExpired(work: Work): Promise<Work> {
    const { mapping, clock } = this.options;
    if (mapping.MaximumRecordAgeInSeconds < 0) return work;
    const oldestMs = clock.now() - mapping.MaximumRecordAgeInSeconds * 1000;
    const isExpired = (record: StreamRecord) => record.ApproximateArrivalTimestamp.getTime() < oldestMs;
    const kept = work.records.filter((record) => !isExpired(record));
    const expired = work.records.filter(isExpired);
    if (expired.length > 0) await this.discard('RecordAgeExceeded', { ...work, records: expired }, undefined);
    return { ...work, records: kept };
  }

  private async discard(
    condition: DiscardCondition,
    work: Work,
    result: RunResult | undefined,
  ): Promise<void> {
    const { mapping, aws, clock, source } = this.options;
    this.troubles = 0;
    const arn = mapping.DestinationConfig.OnFailure?.Destination;
    const message = discardMessage({
      condition,
      work,
      result,
      source: source(),
      nowMs: clock.now(),
      mapping,
    });
    if (arn) await sendRecord(aws, arn, message).catch((error: Error) => this.undelivered(error));
    this.handled(work.records.at(-1));
  }

  private undelivered(error: Error): void {
    const { name } = parseReference(this.options.mapping.FunctionArn);
    const dimensions = { FunctionName: name };
    const metric = { namespace: 'AWS/Lambda', name: 'DestinationDeliveryFailures', unit: 'Count' };
    this.options.metrics.add({ ...metric, dimensions, values: [1] });
    this.options.onTrouble(`DestinationDeliveryFailures: ${error.message}`);
  }

  private handled(record: StreamRecord | undefined): void {
    if (record) this.options.onHandled(record);
  }
}
