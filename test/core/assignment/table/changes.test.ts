import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  applyChanges,
  changesBetween,
  type TableChanges,
} from '../../../../core/assignment/table/changes.js';
import { decodeAssignment, encodeAssignment } from '../../../../core/assignment/table/chunks.js';
import type { GrantTable } from '../../../../core/assignment/table/table.js';
import { epochMs } from '../../../../core/time.js';
import { granted, grantedOf, successions, tables } from './stored.js';

const keyed = (value: GrantTable, key = 'one') => ({ key, value });

/** What a reader gets who fetches all. */
function fetched(table: GrantTable): GrantTable {
  const read = decodeAssignment(encodeAssignment(table));
  if (read.kind !== 'table') throw new Error(read.kind);
  return read.assignment;
}

describe('what changed in a table', () => {
  it('makes the next one of the one before', () => {
    fc.assert(
      fc.property(successions, ([before, next]) => {
        const changes = changesBetween(keyed(before), next);
        expect(applyChanges(keyed(before), changes)).toEqual({ kind: 'applied', value: next });
      }),
      { numRuns: 300 },
    );
  });

  it('makes the same of any two tables as fetching does, and leaves the one before as it was', () => {
    const cut = (table: GrantTable, count: number) => ({ ...table, slots: table.slots.slice(0, count) });
    const alike = fc.tuple(tables, tables).map(([a, b]): readonly [GrantTable, GrantTable] => {
      const count = Math.min(a.slots.length, b.slots.length);
      return [cut(a, count), cut(b, count)];
    });
    fc.assert(
      fc.property(alike, ([a, b]) => {
        const held = fetched(a);
        expect(applyChanges(keyed(held), changesBetween(keyed(a), b))).toEqual({
          kind: 'applied',
          value: fetched(b),
        });
        expect(held).toEqual(fetched(a));
      }),
      { numRuns: 300 },
    );
  });

  it('names only slots that differ, and what stays is the very same', () => {
    const before = grantedOf('aaaaaaaa');
    const next = { generation: 2, slots: before.slots.with(5, granted('b', 2)) };
    const changes = changesBetween(keyed(before), next);
    expect(changes).toMatchObject({
      form: 1,
      base: 'one',
      generation: 2,
      partitions: 8,
      changed: 1,
      nodes: ['b'],
    });
    // One life, which is named. Five stay; one owner, the first; epoch 2; five bytes of seconds; began in 1; waits for none.
    const bytes = [...(changes?.slots ?? [])];
    expect(bytes.slice(0, 6)).toEqual([1, 0, 5, 1, 0, 2]);
    expect(bytes.slice(-2)).toEqual([1, 0]);
    expect(bytes).toHaveLength(13);
    const made = applyChanges(keyed(before), changes);
    const slots = made.kind === 'applied' ? made.value.slots : [];
    expect(slots.every((slot, partition) => slot === before.slots[partition])).toBe(false);
    expect(slots.filter((slot) => before.slots.includes(slot))).toHaveLength(7);
  });

  it('names no life that owned something before: it is the first owner of a partition', () => {
    const before = grantedOf('aabb');
    const next = { generation: 2, slots: before.slots.with(0, granted('b', 2)) };
    const changes = changesBetween(keyed(before), next);
    expect(changes).toMatchObject({ nodes: [], incarnations: [] });
    // One life, the first owner of partition 3 (0 would be a name); none stays before it.
    expect([...(changes?.slots ?? [])].slice(0, 4)).toEqual([1, 4, 0, 1]);
    expect(applyChanges(keyed(before), changes)).toEqual({ kind: 'applied', value: next });
  });

  it('are none where slots are written alike, to the second', () => {
    const before = { generation: 1, slots: [{ ...granted('a'), sinceMs: epochMs(2_000) }] };
    const alike = { generation: 2, slots: [{ ...granted('a'), sinceMs: epochMs(1_001) }] };
    expect(changesBetween(keyed(before), alike)?.changed).toBe(0);
    const later = { generation: 2, slots: [{ ...granted('a'), sinceMs: epochMs(2_001) }] };
    expect(changesBetween(keyed(before), later)?.changed).toBe(1);
  });

  it.each([
    ['the owner', { owners: ['b'] }],
    ['the owners', { owners: ['a', 'b'], incarnations: ['a-1', 'b-1'] }],
    ['the life', { incarnations: ['a-2'] }],
    ['the epoch', { epoch: 2 }],
    ['where it began', { began: 2 }],
    ['who is waited for', { waitsFor: [] }],
    ['whoever is waited for', { waitsFor: [{ node: 'd', incarnation: 'c-1' }] }],
    ['the life that is waited for', { waitsFor: [{ node: 'c', incarnation: 'c-2' }] }],
  ])('tell of a slot in which %s is another', (_, change) => {
    const slot = { ...granted('a'), waitsFor: [{ node: 'c', incarnation: 'c-1' }] };
    const before = { generation: 1, slots: [granted('b'), slot] };
    const next = { generation: 2, slots: [granted('b'), { ...slot, ...change }] };
    expect(changesBetween(keyed(before), next)?.changed).toBe(1);
    expect(applyChanges(keyed(before), changesBetween(keyed(before), next))).toEqual({
      kind: 'applied',
      value: next,
    });
  });

  it('are nothing where the number of partitions is another', () => {
    expect(changesBetween(keyed(grantedOf('aab')), grantedOf('aa', 2))).toBeUndefined();
    expect(changesBetween(keyed(grantedOf('aa')), grantedOf('aab', 2))).toBeUndefined();
  });

  it('refuse another base, though it be of the same generation', () => {
    const changes = changesBetween(keyed(grantedOf('aab')), grantedOf('abb', 2));
    expect(applyChanges(keyed(grantedOf('aab'), 'two'), changes)).toEqual({ kind: 'otherBase' });
  });

  const whole = changesBetween(keyed(grantedOf('aab')), grantedOf('cbb', 2)) as TableChanges;
  it.each([
    ['nothing', undefined],
    ['another form', { ...whole, form: 2 }],
    ['bytes that end too soon', { ...whole, slots: whole.slots.slice(0, -1) }],
    ['bytes that end after the lives', { ...whole, slots: whole.slots.slice(0, 3) }],
    ['a count that does not end', { ...whole, slots: Uint8Array.of(128) }],
    ['a life that owns nothing', { ...whole, slots: whole.slots.with(2, 4) }],
    ['a life too many', { ...whole, slots: Uint8Array.of(3, 0, 3, 9, ...whole.slots.slice(3)) }],
    ['a name that nobody has', { ...whole, nodes: ['c', 'd'], incarnations: ['c-1', 'd-1'] }],
    ['an owner without a name', { ...whole, nodes: [], incarnations: [] }],
    ['an owner without a life', { ...whole, incarnations: [] }],
    ['another number of partitions', { ...whole, partitions: 4 }],
    ['fewer slots than it has', { ...whole, changed: 1 }],
    ['a place beyond the table', { ...whole, slots: whole.slots.with(3, 3) }],
  ])('of %s are unreadable, and say why', (_, changes) => {
    expect(applyChanges(keyed(grantedOf('aab')), changes)).toEqual({
      kind: 'unreadable',
      reason: expect.stringMatching(/./),
    });
  });

  it('make no table of bytes that were cut, wherever', () => {
    fc.assert(
      fc.property(successions, fc.nat(), ([before, next], at) => {
        const changes = changesBetween(keyed(before), next);
        fc.pre(changes !== undefined && changes.slots.length > 0);
        const slots = changes?.slots.slice(0, at % (changes.slots.length || 1));
        expect(applyChanges(keyed(before), { ...changes, slots }).kind).toBe('unreadable');
      }),
      { numRuns: 300 },
    );
  });
});
