/**
 * A table as it is stored and read: in chunks that each fit an item of DynamoDB (400 KB). All chunks carry the generation, so a
 * reader that meets two generations knows that it has half of each. Chunks come in force together, by the head that names them
 * (tables.ts), which is written only over the head that the table was computed from.
 */

import * as z from 'zod';
import { partitionsMax } from '../../routing/partitions.js';
import {
  appendSlot,
  type Draft,
  emptyDraft,
  namedLives,
  packed,
  packedSlotsSchema,
  sizeWith,
  slotReader,
} from './slots.js';
import type { Assignment, Grant, GrantTable } from './table.js';

/** A chunk's bytes and names at most, so that keys and the rest fit an item beside them. */
export const chunkMaxBytes = 350_000;

const generation = z.int().min(1);
const partitions = z.int().min(1).max(partitionsMax);

export const chunkSchema = z.object({
  /** Version of this message's form. */
  form: z.literal(1),
  generation,
  /** Place among the chunks of a generation, from 0. */
  chunk: z.int().min(0),
  chunks: z.int().min(1),
  /** Of the whole table. */
  partitions,
  /** The chunk's first partition; a slot for each from there. */
  first: z.int().min(0).max(partitionsMax),
  ...packedSlotsSchema.shape,
});
export type Chunk = z.infer<typeof chunkSchema>;

export type Decoded =
  | { readonly kind: 'table'; readonly assignment: GrantTable }
  /** Chunks of different generations, or not all of one: read again. */
  | { readonly kind: 'torn' }
  | { readonly kind: 'unreadable'; readonly reason: string };

/** The chunks of a generation, in order. @param maxBytes of a chunk; only tests have a reason to change it. */
export function encodeAssignment(assignment: GrantTable, maxBytes: number = chunkMaxBytes): Chunk[] {
  const drafts: { readonly first: number; readonly draft: Draft }[] = [];
  for (const [partition, slot] of assignment.slots.entries()) {
    const last = drafts.at(-1);
    const fits = last && sizeWith(last.draft, slot) <= maxBytes;
    const { draft } = fits ? last : { draft: emptyDraft() };
    appendSlot(draft, slot);
    if (!fits) drafts.push({ first: partition, draft });
  }
  return drafts.map(({ first, draft }, chunk) => ({
    form: 1,
    generation: assignment.generation,
    chunk,
    chunks: drafts.length,
    partitions: assignment.slots.length,
    first,
    ...packed(draft),
  }));
}

/** The table that chunks hold, in whatever order they were read. */
export function decodeAssignment(read: readonly unknown[]): Decoded {
  const parsed = z.array(chunkSchema).min(1).safeParse(read);
  if (!parsed.success) return { kind: 'unreadable', reason: parsed.error.issues[0]?.message ?? 'not chunks' };
  const chunks = parsed.data.toSorted((a, b) => a.chunk - b.chunk);
  const [head] = chunks;
  if (!head || chunks.length !== head.chunks) return { kind: 'torn' };
  const isWhole = chunks.every((each, index) => each.chunk === index && isOfOne(each, head));
  if (!isWhole) return { kind: 'torn' };
  return assemble(chunks, head);
}

/** True when a reader that holds a table should take another: readers never go back. */
export const isNewer = (offered: Assignment, held: Assignment | undefined): boolean =>
  held === undefined || offered.generation > held.generation;

const isOfOne = (a: Chunk, b: Chunk): boolean =>
  a.generation === b.generation && a.partitions === b.partitions && a.chunks === b.chunks;

function assemble(chunks: readonly Chunk[], head: Chunk): Decoded {
  const slots: Grant[] = [];
  for (const chunk of chunks) {
    if (chunk.first !== slots.length)
      return { kind: 'unreadable', reason: `partition ${slots.length} is missing` };
    const found = readSlots(chunk);
    if (!found) return { kind: 'unreadable', reason: `chunk ${chunk.chunk} is broken` };
    for (const slot of found) slots.push(slot);
  }
  if (slots.length !== head.partitions)
    return { kind: 'unreadable', reason: `${slots.length} of ${head.partitions} partitions` };
  return { kind: 'table', assignment: { generation: head.generation, slots } };
}

function readSlots(chunk: Chunk): Grant[] | undefined {
  const lives = namedLives(chunk);
  if (!lives) return undefined;
  const reader = slotReader(lives, chunk.slots);
  const grants: Grant[] = [];
  while (!reader.isAtEnd()) {
    const grant = reader.slot();
    if (!grant) return undefined;
    grants.push(grant);
  }
  return grants;
}
