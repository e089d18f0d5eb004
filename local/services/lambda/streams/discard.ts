/**
 * The message about discarded records. It names them and does not carry them.
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html.
 */
import { randomUUID } from 'node:crypto';
import type { RunResult } from '../runtime/runner.js';
import type { MappingRecord } from '../state.js';
import type { EventSource } from './records.js';
import type { Work } from './verdict.js';

export type DiscardCondition = 'RecordAgeExceeded' | 'RetryAttemptsExhausted';

export interface Discard {
  readonly condition: DiscardCondition;
  readonly work: Work;
  /** The last result; undefined when the records never reached the function. */
  readonly result: RunResult | undefined;
  readonly source: EventSource;
  readonly mapping: MappingRecord;
  readonly nowMs: number;
}

/** JSON text. */
export function discardMessage(discard: Discard): string {
  const { result, work } = discard;
  return JSON.stringify({
    requestContext: {
      requestId: randomUUID(),
      functionArn: discard.mapping.FunctionArn,
      condition: discard.condition,
      approximateInvokeCount: work.invocations,
    },
    ...(result ? { responseContext: responseContext(result) } : {}),
    version: '1.0',
    timestamp: new Date(discard.nowMs).toISOString(),
    KinesisBatchInfo: batchInfo(discard),
  });
}

function responseContext(result: RunResult) {
  const error = result.functionError ? { functionError: result.functionError } : {};
  return { statusCode: 200, executedVersion: result.executedVersion, ...error };
}

function batchInfo({ work, source }: Discard) {
  const first = work.records[0];
  const last = work.records.at(-1);
  return {
    shardId: source.shardId,
    startSequenceNumber: first?.SequenceNumber,
    endSequenceNumber: last?.SequenceNumber,
    approximateArrivalOfFirstRecord: first?.ApproximateArrivalTimestamp.toISOString(),
    approximateArrivalOfLastRecord: last?.ApproximateArrivalTimestamp.toISOString(),
    batchSize: work.records.length,
    streamArn: source.streamArn,
  };
}
