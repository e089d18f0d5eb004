/** Slots of a table as bytes: LEB128 integers, which speak of lives by index. Chunks and changes of a table are made of them. */

import * as z from 'zod';
import { epochMs } from '../../time.js';
import { type Grant, type Life, livesOf } from './table.js';

/** Members of every message that holds slots. */
export const packedSlotsSchema = z.object({
  /** Lives that this message names; `slots` speaks of them by index. Only a life that stands for anybody has no name. */
  nodes: z.array(z.string().max(256)),
  /** Incarnations of `nodes`, in their order. */
  incarnations: z.array(z.string().max(256)),
  /**
   * Per slot, as LEB128 integers: count of owners, their indices, epoch, seconds since the Unix epoch, the generation in which the
   * epoch began, count of lives that are waited for, and their indices.
   */
  slots: z.instanceof(Uint8Array),
});
type PackedSlots = z.infer<typeof packedSlotsSchema>;

/** Names take at most this many bytes a character (UTF-8). */
const bytesPerChar = 4;
/** A LEB128 integer that fits JavaScript's. */
const integerMaxBytes = 8;

/** Slots that are being written. */
export interface Draft {
  readonly lives: Life[];
  /** By `keyOf`. */
  readonly indices: Map<string, number>;
  readonly bytes: number[];
  nameBytes: number;
}

export const emptyDraft = (): Draft => ({ lives: [], indices: new Map(), bytes: [], nameBytes: 0 });

export const packed = ({ lives, bytes }: Pick<Draft, 'lives' | 'bytes'>): PackedSlots => ({
  nodes: lives.map(({ node }) => node),
  incarnations: lives.map(({ incarnation }) => incarnation),
  slots: Uint8Array.from(bytes),
});

/** Bytes and names of a draft at most, once a slot is appended. */
export function sizeWith({ bytes, nameBytes, indices }: Draft, grant: Grant): number {
  const named = [...livesOf(grant), ...grant.waitsFor];
  const added = named
    .filter((life) => !indices.has(keyOf(life)))
    .reduce((sum, life) => sum + nameSize(life), 0);
  return bytes.length + nameBytes + added + integerMaxBytes * (5 + named.length);
}

const nameSize = ({ node, incarnation }: Life): number =>
  bytesPerChar * (node.length + incarnation.length) + integerMaxBytes;

/** A line break is in no name. */
export const keyOf = ({ node, incarnation }: Life): string => `${node}\n${incarnation}`;

export function appendSlot(draft: Draft, grant: Grant): void {
  appendLives(draft, livesOf(grant));
  appendInteger(draft, grant.epoch);
  appendInteger(draft, storedSeconds(grant));
  appendInteger(draft, grant.began);
  appendLives(draft, grant.waitsFor);
}

/** Rounded up: nobody takes a partition for longer at rest than it is. */
export const storedSeconds = ({ sinceMs }: Grant): number => Math.ceil(sinceMs / 1_000);

function appendLives(draft: Draft, lives: readonly Life[]): void {
  appendInteger(draft, lives.length);
  for (const life of lives) appendInteger(draft, indexOf(draft, life));
}

function indexOf(draft: Draft, life: Life): number {
  const known = draft.indices.get(keyOf(life));
  if (known !== undefined) return known;
  draft.nameBytes += nameSize(life);
  draft.indices.set(keyOf(life), draft.lives.length);
  return draft.lives.push(life) - 1;
}

/** LEB128, as DWARF and WebAssembly have it; by arithmetic, since shifts end at 32 bits. */
export function appendInteger({ bytes }: Pick<Draft, 'bytes'>, value: number): void {
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  bytes.push(rest);
}

/** Reads what a draft has become, from its first byte on. */
export interface SlotReader {
  readonly isAtEnd: () => boolean;
  /** NaN when the bytes end before it does. */
  readonly integer: () => number;
  /** Undefined when the bytes end before it does, or speak of a life that has no name. */
  readonly slot: () => Grant | undefined;
}

/** Undefined when the names do not fit each other. */
export const namedLives = ({ nodes, incarnations }: Omit<PackedSlots, 'slots'>): Life[] | undefined =>
  nodes.length === incarnations.length
    ? nodes.map((node, index) => ({ node, incarnation: incarnations[index] ?? '' }))
    : undefined;

/** @param lives what the bytes speak of by index; more may be found while they are read. */
export function slotReader(lives: readonly Life[], bytes: Uint8Array): SlotReader {
  let at = 0;
  const integer = (): number => {
    let [value, unit] = [0, 1];
    for (; at < bytes.length; unit *= 128) {
      const byte = bytes[at++] ?? 0;
      value += (byte % 128) * unit;
      if (byte < 128) return value;
    }
    return Number.NaN;
  };
  return { isAtEnd: () => at >= bytes.length, integer, slot: () => readSlot(lives, integer) };
}

function readSlot(lives: readonly Life[], integer: () => number): Grant | undefined {
  const owning = readLives(lives, integer);
  const [epoch, sinceSeconds, began] = [integer(), integer(), integer()];
  const waitsFor = readLives(lives, integer);
  if (!owning || !waitsFor || !Number.isSafeInteger(began)) return undefined;
  return {
    owners: owning.map(({ node }) => node),
    incarnations: owning.map(({ incarnation }) => incarnation),
    epoch,
    sinceMs: epochMs(1_000 * sinceSeconds),
    began,
    waitsFor,
  };
}

/** Undefined when there are not as many as there should be, or not all are named. */
function readLives(lives: readonly Life[], integer: () => number): readonly Life[] | undefined {
  const count = integer();
  if (!(count <= lives.length)) return undefined;
  const found = Array.from({ length: count }, integer).flatMap((index) => lives[index] ?? []);
  return found.length === count ? found : undefined;
}
