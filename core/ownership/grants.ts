/**
 * The writer's side: what is granted to whom, and whom the new owner waits for. The writer compares no clocks. It says who may
 * still serve, and clears those who said that they let go; for the others, the new owner waits a lease of its own.
 */

import {
  type Assignment,
  anybody,
  type Grant,
  type GrantTable,
  type Life,
  livesOf,
  type Slot,
} from '../assignment/table/table.js';
import { type Claim, forGood } from './claims.js';

export interface GrantInput {
  /** The stored table, and the only one over which the answer may be written. */
  readonly previous: GrantTable;
  /** What was made of it: `previous` itself when nothing moves. */
  readonly next: Assignment;
  /** The present life of each node, by node. */
  readonly incarnations: ReadonlyMap<string, string>;
  /** What a life has said last, or at any time before. */
  readonly claimOf: (life: Life) => Claim | undefined;
  /** False where the work may be done by several at once: then nobody waits. */
  readonly isExclusive: boolean;
}

/** So many lives are named that a new owner waits for; beyond, nobody can clear them, and it waits a lease. */
const waitsForMax = 4;

/** The next generation; undefined when there is nothing to write. */
export function grantsAfter(input: GrantInput): GrantTable | undefined {
  const { previous, next } = input;
  const generation = previous.generation + 1;
  const slots = previous.slots.map((before, partition) => {
    const slot = next.slots[partition] ?? before;
    const incarnations = incarnationsOf(slot, before, input);
    const isSame = slot.epoch === before.epoch && isEqual(incarnations, before.incarnations);
    return isSame ? cleared(before, input) : granted(before, { slot, incarnations, generation }, input);
  });
  return slots.every((slot, partition) => slot === previous.slots[partition])
    ? undefined
    : { generation, slots };
}

export const isSameLife = (a: Life, b: Life): boolean => a.node === b.node && a.incarnation === b.incarnation;

/** A node without a record, which keeps its partitions while nobody can take them, keeps the life it had. */
function incarnationsOf(slot: Slot, before: Grant, { incarnations }: GrantInput): readonly string[] {
  return slot.owners.map(
    (owner) => incarnations.get(owner) ?? before.incarnations[before.owners.indexOf(owner)] ?? '',
  );
}

interface Change {
  readonly slot: Slot;
  readonly incarnations: readonly string[];
  readonly generation: number;
}

/** A new epoch, which begins when all who may serve an earlier one have let go. */
function granted(before: Grant, { slot, incarnations, generation }: Change, input: GrantInput): Grant {
  const { owners, sinceMs } = slot;
  const grant = { owners, incarnations, sinceMs, epoch: before.epoch + 1, began: generation, waitsFor: [] };
  if (!input.isExclusive) return grant;
  const owning = livesOf(grant);
  // Who owns it again ends its earlier epoch itself before it begins this one.
  const waitsFor = [...cleared(before, input).waitsFor, ...livesOf(before)].filter(
    (life) => !owning.some((owner) => isSameLife(owner, life)) && !hasEnded(life, input),
  );
  return { ...grant, waitsFor: waitsFor.length > waitsForMax ? [anybody] : waitsFor };
}

/** Without those who have let go since the epoch began; without any, once its owner has begun. */
function cleared(grant: Grant, { claimOf }: GrantInput): Grant {
  if (grant.waitsFor.length === 0) return grant;
  const hasBegun = livesOf(grant).some((owner) => (claimOf(owner)?.begun ?? 0) >= grant.began);
  const waitsFor = hasBegun ? [] : grant.waitsFor.filter((life) => (claimOf(life)?.letGo ?? 0) < grant.began);
  return waitsFor.length === grant.waitsFor.length ? grant : { ...grant, waitsFor };
}

const hasEnded = (life: Life, { claimOf }: GrantInput): boolean => claimOf(life)?.letGo === forGood;

const isEqual = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((each, index) => each === b[index]);
