/** The deployed bundle at work: reports on the stream become records, a turn is taken, and work is shared out. */

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createAssignmentReader } from '../../../aws/dynamodb/assignment-reader.js';
import { createDrains } from '../../../aws/dynamodb/drains.js';
import type { GrantTable } from '../../../core/assignment/table/table.js';
import { epochMs } from '../../../core/time.js';
import { type LocalAws, startLocalAws } from '../../../local/index.js';
import { owned } from './assigner.js';

const cluster = 'treasure-hunt/staging';
const deadlineMs = 30_000;

const lines: string[] = [];
let aws: LocalAws;
let dynamodb: DynamoDBClient;

beforeAll(async () => {
  aws = await startLocalAws({ port: 0, onLog: ({ text }) => lines.push(text) });
  await aws.deploy(inject('assembly'));
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  dynamodb = new DynamoDBClient({ endpoint: aws.endpoint, region: 'us-east-1', credentials });
});
afterAll(async () => {
  dynamodb?.destroy();
  await aws?.close();
});

let sequence = 0;

async function report(nodes: readonly string[]): Promise<void> {
  sequence += 1;
  const Records = nodes.map((node) => ({
    PartitionKey: `${cluster}/${node}`,
    Data: Buffer.from(
      JSON.stringify({
        form: 1,
        cluster,
        node,
        incarnation: `${node}-1`,
        reportIntervalMs: 5_000,
        sequence,
        labels: {},
        capacity: 100,
        load: 0.4,
        queueDepth: 0,
        inFlight: 0,
        health: 'ready',
        profiles: {},
        droppedReports: 0,
      }),
    ),
  }));
  await aws.call('kinesis', 'PutRecords', { StreamName: 'veltrix-main-load', Records });
}

async function table(): Promise<GrantTable | undefined> {
  const reader = createAssignmentReader(dynamodb, 'veltrix-main-assignments', cluster);
  const head = await reader.head();
  const found = head?.tableKey === undefined ? undefined : await reader.table(head);
  return found === 'superseded' ? undefined : found;
}

/** Reports once a second until the table is as wanted; the table then. */
async function tableWhere(
  isWanted: (table: GrantTable) => boolean,
  nodes: readonly string[],
): Promise<GrantTable> {
  const endMs = Date.now() + deadlineMs;
  while (Date.now() < endMs) {
    await report(nodes);
    const found = await table();
    if (found && isWanted(found)) return found;
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
  throw new Error(`not so within ${deadlineMs} ms; the last lines: ${lines.slice(-5).join('\n')}`);
}

describe('assign-partitions, deployed', () => {
  it('shares out the work of those that report, without waiting for the schedule', async () => {
    const first = await tableWhere(() => true, ['n1', 'n2', 'n3']);
    expect(first.slots).toHaveLength(1024);
    const all = await tableWhere((found) => Object.keys(owned(found)).length === 3, ['n1', 'n2', 'n3']);
    expect(Object.keys(owned(all))).toEqual(['n1', 'n2', 'n3']);
  });

  it('moves what a drained node has when it is asked', async () => {
    const nowMs = epochMs(Date.now());
    const drain = {
      node: 'n2',
      sinceMs: nowMs,
      untilMs: epochMs(nowMs + 600_000),
      reason: 'disk',
      by: 'anna',
    };
    const drains = createDrains(dynamodb, 'veltrix-main-assignments');
    expect(await drains.write({ cluster, drains: [drain] }, 0)).toBe('saved');
    await report(['n1', 'n2', 'n3']);
    await aws.call('lambda', 'Invoke', {
      FunctionName: 'veltrix-main-assign-partitions',
      Payload: Buffer.from(JSON.stringify({ cluster })),
    });
    const now = await tableWhere((found) => owned(found)['n2'] === undefined, ['n1', 'n2', 'n3']);
    expect(Object.keys(owned(now))).toEqual(['n1', 'n3']);
  });

  it('tells the load of the fleet where autoscalers look', async () => {
    const told = lines.filter((line) => line.includes('"FleetNodes":3')).map((line) => JSON.parse(line));
    expect(told[0]).toMatchObject({ cluster, FleetMaxLoad: 0.4, FleetNodes: 3 });
    expect(told[0]._aws.CloudWatchMetrics[0].Dimensions).toEqual([['cluster']]);
  });
});
