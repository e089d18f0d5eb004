/** Tables and rosters as they are written: whole, in chunks, and as what changed since the one before. */

import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { changesBetween, type Keyed } from '../../core/assignment/table/changes.js';
import { chunkMaxBytes, encodeAssignment } from '../../core/assignment/table/chunks.js';
import { rosterChangesBetween } from '../../core/assignment/table/roster-changes.js';
import type { GrantTable } from '../../core/assignment/table/table.js';
import { type ChangesPlace, changesInHeadMaxBytes } from '../../core/assignment/table/tables.js';
import type { Roster } from '../../core/fleet/roster.js';

/** Keys are in the order of their numbers: 2^53 has 16 digits. */
const numberDigits = 16;
/** 64 bits tell apart what a handful of writers make of one generation. */
const hashDigits = 16;
/** A read unit reads so much of each item, half of one where it may be a moment ago. */
const readUnitBytes = 4_096;
/** An item's keys and numbers beside its body, about. */
const itemBytes = 150;

/** Under a key of its own, in chunks. */
export interface Document {
  readonly key: string;
  readonly bodies: readonly Uint8Array[];
}

/** A table or a roster, and what tells it from the one before. */
export interface Packed {
  readonly kind: 'table' | 'roster';
  /** Generation of a table, revision of a roster. */
  readonly number: number;
  readonly key: string;
  /** To be written before the head names it. */
  readonly documents: readonly Document[];
  readonly changes: ChangesPlace | undefined;
}

/** A chunk's JSON, a line break, and its slots; all of it in gzip. @param before absent: readers are not told the changes alone. */
export function packTable(table: GrantTable, before: Keyed<GrantTable> | undefined): Packed {
  const chunks = encodeAssignment(table).map(slotBytes);
  const whole = {
    key: `${numbered('table', table.generation)}#${hashOf(chunks)}`,
    bodies: chunks.map((chunk) => gzipSync(chunk)),
  };
  const changes = before && changesBetween(before, table);
  return withChanges({ kind: 'table', number: table.generation, whole }, changes && slotBytes(changes));
}

export function packRoster(roster: Roster, before: Keyed<Roster> | undefined): Packed {
  const json = Buffer.from(JSON.stringify(roster));
  const whole = {
    key: `${numbered('roster', roster.revision)}#${hashOf([json])}`,
    bodies: cut(gzipSync(json)),
  };
  const changes = before && rosterChangesBetween(before, roster);
  const bytes = changes && Buffer.from(JSON.stringify(changes));
  return withChanges({ kind: 'roster', number: roster.revision, whole }, bytes);
}

const slotBytes = ({ slots, ...about }: { readonly slots: Uint8Array }): Buffer =>
  Buffer.concat([Buffer.from(`${JSON.stringify(about)}\n`), slots]);

type Whole = Pick<Packed, 'kind' | 'number'> & { readonly whole: Document };

/** In the head where they are small, beside the chunks where they cost less to read than these, else not at all. */
function withChanges({ kind, number, whole }: Whole, changes: Uint8Array | undefined): Packed {
  const made = { kind, number, key: whole.key };
  const packed = changes && gzipSync(changes);
  if (!changes || !packed) return { ...made, documents: [whole], changes: undefined };
  if (packed.length <= changesInHeadMaxBytes[kind])
    return { ...made, documents: [whole], changes: { packed } };
  const key = `${numbered(kind, number)}#changes-${hashOf([changes])}`;
  const document = { key, bodies: cut(packed) };
  if (readUnitsOf(document) >= readUnitsOf(whole)) return { ...made, documents: [whole], changes: undefined };
  return { ...made, documents: [whole, document], changes: { key } };
}

const readUnitsOf = ({ bodies }: Document): number =>
  bodies.reduce((sum, body) => sum + Math.ceil((body.length + itemBytes) / readUnitBytes), 0);

const cut = (packed: Uint8Array): readonly Uint8Array[] =>
  Array.from({ length: Math.ceil(packed.length / chunkMaxBytes) }, (_, index) =>
    packed.subarray(index * chunkMaxBytes, (index + 1) * chunkMaxBytes),
  );

/** The same content has the same key, so who writes it again changes nothing. */
function hashOf(content: readonly Uint8Array[]): string {
  const hash = createHash('sha256');
  for (const bytes of content) hash.update(bytes);
  return hash.digest('hex').slice(0, hashDigits);
}

/** What the keys of one generation or revision begin with, those of changes as well: they are swept together. */
export const numbered = (kind: Packed['kind'], number: number): string =>
  `${kind}#${String(number).padStart(numberDigits, '0')}`;
