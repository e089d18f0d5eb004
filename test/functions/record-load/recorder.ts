/** record-load over records and dead letters in memory. */

import type { DeadLetter } from '../../../core/fleet/dead-letters.js';
import type { NodeRecords } from '../../../core/fleet/node-records.js';
import type { NodeReport } from '../../../core/fleet/node-reports.js';
import { epochMs } from '../../../core/time.js';
import { createHandler } from '../../../functions/record-load/handler.js';
import { inMemoryRecords } from '../../aws/dynamodb/in-memory-tables.js';
import { observed } from '../observed.js';

export const nowMs = Date.UTC(2026, 0, 1);

export function recorder(through: (records: NodeRecords) => NodeRecords = (records) => records) {
  const stored = inMemoryRecords(() => epochMs(nowMs));
  const letters: DeadLetter[] = [];
  const told = observed();
  const faults = { letters: false };
  const handle = createHandler({
    records: through(stored),
    deadLetters: {
      put: async (letter) => {
        if (faults.letters) throw new Error('no queue');
        letters.push(letter);
      },
    },
    log: told.log,
    measures: told.measures,
  });
  return { ...told, handle, stored, letters, faults };
}

export const report = (node: string, sequence: number, changes: Partial<NodeReport> = {}): NodeReport => ({
  form: 1,
  cluster: 'app/staging',
  node,
  incarnation: 'life-1',
  sequence,
  labels: {},
  capacity: 100,
  load: 0.5,
  queueDepth: 0,
  inFlight: 0,
  health: 'ready',
  profiles: {},
  droppedReports: 0,
  ...changes,
});

export interface Put {
  readonly data: Buffer;
  /** Seconds after `nowMs`, with a fraction. */
  readonly arrivedSeconds?: number;
}

export const json = (value: unknown, arrivedSeconds = 0): Put => ({
  data: Buffer.from(JSON.stringify(value)),
  arrivedSeconds,
});

/** A batch of one shard, as Lambda hands it over; sequence numbers are 100, 101, … */
export const batch = (...puts: Put[]) => ({
  Records: puts.map(({ data, arrivedSeconds = 0 }, index) => ({
    eventSource: 'aws:kinesis',
    eventID: `shardId-000000000000:${100 + index}`,
    eventSourceARN: 'arn:aws:kinesis:us-east-1:000000000000:stream/veltrix-main-load',
    kinesis: {
      kinesisSchemaVersion: '1.0',
      partitionKey: 'app/staging/n-1',
      sequenceNumber: String(100 + index),
      data: data.toString('base64'),
      approximateArrivalTimestamp: nowMs / 1000 + arrivedSeconds,
    },
  })),
});
