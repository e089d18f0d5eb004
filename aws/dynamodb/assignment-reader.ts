/**
 * A cluster's assignment and roster as nodes read them: the head, one small item, names the chunks of both, which are never
 * changed once they are written. So a read is never torn; a chunk that is gone says that a newer head is in force. Who has read the
 * one before gets the next from what changed, which is mostly in the head already. Every node loads this file: it imports little,
 * and only gets items.
 */

import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import { type Applied, applyChanges, type Keyed } from '../../core/assignment/table/changes.js';
import { decodeAssignment } from '../../core/assignment/table/chunks.js';
import { applyRosterChanges } from '../../core/assignment/table/roster-changes.js';
import type { GrantTable } from '../../core/assignment/table/table.js';
import type { AssignmentHead, AssignmentReader, ChangesPlace } from '../../core/assignment/table/tables.js';
import { type Roster, rosterNodeSchema } from '../../core/fleet/roster.js';
import { epochMs } from '../../core/time.js';
import { type Get, getting, readBodies, unpackJson, unpackSlots, unreadable } from './assignment-bodies.js';
import { readItem, wholeNumber } from './items.js';

/** Sort key of the head. */
export const headPart = 'head';

const text = z.object({ S: z.string().min(1) }).transform((attribute) => attribute.S);
const changesPlace = z.union([
  z.object({ B: z.instanceof(Uint8Array) }).transform(({ B }) => ({ packed: B })),
  text.transform((key) => ({ key })),
]);

const headSchema = z.object({
  revision: wholeNumber,
  generation: wholeNumber,
  tableKey: text.exactOptional(),
  tableChanges: changesPlace.exactOptional(),
  rosterRevision: wholeNumber,
  rosterKey: text.exactOptional(),
  rosterChanges: changesPlace.exactOptional(),
  writtenAtMs: wholeNumber.transform(epochMs),
});

const rosterSchema = z.object({ revision: z.int().min(1), nodes: z.array(rosterNodeSchema) });

/** `table` is the table's name: partition key `cluster`, sort key `part`. `close` closes the client. */
export function createAssignmentReader(
  client: DynamoDBClient,
  table: string,
  cluster: string,
): AssignmentReader {
  const get = getting(client, table, cluster);
  const tables = following(get, tableForm);
  const rosters = following(get, rosterForm);
  return {
    head: (signal) => readHead(get, cluster, signal),
    table: ({ generation: number, tableKey: key, tableChanges: changes }, signal) =>
      tables({ number, key, changes, subject: `generation ${number} of ${cluster}` }, signal),
    roster: ({ rosterRevision: number, rosterKey: key, rosterChanges: changes }, signal) =>
      rosters({ number, key, changes, subject: `roster ${number} of ${cluster}` }, signal),
    close: () => client.destroy(),
  };
}

/** A lease counts from the start of this read: it must show everything written before. */
async function readHead(
  get: Get,
  cluster: string,
  signal: AbortSignal | undefined,
): Promise<AssignmentHead | undefined> {
  const asked = { part: headPart, doing: `read the head of ${cluster}`, isConsistent: true };
  const item = await get(asked, signal);
  return item && readItem(headSchema, item, `The head of ${cluster}`);
}

/** What a head says of a table or roster. */
interface Wanted {
  /** Generation of a table, revision of a roster. */
  readonly number: number;
  readonly key: string | undefined;
  readonly changes: ChangesPlace | undefined;
  readonly subject: string;
}

/** How a table or a roster is stored. */
interface Form<T> {
  readonly numberOf: (value: T) => number;
  /** @throws ServiceUnavailable */
  readonly whole: (bodies: readonly Uint8Array[], subject: string) => T;
  /** @throws ServiceUnavailable */
  readonly changed: (held: Keyed<T>, packed: Uint8Array, subject: string) => Applied<T>;
}

/** Remembers what it gave last, to make the next of it. */
function following<T>(get: Get, form: Form<T>) {
  let held: Keyed<T> | undefined;
  return async (wanted: Wanted, signal: AbortSignal | undefined): Promise<T | 'superseded'> => {
    const { key } = wanted;
    if (key === undefined) throw unreadable(wanted.subject, 'there is none');
    // A key holds one content for ever.
    if (held?.key === key) return held.value;
    const packed = held && (await readChanges(get, { ...wanted, held: form.numberOf(held.value) }, signal));
    const next = held && packed && applied(form, held, { ...wanted, packed });
    const value = next ?? (await readWhole(get, form, { ...wanted, key, signal }));
    if (value !== 'superseded') held = { key, value };
    return value;
  };
}

/** Undefined where they are of no use, or gone. */
async function readChanges(
  get: Get,
  { number, changes, subject, held }: Wanted & { readonly held: number },
  signal: AbortSignal | undefined,
): Promise<Uint8Array | undefined> {
  if (!changes || number !== held + 1) return undefined;
  if ('packed' in changes) return changes.packed;
  const bodies = await readBodies(get, { key: changes.key, subject: `changes of ${subject}` }, signal);
  return bodies === 'superseded' ? undefined : Buffer.concat(bodies);
}

/** Undefined when they do not fit, or cannot be read: whatever they are, the whole is there as well. */
function applied<T>(
  form: Form<T>,
  held: Keyed<T>,
  { packed, number, subject }: Wanted & { readonly packed: Uint8Array },
): T | undefined {
  try {
    const made = form.changed(held, packed, subject);
    return made.kind === 'applied' && form.numberOf(made.value) === number ? made.value : undefined;
  } catch {
    return undefined;
  }
}

async function readWhole<T>(
  get: Get,
  form: Form<T>,
  {
    key,
    number,
    subject,
    signal,
  }: Wanted & { readonly key: string; readonly signal: AbortSignal | undefined },
): Promise<T | 'superseded'> {
  const bodies = await readBodies(get, { key, subject }, signal);
  if (bodies === 'superseded') return bodies;
  const value = form.whole(bodies, subject);
  if (form.numberOf(value) !== number) throw unreadable(subject, 'its chunks are of another one');
  return value;
}

const tableForm: Form<GrantTable> = {
  numberOf: ({ generation }) => generation,
  whole(bodies, subject) {
    const decoded = decodeAssignment(bodies.map((body) => unpackSlots(body, subject)));
    if (decoded.kind === 'table') return decoded.assignment;
    throw unreadable(subject, decoded.kind === 'torn' ? 'its chunks are of another one' : decoded.reason);
  },
  changed: (held, packed, subject) => applyChanges(held, unpackSlots(packed, subject)),
};

const rosterForm: Form<Roster> = {
  numberOf: ({ revision }) => revision,
  /** Its JSON in gzip, cut into chunks. */
  whole(bodies, subject) {
    const parsed = rosterSchema.safeParse(unpackJson(Buffer.concat(bodies), subject));
    const issue = parsed.error?.issues[0];
    if (!parsed.success) throw unreadable(subject, `${issue?.path.join('.')} ${issue?.message}`);
    return parsed.data;
  },
  changed: (held, packed, subject) => applyRosterChanges(held, unpackJson(packed, subject)),
};
