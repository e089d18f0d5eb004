/** record-load over tables and dead letters in memory. */

import type { Assignments } from '../../../core/assignment/table/tables.js';
import type { DeadLetter } from '../../../core/fleet/dead-letters.js';
import type { NodeRecords } from '../../../core/fleet/node-records.js';
import type { NodeReport } from '../../../core/fleet/node-reports.js';
import type { LivenessItems } from '../../../core/fleet/shard-liveness.js';
import { epochMs } from '../../../core/time.js';
import { createHandler } from '../../../functions/record-load/handler.js';
import { inMemoryRecords } from '../../aws/dynamodb/in-memory-tables.js';
import { observed } from '../observed.js';

export const nowMs = Date.UTC(2026, 0, 1);

/** What containers share, on a clock that tests move. */
export function stage() {
  let now = nowMs;
  const clock = () => epochMs(now);
  const stored = inMemoryRecords(clock);
  const dueAtMs = new Map<string, number>();
  const asked: string[] = [];
  const turns = { taken: 0 };
  const assignments: Pick<Assignments, 'takeTurn'> = {
    async takeTurn(cluster, { nowMs: at, nextMs, earlyMs }) {
      turns.taken += 1;
      const due = dueAtMs.get(cluster) ?? 0;
      if (due > at + earlyMs) return { dueAtMs: epochMs(due) };
      dueAtMs.set(cluster, nextMs);
      return 'mine';
    },
  };
  const setNow = (afterMs: number) => {
    now = nowMs + afterMs;
  };
  return { clock, setNow, stored, assignments, asked, turns };
}

export interface Through {
  readonly on?: ReturnType<typeof stage>;
  readonly records?: (records: NodeRecords) => NodeRecords;
  readonly liveness?: (items: LivenessItems) => LivenessItems;
  readonly routed?: readonly string[];
}

/** One container. */
export function recorder({
  on = stage(),
  records = (same) => same,
  liveness = (same) => same,
  routed = [],
}: Through = {}) {
  const { clock, stored, assignments, asked } = on;
  const letters: DeadLetter[] = [];
  const told = observed();
  const faults = { letters: false, turn: false, asking: false };
  const handle = createHandler({
    records: records(stored),
    liveness: liveness(stored),
    assignments: {
      takeTurn: async (...turn) => {
        if (faults.turn) throw new Error('no table');
        return assignments.takeTurn(...turn);
      },
    },
    requests: {
      ask: async (cluster) => {
        if (faults.asking) throw new Error('no function');
        asked.push(cluster);
      },
    },
    routedClusters: routed,
    deadLetters: {
      put: async (letter) => {
        if (faults.letters) throw new Error('no queue');
        letters.push(letter);
      },
    },
    clock,
    log: told.log,
    measures: told.measures,
    gauges: told.gauges,
  });
  return { ...told, ...on, handle, letters, faults };
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
export const batch = (...puts: Put[]) => batchOf('shardId-000000000000', puts);

export const batchOf = (shard: string, puts: readonly Put[]) => ({
  Records: puts.map(({ data, arrivedSeconds = 0 }, index) => ({
    eventSource: 'aws:kinesis',
    eventID: `${shard}:${100 + index}`,
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

type Container = Pick<ReturnType<typeof recorder>, 'handle' | 'setNow'>;

/** Hands a report over at the moment it arrives. */
export async function say(
  to: Container,
  afterSeconds: number,
  changes: Partial<NodeReport> = {},
  shard?: string,
) {
  to.setNow(afterSeconds * 1000);
  const each = json(report('n-1', 1 + afterSeconds, changes), afterSeconds);
  return to.handle(shard === undefined ? batch(each) : batchOf(shard, [each]));
}
