/**
 * Assignments and rosters as one run of assign-partitions writes them. Chunks go first, under keys of their own: number, hash of the
 * content, place; what changed since the one before goes with them, or into the head. Then the head is put over the one that the
 * run read, and only that puts anything in force (docs/decisions/0009-commit-by-pointer.md).
 */

import {
  type AttributeValue,
  type ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  PutItemCommand,
  paginateQuery,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import type { Keyed } from '../../core/assignment/table/changes.js';
import type {
  AssignmentChange,
  AssignmentHead,
  Assignments,
  ChangesPlace,
  Turn,
} from '../../core/assignment/table/tables.js';
import { turnKey } from '../../core/names.js';
import { type EpochMs, epochMs } from '../../core/time.js';
import { calling } from '../failures.js';
import { chunkPart } from './assignment-bodies.js';
import { numbered, type Packed, packRoster, packTable } from './assignment-documents.js';
import { createAssignmentReader, headPart } from './assignment-reader.js';
import { type Item, lost, overRevision, readItem, wholeNumber } from './items.js';

/** Sort key of the item that says when the next run is due. */
const duePart = 'due';
const dueSchema = z.object({ dueAtMs: wholeNumber.transform(epochMs) });
const sweptSchema = z.object({ part: z.object({ S: z.string() }).transform((attribute) => attribute.S) });

interface Table {
  readonly client: DynamoDBClient;
  readonly table: string;
  readonly unswept: (error: unknown) => void;
}

/**
 * `table` is the table's name: partition key `cluster`, sort key `part`.
 * @param unswept told when what is out of force could not be deleted; the next commit tries again.
 */
export function createAssignments(
  client: DynamoDBClient,
  table: string,
  unswept: (error: unknown) => void,
): Assignments {
  const place = { client, table, unswept };
  return {
    reader: (cluster) => createAssignmentReader(client, table, cluster),
    commit: (cluster, change, nowMs) => commit(place, cluster, { change, nowMs }),
    takeTurn: (cluster, turn) => takeTurn(place, cluster, turn),
  };
}

interface Commit {
  readonly change: AssignmentChange;
  readonly nowMs: EpochMs;
}

async function commit(place: Table, cluster: string, { change, nowMs }: Commit): Promise<'saved' | 'lost'> {
  const { over, previous } = change;
  const table = change.table && packTable(change.table, keyed(over?.tableKey, previous?.table));
  const roster = change.roster && packRoster(change.roster, keyed(over?.rosterKey, previous?.roster));
  const written = [table, roster].flatMap((packed) => packed ?? []);
  await Promise.all(written.map((packed) => putDocuments(place, cluster, packed)));
  const head = { ...headAfter(over, table, roster), writtenAtMs: nowMs };
  if ((await putHead(place, cluster, head)) === 'lost') return 'lost';
  await Promise.all(written.map((packed) => sweep(place, cluster, packed))).catch(place.unswept);
  return 'saved';
}

const keyed = <T>(key: string | undefined, value: T | undefined): Keyed<T> | undefined =>
  key === undefined || value === undefined ? undefined : { key, value };

/** What is not written anew stays named as it was, and so do the changes that made it. */
function headAfter(
  over: AssignmentHead | undefined,
  table: Packed | undefined,
  roster: Packed | undefined,
): Omit<AssignmentHead, 'writtenAtMs'> {
  const [tableKey, rosterKey] = [table?.key ?? over?.tableKey, roster?.key ?? over?.rosterKey];
  const tableChanges = table ? table.changes : over?.tableChanges;
  const rosterChanges = roster ? roster.changes : over?.rosterChanges;
  return {
    revision: (over?.revision ?? 0) + 1,
    generation: table?.number ?? over?.generation ?? 0,
    ...(tableKey !== undefined && { tableKey }),
    ...(tableChanges && { tableChanges }),
    rosterRevision: roster?.number ?? over?.rosterRevision ?? 0,
    ...(rosterKey !== undefined && { rosterKey }),
    ...(rosterChanges && { rosterChanges }),
  };
}

async function putDocuments({ client, table }: Table, cluster: string, packed: Packed): Promise<void> {
  const { kind, number, documents } = packed;
  const put = (part: string, body: Uint8Array, count: number) => {
    const Item = { ...keyOf(cluster, part), chunks: { N: String(count) }, body: { B: body } };
    const command = new PutItemCommand({ TableName: table, Item });
    return calling(`write ${kind} ${number} of ${cluster}`, () => client.send(command));
  };
  const puts = documents.flatMap(({ key, bodies }) =>
    bodies.map((body, chunk) => put(chunkPart(key, chunk), body, bodies.length)),
  );
  await Promise.all(puts);
}

async function putHead({ client, table }: Table, cluster: string, head: AssignmentHead) {
  const command = new PutItemCommand({
    TableName: table,
    Item: {
      ...keyOf(cluster, headPart),
      revision: { N: String(head.revision) },
      generation: { N: String(head.generation) },
      ...(head.tableKey !== undefined && { tableKey: { S: head.tableKey } }),
      ...(head.tableChanges && { tableChanges: placeAttribute(head.tableChanges) }),
      rosterRevision: { N: String(head.rosterRevision) },
      ...(head.rosterKey !== undefined && { rosterKey: { S: head.rosterKey } }),
      ...(head.rosterChanges && { rosterChanges: placeAttribute(head.rosterChanges) }),
      writtenAtMs: { N: String(head.writtenAtMs) },
    },
    ...overRevision(head.revision - 1, 'part'),
  });
  return calling(`write the head of ${cluster}`, () => client.send(command), lost);
}

const placeAttribute = (place: ChangesPlace): AttributeValue =>
  'key' in place ? { S: place.key } : { B: place.packed };

/**
 * Deletes what is older than the one before, which slow readers may still be fetching, with what losers left behind. Never
 * what has the number of a commit that may still come: two writers may have written the very same chunks.
 */
async function sweep({ client, table }: Table, cluster: string, { kind, number }: Packed): Promise<void> {
  const pages = paginateQuery(
    { client },
    {
      TableName: table,
      KeyConditionExpression: '#cluster = :cluster AND #part BETWEEN :first AND :end',
      ProjectionExpression: '#part',
      ExpressionAttributeNames: { '#cluster': 'cluster', '#part': 'part' },
      ExpressionAttributeValues: {
        ':cluster': { S: cluster },
        ':first': { S: numbered(kind, 0) },
        ':end': { S: numbered(kind, number - 1) },
      },
    },
  );
  await calling(`delete old chunks of ${cluster}`, async () => {
    for await (const { Items = [] } of pages)
      for (const item of Items) {
        const { part } = readItem(sweptSchema, item, `A chunk of ${cluster}`);
        await client.send(new DeleteItemCommand({ TableName: table, Key: keyOf(cluster, part) }));
      }
  });
}

/** One conditional write, whoever wins. A turn further off than two of them was taken by a clock that is wrong: it counts for nothing. */
async function takeTurn({ client, table }: Table, cluster: string, { nowMs, nextMs, earlyMs }: Turn) {
  const command = new UpdateItemCommand({
    TableName: table,
    Key: keyOf(turnKey(cluster), duePart),
    UpdateExpression: 'SET #due = :next',
    ConditionExpression: 'attribute_not_exists(#due) OR #due <= :by OR #due > :beyond',
    ExpressionAttributeNames: { '#due': 'dueAtMs' },
    ExpressionAttributeValues: {
      ':by': { N: String(nowMs + earlyMs) },
      ':next': { N: String(nextMs) },
      ':beyond': { N: String(nextMs + (nextMs - nowMs)) },
    },
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  });
  const take = async () => {
    await client.send(command);
    return 'mine' as const;
  };
  const answer = await calling(`take the turn of ${cluster}`, take, refusedOver);
  return answer === 'mine' ? answer : readItem(dueSchema, answer, `The turn of ${cluster}`);
}

/** The item that a refused condition was held against; it comes with the refusal, so a turn that is not due costs one call. */
const refusedOver = (error: unknown): Item | undefined =>
  lost(error) && ((error as ConditionalCheckFailedException).Item ?? {});

const keyOf = (cluster: string, part: string): Item => ({ cluster: { S: cluster }, part: { S: part } });
