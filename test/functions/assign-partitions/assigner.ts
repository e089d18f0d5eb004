/** assign-partitions over tables of a local DynamoDB, whose nodes report as the test says. */

import { DeleteItemCommand, PutItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import { createAssignments } from '../../../aws/dynamodb/assignments.js';
import { createDrains } from '../../../aws/dynamodb/drains.js';
import { createFleetLoads } from '../../../aws/dynamodb/fleet-loads.js';
import { createNodeRecords } from '../../../aws/dynamodb/node-records.js';
import type { GrantTable } from '../../../core/assignment/table/table.js';
import type { NodeRecord } from '../../../core/fleet/node-records.js';
import { type Application, defineApplication, defineProfile } from '../../../core/profiles.js';
import { epochMs, plusMs, ttlSeconds } from '../../../core/time.js';
import { type AssignDeps, createHandler } from '../../../functions/assign-partitions/handler.js';
import type { InLocalAws } from '../../aws/in-local-aws.js';
import { observed } from '../observed.js';

export const startMs = epochMs(1_767_225_600_000);
export const staging = 'shop/staging';

const profiles = [defineProfile({ name: 'p', description: 'p', schema: z.object({}), schemaVersion: 1 })];
export const shop = defineApplication({
  name: 'shop',
  environments: ['staging', 'production'],
  profiles,
  routing: { partitions: 16, dwellMs: 0 },
});
/** Declares no routing: its nodes only report. */
const plain = defineApplication({ name: 'plain', environments: ['staging'], profiles });

export type Emitted = Readonly<Record<string, number | undefined>>;

export interface Options {
  readonly application?: Application;
  /** What the function speaks to, in place of what is made here. */
  readonly through?: (deps: AssignDeps) => Partial<AssignDeps>;
}

export async function assigner(aws: InLocalAws, { application = shop, through = () => ({}) }: Options = {}) {
  const [assignmentsTable, nodesTable] = [
    await aws.table('cluster', 'part'),
    await aws.table('cluster', 'node'),
  ];
  let nowMs = startMs;
  const clock = () => nowMs;
  const told = observed();
  const emitted = new Map<string, Emitted>();
  const records = createNodeRecords(aws.dynamodb, nodesTable, clock);
  const drains = createDrains(aws.dynamodb, assignmentsTable);
  const made: AssignDeps = {
    applications: [application, plain],
    clusters: [application, plain].flatMap(({ name, environments }) =>
      environments.map((environment) => `${name}/${environment}`),
    ),
    assignments: createAssignments(aws.dynamodb, assignmentsTable, (error) =>
      told.log.error('unswept', error),
    ),
    records,
    drains,
    fleetLoads: createFleetLoads(aws.dynamodb, assignmentsTable),
    clock,
    after: () => new AbortController().signal,
    log: told.log,
    measures: told.measures,
    gauges: { emit: (cluster, values) => emitted.set(cluster, values) },
  };
  const reader = made.assignments.reader(staging);
  const revisions = new Map<string, number>();
  return {
    ...told,
    ...made,
    drains,
    emitted,
    nodesTable,
    handle: createHandler({ ...made, ...through(made) }),
    pass(durationMs: number) {
      nowMs = plusMs(nowMs, durationMs);
    },
    /** A report of a node arrives now. */
    async report(node: string, changes: Partial<NodeRecord> = {}) {
      const record = recordOf(node, { arrivedAtMs: nowMs, ...changes });
      const key = `${record.cluster} ${node}`;
      await records.write(record, revisions.get(key) ?? 0);
      revisions.set(key, (revisions.get(key) ?? 0) + 1);
    },
    async deleteParts(...parts: readonly string[]) {
      for (const part of parts) {
        const Key = { cluster: { S: staging }, part: { S: part } };
        await aws.dynamodb.send(new DeleteItemCommand({ TableName: assignmentsTable, Key }));
      }
    },
    /** Takes a backup; the answer restores the whole table from it. */
    async backup() {
      const scan = async () =>
        (await aws.dynamodb.send(new ScanCommand({ TableName: assignmentsTable }))).Items ?? [];
      const kept = await scan();
      return async () => {
        for (const { cluster = { S: '' }, part = { S: '' } } of await scan())
          await aws.dynamodb.send(
            new DeleteItemCommand({ TableName: assignmentsTable, Key: { cluster, part } }),
          );
        for (const Item of kept)
          await aws.dynamodb.send(new PutItemCommand({ TableName: assignmentsTable, Item }));
      };
    },
    head: () => reader.head(),
    async table(): Promise<GrantTable> {
      const head = await reader.head();
      const table = head && (await reader.table(head));
      if (!table || table === 'superseded') throw new Error('there is no table');
      return table;
    },
    async rosterNames() {
      const head = await reader.head();
      const roster = head && (await reader.roster(head));
      return roster === undefined || roster === 'superseded' ? roster : roster.nodes.map(({ node }) => node);
    },
  };
}

/** A fleet of four that has its first table; what the first run counted is not told any more. */
export async function begun(aws: InLocalAws, options: Options = {}) {
  const made = await assigner(aws, options);
  for (const node of ['n1', 'n2', 'n3', 'n4']) await made.report(node);
  await made.handle({ cluster: staging });
  const before = made.counts();
  const since = () =>
    Object.fromEntries(
      Object.entries(made.counts()).flatMap(([name, count]) =>
        count === before[name] ? [] : [[name, count - (before[name] ?? 0)]],
      ),
    );
  return { ...made, since };
}

/** A node of 100 units a second that has been there for an hour. */
export const recordOf = (node: string, changes: Partial<NodeRecord> = {}): NodeRecord => ({
  cluster: staging,
  node,
  incarnation: `${node}-1`,
  sequence: 1,
  reportIntervalMs: 2_000,
  labels: {},
  capacity: 100,
  load: 0.5,
  queueDepth: 0,
  inFlight: 0,
  health: 'ready',
  profiles: {},
  droppedReports: 0,
  arrivedAtMs: startMs,
  since: plusMs(startMs, -3_600_000),
  expiresAtSeconds: ttlSeconds(plusMs(startMs, 7_200_000)),
  retired: [],
  ...changes,
});

/** Partitions by owner. */
export function owned({ slots }: GrantTable): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { owners } of slots) for (const owner of owners) counts[owner] = (counts[owner] ?? 0) + 1;
  return Object.fromEntries(Object.entries(counts).toSorted());
}
