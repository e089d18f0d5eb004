/**
 * A table as it is stored and read: in chunks that each fit an item of DynamoDB (400 KB). All chunks carry the generation, so a
 * reader that meets two generations knows that it has half of each. A table is written only over the generation it was computed
 * from: the condition is the writer's, on the first chunk, in one transaction with the others.
 */

import * as z from 'zod';
import { partitionsMax } from '../routing/partitions.js';
import { epochMs } from '../time.js';
import { type Assignment, type Grant, type GrantTable, type Life, livesOf } from './table.js';

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
  /** The chunk's first partition. */
  first: z.int().min(0).max(partitionsMax),
  /** Lives that this chunk names; `slots` speaks of them by index. Only a life that stands for anybody has no name. */
  nodes: z.array(z.string().max(256)),
  /** Incarnations of `nodes`, in their order. */
  incarnations: z.array(z.string().max(256)),
  /**
   * Per partition, as LEB128 integers: count of owners, their indices, epoch, seconds since the Unix epoch, the generation in
   * which the epoch began, count of lives that are waited for, and their indices.
   */
  slots: z.instanceof(Uint8Array),
});
export type Chunk = z.infer<typeof chunkSchema>;

export type Decoded =
  | { readonly kind: 'table'; readonly assignment: GrantTable }
  /** Chunks of different generations, or not all of one: read again. */
  | { readonly kind: 'torn' }
  | { readonly kind: 'unreadable'; readonly reason: string };

/** Names take at most this many bytes a character (UTF-8). */
const bytesPerChar = 4;
/** A LEB128 integer that fits JavaScript's. */
const integerMaxBytes = 8;

interface Draft {
  readonly first: number;
  readonly lives: Life[];
  /** By `keyOf`. */
  readonly indices: Map<string, number>;
  readonly bytes: number[];
  nameBytes: number;
}

/** The chunks of a generation, in order. @param maxBytes of a chunk; only tests have a reason to change it. */
export function encodeAssignment(assignment: GrantTable, maxBytes: number = chunkMaxBytes): Chunk[] {
  const drafts: Draft[] = [];
  for (const [partition, slot] of assignment.slots.entries()) {
    const last = drafts.at(-1);
    if (last && sizeWith(last, slot) <= maxBytes) append(last, slot);
    else {
      const draft: Draft = { first: partition, lives: [], indices: new Map(), bytes: [], nameBytes: 0 };
      append(draft, slot);
      drafts.push(draft);
    }
  }
  return drafts.map(({ first, lives, bytes }, chunk) => ({
    form: 1,
    generation: assignment.generation,
    chunk,
    chunks: drafts.length,
    partitions: assignment.slots.length,
    first,
    nodes: lives.map(({ node }) => node),
    incarnations: lives.map(({ incarnation }) => incarnation),
    slots: Uint8Array.from(bytes),
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

function sizeWith({ bytes, nameBytes, indices }: Draft, grant: Grant): number {
  const named = [...livesOf(grant), ...grant.waitsFor];
  const added = named
    .filter((life) => !indices.has(keyOf(life)))
    .reduce((sum, life) => sum + nameSize(life), 0);
  return bytes.length + nameBytes + added + integerMaxBytes * (5 + named.length);
}

const nameSize = ({ node, incarnation }: Life): number =>
  bytesPerChar * (node.length + incarnation.length) + integerMaxBytes;

/** A line break is in no name. */
const keyOf = ({ node, incarnation }: Life): string => `${node}\n${incarnation}`;

function append(draft: Draft, grant: Grant): void {
  writeLives(draft, livesOf(grant));
  write(draft.bytes, grant.epoch);
  // Rounded up: nobody takes a partition for longer at rest than it is.
  write(draft.bytes, Math.ceil(grant.sinceMs / 1_000));
  write(draft.bytes, grant.began);
  writeLives(draft, grant.waitsFor);
}

function writeLives(draft: Draft, lives: readonly Life[]): void {
  write(draft.bytes, lives.length);
  for (const life of lives) write(draft.bytes, indexOf(draft, life));
}

function indexOf(draft: Draft, life: Life): number {
  const known = draft.indices.get(keyOf(life));
  if (known !== undefined) return known;
  draft.nameBytes += nameSize(life);
  draft.indices.set(keyOf(life), draft.lives.length);
  return draft.lives.push(life) - 1;
}

function readSlots({ nodes, incarnations, slots: bytes }: Chunk): Grant[] | undefined {
  if (nodes.length !== incarnations.length) return undefined;
  const lives = nodes.map((node, index) => ({ node, incarnation: incarnations[index] ?? '' }));
  const grants: Grant[] = [];
  for (let at = 0; at < bytes.length; ) {
    const next = () => {
      const [value, behind] = read(bytes, at);
      at = behind;
      return value;
    };
    const owning = readLives(lives, next);
    const [epoch, sinceSeconds, began] = [next(), next(), next()];
    const waitsFor = readLives(lives, next);
    if (!owning || !waitsFor || !Number.isSafeInteger(began)) return undefined;
    grants.push({
      owners: owning.map(({ node }) => node),
      incarnations: owning.map(({ incarnation }) => incarnation),
      epoch,
      sinceMs: epochMs(1_000 * sinceSeconds),
      began,
      waitsFor,
    });
  }
  return grants;
}

/** Undefined when there are not as many as there should be, or not all are named. */
function readLives(lives: readonly Life[], next: () => number): readonly Life[] | undefined {
  const count = next();
  if (!(count <= lives.length)) return undefined;
  const found = Array.from({ length: count }, next).flatMap((index) => lives[index] ?? []);
  return found.length === count ? found : undefined;
}

/** LEB128, as DWARF and WebAssembly have it; by arithmetic, since shifts end at 32 bits. */
function write(bytes: number[], value: number): void {
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  bytes.push(rest);
}

/** The integer at a place and where the next one begins; NaN when the bytes end before it does. */
function read(bytes: Uint8Array, from: number): readonly [value: number, behind: number] {
  let [value, unit] = [0, 1];
  for (let at = from; at < bytes.length; at += 1, unit *= 128) {
    const byte = bytes[at] ?? 0;
    value += (byte % 128) * unit;
    if (byte < 128) return [value, at + 1];
  }
  return [Number.NaN, bytes.length];
}
