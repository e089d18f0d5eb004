/** A stream as the source of a function's events: the one way in which functions read Kinesis. */

import { Duration } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { FilterCriteria, type IFunction, type StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { SqsDlq } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';

export interface StreamSource {
  readonly streamArn: string;
  /** Where reading begins when the source is made; later it goes on where it was. */
  readonly startingPosition: StartingPosition;
  readonly batchRecords: number;
  /** How long Lambda gathers a batch. */
  readonly batchWindowSeconds: number;
  /** Attempts after the first; then the batch is given up, to the dead letters. */
  readonly retriesMax: number;
  /** Records older than this are given up; absent to keep trying while the stream keeps them. */
  readonly recordAgeMaxSeconds?: number;
  /** Gets where a batch stood that was given up, without its content. */
  readonly deadLetters: IQueue;
  /** What a record's JSON must match to be handed over; absent for every record. */
  readonly filter?: Readonly<Record<string, unknown>>;
}

/** Lets `reader` read the stream, and hands it batches: halved when they fail, and gone on with from the first that failed. */
export function readStream(reader: IFunction, id: string, source: StreamSource): void {
  reader.addToRolePolicy(
    new PolicyStatement({
      actions: [
        'kinesis:DescribeStream',
        'kinesis:DescribeStreamSummary',
        'kinesis:GetRecords',
        'kinesis:GetShardIterator',
        'kinesis:ListShards',
      ],
      resources: [source.streamArn],
    }),
  );
  const mapping = reader.addEventSourceMapping(id, {
    eventSourceArn: source.streamArn,
    startingPosition: source.startingPosition,
    batchSize: source.batchRecords,
    maxBatchingWindow: Duration.seconds(source.batchWindowSeconds),
    bisectBatchOnError: true,
    reportBatchItemFailures: true,
    retryAttempts: source.retriesMax,
    ...(source.recordAgeMaxSeconds !== undefined && {
      maxRecordAge: Duration.seconds(source.recordAgeMaxSeconds),
    }),
    ...(source.filter && { filters: [FilterCriteria.filter({ data: source.filter })] }),
    // Lets the role send to the queue, which a handler may do as well.
    onFailure: new SqsDlq(source.deadLetters),
  });
  // Lambda checks that the role may read the stream when the mapping is made.
  mapping.node.addDependency(reader.role?.node.tryFindChild('DefaultPolicy') ?? reader);
}
