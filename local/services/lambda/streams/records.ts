/**
 * Records of a stream as a function gets them, and as a batch is cut from what was read.
 * Source of the shape: https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html#services-kinesis-event-example.
 */
import { batchPayloadBytes } from '../limits.js';

/** A record as GetRecords returns it. */
export interface StreamRecord {
  readonly SequenceNumber: string;
  readonly PartitionKey: string;
  readonly Data: Uint8Array;
  readonly ApproximateArrivalTimestamp: Date;
}

export interface EventSource {
  readonly shardId: string;
  readonly streamArn: string;
  readonly region: string;
  readonly roleArn: string;
}

/** JSON text of the event that carries these records. */
export function kinesisEvent(source: EventSource, records: readonly StreamRecord[]): string {
  return JSON.stringify({ Records: records.map((record) => kinesisRecord(source, record)) });
}

function kinesisRecord(source: EventSource, record: StreamRecord) {
  return {
    kinesis: {
      kinesisSchemaVersion: '1.0',
      partitionKey: record.PartitionKey,
      sequenceNumber: record.SequenceNumber,
      data: Buffer.from(record.Data).toString('base64'),
      approximateArrivalTimestamp: record.ApproximateArrivalTimestamp.getTime() / 1000,
    },
    eventSource: 'aws:kinesis',
    eventVersion: '1.0',
    eventID: `${source.shardId}:${record.SequenceNumber}`,
    eventName: 'aws:kinesis:record',
    invokeIdentityArn: source.roleArn,
    awsRegion: source.region,
    eventSourceARN: source.streamArn,
  };
}

/** Everything of a record in the event but its data and partition key, roughly. */
const recordOverheadBytes = 600;

/** How many records from the front make the next batch: at most `batchSize`, at most one invocation's payload, at least one. */
export function batchLength(buffer: readonly StreamRecord[], batchSize: number): number {
  let bytes = 0;
  let length = 0;
  for (const record of buffer.slice(0, batchSize)) {
    bytes += Math.ceil(record.Data.length / 3) * 4 + record.PartitionKey.length + recordOverheadBytes;
    if (length > 0 && bytes > batchPayloadBytes) break;
    length += 1;
  }
  return length;
}

/** Whether what was read so far outgrows one batch, so that there is nothing to wait for. */
export function fillsBatch(buffer: readonly StreamRecord[], batchSize: number): boolean {
  return buffer.length >= batchSize || batchLength(buffer, batchSize) < buffer.length;
}
