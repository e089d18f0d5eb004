/**
 * What tells a table from the one before: the slots that differ. Who holds the one before makes the next of it; result and chunks
 * (chunks.ts) are the same table.
 */

import * as z from 'zod';
import { partitionsMax } from '../../routing/partitions.js';
import {
  appendInteger,
  appendSlot,
  type Draft,
  emptyDraft,
  keyOf,
  namedLives,
  packed,
  packedSlotsSchema,
  type SlotReader,
  slotReader,
  storedSeconds,
} from './slots.js';
import { type Grant, type GrantTable, type Life, livesOf } from './table.js';

const changesSchema = z.object({
  /** Version of this message's form. */
  form: z.literal(1),
  /** Key of the table that it starts from: generations are numbers, and a key holds one content or nothing. */
  base: z.string().min(1),
  /** Of the table that it makes. */
  generation: z.int().min(1),
  /** Of both tables. */
  partitions: z.int().min(1).max(partitionsMax),
  /** How many slots differ. */
  changed: z.int().min(0).max(partitionsMax),
  ...packedSlotsSchema.shape,
  /**
   * First the lives that the slots speak of, as LEB128 integers: their count; for each 0 when it is the next of `nodes`, else 1 and a
   * partition whose first owner it is in the base. Then the slots in the order of partitions, each after the count of those that stay
   * before it.
   */
  slots: packedSlotsSchema.shape.slots,
});
export type TableChanges = z.infer<typeof changesSchema>;

/** What is stored under a key: a table, or a roster. */
export interface Keyed<T> {
  readonly key: string;
  readonly value: T;
}

export type Applied<T> =
  | { readonly kind: 'applied'; readonly value: T }
  /** They start from something else than is held: fetch the whole. */
  | { readonly kind: 'otherBase' }
  /** Written by another release, or torn: fetch the whole. */
  | { readonly kind: 'unreadable'; readonly reason: string };

/** Undefined where the number of partitions is another one: then nothing stays. */
export function changesBetween(before: Keyed<GrantTable>, next: GrantTable): TableChanges | undefined {
  const { slots } = before.value;
  if (slots.length !== next.slots.length) return undefined;
  const draft = emptyDraft();
  let [stay, changed] = [0, 0];
  for (const [partition, slot] of next.slots.entries()) {
    if (isSame(slot, slots[partition])) stay += 1;
    else {
      appendInteger(draft, stay);
      appendSlot(draft, slot);
      stay = 0;
      changed += 1;
    }
  }
  const { generation } = next;
  return {
    form: 1,
    base: before.key,
    generation,
    partitions: slots.length,
    changed,
    ...packedOver(slots, draft),
  };
}

/** Most lives own something before as well: names are what takes most room. */
function packedOver(before: readonly Grant[], draft: Draft) {
  const owning = new Map<string, number>();
  for (const [partition, grant] of before.entries()) {
    const [first] = livesOf(grant);
    if (first) owning.set(keyOf(first), partition);
  }
  const header: number[] = [];
  appendInteger({ bytes: header }, draft.lives.length);
  for (const life of draft.lives) appendInteger({ bytes: header }, 1 + (owning.get(keyOf(life)) ?? -1));
  const lives = draft.lives.filter((life) => !owning.has(keyOf(life)));
  return packed({ lives, bytes: [...header, ...draft.bytes] });
}

/** The next table, of the one that is held. */
export function applyChanges(held: Keyed<GrantTable>, read: unknown): Applied<GrantTable> {
  const parsed = changesSchema.safeParse(read);
  if (!parsed.success) return unreadable(parsed.error.issues[0]?.message ?? 'no changes');
  const changes = parsed.data;
  if (changes.base !== held.key) return { kind: 'otherBase' };
  const { generation, partitions } = changes;
  if (partitions !== held.value.slots.length) return unreadable(`of ${partitions} partitions`);
  const slots = [...held.value.slots];
  if (!replace(slots, changes)) return unreadable('they are broken');
  return { kind: 'applied', value: { generation, slots } };
}

const unreadable = (reason: string) => ({ kind: 'unreadable' as const, reason });

/** False when the bytes are not those of so many slots, name nobody, or go beyond the table. */
function replace(slots: Grant[], changes: TableChanges): boolean {
  const lives: Life[] = [];
  const reader = slotReader(lives, changes.slots);
  if (!readLives(slots, changes, { lives, reader })) return false;
  let partition = 0;
  for (let count = 0; count < changes.changed; count += 1) {
    partition += reader.integer();
    const slot = reader.slot();
    if (!slot || !(partition < slots.length)) return false;
    slots[partition] = slot;
    partition += 1;
  }
  return reader.isAtEnd();
}

/** Before any slot is replaced. False when they are not all of those that are named, or own nothing. */
function readLives(
  before: readonly Grant[],
  changes: TableChanges,
  { lives, reader }: { readonly lives: Life[]; readonly reader: SlotReader },
): boolean {
  const named = namedLives(changes);
  if (!named) return false;
  const count = reader.integer();
  if (Number.isNaN(count)) return false;
  while (lives.length < count) {
    const place = reader.integer();
    const owning = before[place - 1];
    const life = place === 0 ? named.shift() : owning && livesOf(owning)[0];
    if (!life) return false;
    lives.push(life);
  }
  return named.length === 0;
}

/** As stored: since when, in seconds. */
function isSame(a: Grant, b: Grant | undefined): boolean {
  if (a === b || b === undefined) return a === b;
  return (
    a.epoch === b.epoch &&
    a.began === b.began &&
    storedSeconds(a) === storedSeconds(b) &&
    isEqual(a.owners, b.owners) &&
    isEqual(a.incarnations, b.incarnations) &&
    isEqual(namesOf(a.waitsFor), namesOf(b.waitsFor))
  );
}

const namesOf = (lives: readonly Life[]): readonly string[] =>
  lives.flatMap(({ node, incarnation }) => [node, incarnation]);

const isEqual = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((each, index) => each === b[index]);
