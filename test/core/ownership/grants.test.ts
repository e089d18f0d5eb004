import { describe, expect, it } from 'vitest';
import {
  emptyAssignment,
  type Grant,
  type GrantTable,
  type Life,
  type Slot,
} from '../../../core/assignment/table/table.js';
import { type Claim, forGood } from '../../../core/ownership/claims.js';
import { grantsAfter } from '../../../core/ownership/grants.js';
import { epochMs } from '../../../core/time.js';

/** `a1`: the first life of node a. */
const life = (name: string): Life => ({ node: name.charAt(0), incarnation: name });
const slot = (owner: string, epoch: number): Slot => ({ owners: [owner], epoch, sinceMs: epochMs(1_000) });

interface Said {
  readonly lives: readonly string[];
  readonly claims?: Readonly<Record<string, Claim>>;
  readonly isExclusive?: boolean;
}

function written(
  previous: GrantTable,
  next: readonly Slot[],
  { lives, claims = {}, isExclusive = true }: Said,
) {
  return grantsAfter({
    previous,
    next: { generation: previous.generation + 1, slots: next },
    incarnations: new Map(lives.map((name) => [name.charAt(0), name])),
    claimOf: ({ incarnation }) => claims[incarnation],
    isExclusive,
  });
}

function must(table: GrantTable | undefined): GrantTable {
  if (!table) throw new Error('nothing was written');
  return table;
}

const only = ({ slots }: GrantTable): Grant => slots[0] as Grant;
const waits = (table: GrantTable): string[] => only(table).waitsFor.map(({ incarnation }) => incarnation);

/** Generation 1: a1 has it; 2: b1, which waits for a1. */
const first = must(written(emptyAssignment(1), [slot('a', 1)], { lives: ['a1'] }));
const second = must(written(first, [slot('b', 2)], { lives: ['a1', 'b1'] }));

describe('grants', () => {
  it('of what nobody had wait for nobody', () => {
    expect(first).toEqual({
      generation: 1,
      slots: [{ owners: ['a'], incarnations: ['a1'], epoch: 1, sinceMs: 1_000, began: 1, waitsFor: [] }],
    });
  });

  it('of what another had wait for that life', () => {
    expect(only(second)).toMatchObject({ epoch: 2, began: 2, incarnations: ['b1'], waitsFor: [life('a1')] });
  });

  it('are cleared when that life has let go of the generation that took it, and not sooner', () => {
    const lives = ['a1', 'b1'];
    expect(written(second, second.slots, { lives, claims: { a1: { letGo: 1, begun: 1 } } })).toBeUndefined();
    const cleared = must(written(second, second.slots, { lives, claims: { a1: { letGo: 2, begun: 1 } } }));
    expect([cleared.generation, only(cleared).epoch, only(cleared).began, waits(cleared)]).toEqual([
      3,
      2,
      2,
      [],
    ]);
  });

  it('are cleared when the owner has begun', () => {
    const lives = ['b1'];
    expect(written(second, second.slots, { lives, claims: { b1: { letGo: 2, begun: 1 } } })).toBeUndefined();
    expect(
      waits(must(written(second, second.slots, { lives, claims: { b1: { letGo: 2, begun: 2 } } }))),
    ).toEqual([]);
  });

  it('of a new life of the owner are a new epoch, which waits for the earlier life', () => {
    const restarted = must(written(first, first.slots, { lives: ['a2'] }));
    expect([only(restarted).epoch, waits(restarted)]).toEqual([2, ['a1']]);
  });

  it('do not wait for a life that has let go for good', () => {
    const ended = { a1: { letGo: forGood, begun: 0 } };
    expect(waits(must(written(first, first.slots, { lives: ['a2'], claims: ended })))).toEqual([]);
  });

  it('wait on for those who were waited for, but never for their own owner', () => {
    const third = must(written(second, [slot('c', 3)], { lives: ['a1', 'b1', 'c1'] }));
    expect(waits(third)).toEqual(['a1', 'b1']);
    expect(waits(must(written(third, [slot('a', 4)], { lives: ['a1', 'b1', 'c1'] })))).toEqual(['b1', 'c1']);
  });

  it('name four lives at most; beyond, they wait for a life that never says anything', () => {
    let table = second;
    for (const [index, name] of ['c1', 'd1', 'e1'].entries())
      table = must(written(table, [slot(name.charAt(0), 3 + index)], { lives: [name] }));
    expect(waits(table)).toEqual(['a1', 'b1', 'c1', 'd1']);
    const overfull = must(written(table, [slot('f', 6)], { lives: ['f1'] }));
    expect(only(overfull).waitsFor).toEqual([{ node: '', incarnation: '' }]);
  });

  it('wait for nobody where several may do the work at once', () => {
    expect(waits(must(written(first, [slot('b', 2)], { lives: ['a1', 'b1'], isExclusive: false })))).toEqual(
      [],
    );
  });

  it('stay with the life they have while a node has no record', () => {
    expect(written(first, first.slots, { lives: [] })).toBeUndefined();
  });
});
