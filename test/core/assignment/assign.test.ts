/** Stories of single generations: who has what before, what happens, who has what after, and why. */

import { describe, expect, it } from 'vitest';
import { assign } from '../../../core/assignment/rule/assign.js';
import { describeConcern, describeMove } from '../../../core/assignment/rule/moves.js';
import { emptyAssignment } from '../../../core/assignment/table/table.js';
import { plusMs } from '../../../core/time.js';
import { facts, inForce, inputOf, minuteMs, plain, shown, slot, startMs, tableOf } from './fleets.js';

type Question = Parameters<typeof inputOf>[0];

/** The table after one generation, and its moves in words. */
function told(question: Question): { readonly table: string; readonly moves: readonly string[] } {
  const input = inputOf(question);
  const answer = assign(input);
  return {
    table: shown(inForce(input, answer)),
    moves: answer.kind === 'changed' ? answer.moves.map(describeMove) : answer.concerns.map(describeConcern),
  };
}

const full = { settings: plain({ budgetShare: 1 }) };

describe('what must move', () => {
  it('is, at first, everything: the heaviest first, each where most room is', () => {
    const { table, moves } = told({
      previous: emptyAssignment(4),
      work: [10, 40, 20, 30],
      nodes: [facts('a'), facts('b')],
    });
    expect(table).toBe('aabb');
    expect(moves[1]).toBe('partition 1: nobody → a, nobody had it (0.40 of a)');
  });

  it('is what a dead node had, and nothing else', () => {
    const { table, moves } = told({
      previous: tableOf('aabbcc'),
      nodes: [facts('a'), facts('b', { health: 'silent' }), facts('c')],
    });
    expect(table).toBe('aaaccc');
    expect(moves).toEqual([
      'partition 2: b → a, b is gone (0.01 of a)',
      'partition 3: b → c, b is gone (0.01 of c)',
    ]);
  });

  it('is what a draining node has, however much that is', () => {
    const { table, moves } = told({
      previous: tableOf('aaaaaaab'),
      nodes: [facts('a', { health: 'draining' }), facts('b')],
    });
    expect(table).toBe('bbbbbbbb');
    expect(moves[0]).toBe('partition 0: a → b, a is draining (0.01 of b)');
  });

  it('goes to nodes that cannot reach AWS only when there are no others', () => {
    const degraded = facts('b', { health: 'degraded' });
    const stopped = facts('a', { health: 'stopped' });
    expect(told({ previous: tableOf('aab'), nodes: [stopped, degraded, facts('c')] }).table).toBe('ccb');
    expect(told({ previous: tableOf('aab'), nodes: [stopped, degraded] }).table).toBe('bbb');
  });

  it('stays where it is when nobody can take it, which is told unless all have said good-bye', () => {
    const of = (health: 'silent' | 'stopped') => ({
      previous: tableOf('aa'),
      nodes: [facts('a', { health })],
    });
    expect(told(of('silent'))).toEqual({
      table: 'aa',
      moves: ['no node can own a partition: nothing was moved'],
    });
    expect(told(of('stopped'))).toEqual({ table: 'aa', moves: [] });
  });

  it.each([
    // Taken to hold just its share, though it has one partition of nine: the two take turns.
    [15_001, 'cbcb'],
    [15_000, 'bbbb'],
  ])('goes to a node that was heard of %i ms ago as if to %s: unknown is not idle', (ageMs, taken) => {
    const old = facts('b', { measuredAtMs: plusMs(startMs, -ageMs) });
    const nodes = [facts('a', { health: 'silent' }), old, facts('c')];
    expect(told({ previous: tableOf('aaaabcccc'), nodes }).table).toBe(`${taken}bcccc`);
  });
});

describe('panic', () => {
  const dead = { health: 'silent' as const };
  const fleet = (letters: string, change: Parameters<typeof facts>[1] = {}) =>
    [...letters].map((node) => facts(node, change));

  it('is when five owners or more are silent, and these are more than half of all: nothing moves', () => {
    expect(
      told({ previous: tableOf('abcdefghi'), nodes: [...fleet('abcde', dead), ...fleet('fghi')] }),
    ).toEqual({
      table: 'abcdefghi',
      moves: ['5 of 9 nodes are silent: the measurement is suspect, nothing was moved'],
    });
    expect(told({ previous: tableOf('abcdefghi'), nodes: fleet('fghi') }).table).toBe('abcdefghi');
  });

  it('is not when just half are', () => {
    const nodes = [...fleet('abcde', dead), ...fleet('fghij')];
    expect(told({ previous: tableOf('abcdefghij'), nodes }).table).toBe('fghijfghij');
  });

  it.each([
    ['one of one', 'a', 'b'],
    ['two of three', 'ab', 'c'],
    ['four of five', 'abcd', 'e'],
  ])('is not in a small cluster, where %s died', (_, gone, left) => {
    const nodes = [...fleet(gone, dead), ...fleet(left)];
    expect(told({ previous: tableOf(gone + left.repeat(2)), nodes }).table).toBe(
      left.repeat(gone.length + 2),
    );
  });

  it('counts those that have come in their place as well', () => {
    const nodes = (come: string) => [...fleet('abcde', dead), facts('f'), ...fleet(come)];
    const previous = tableOf('abcdef');
    expect(told({ previous, nodes: nodes('ghi') }).moves).toEqual([
      '5 of 9 nodes are silent: the measurement is suspect, nothing was moved',
    ]);
    expect(told({ previous, nodes: nodes('ghij') }).moves).toHaveLength(5);
    const unwell = [...nodes(''), ...fleet('ghij', { health: 'stopped' })];
    expect(told({ previous, nodes: unwell }).table).toBe('abcdef');
  });

  it('is not of nodes that report, whatever they say of themselves', () => {
    const previous = tableOf('abcdef');
    for (const health of ['stopped', 'draining', 'starting'] as const)
      expect(told({ previous, nodes: [...fleet('abcde', { health }), facts('f')] }).table).toBe('ffffff');
  });

  it('does not come of AppConfig being away: what a dead node had still moves', () => {
    const nodes = [facts('a', dead), ...fleet('bcdefghij', { health: 'degraded' })];
    const { table, moves } = told({ previous: tableOf('abcdefghij'), nodes });
    expect(table).toMatch(/^[b-j]bcdefghij$/);
    expect(moves).toEqual([expect.stringContaining('a is gone')]);
  });
});

describe('the band', () => {
  // Ten partitions of 6: 0.30 and 0.30 in balance.
  const work = Array.from({ length: 10 }, () => 6);
  it.each([
    ['0.36 and 0.24 stay', 'aaaaaabbbb', 'aaaaaabbbb'],
    ['0.42 and 0.18 move by most of the excess, and whole partitions', 'aaaaaaabbb', 'aaaaabbbbb'],
    ['0.60 and nothing are evened out', 'aaaaaaaaaa', 'aaaaabbbbb'],
  ])('%s', (_, before, after) => {
    expect(
      told({ previous: tableOf(before), work, nodes: [facts('a'), facts('b')], ...full })
        .table.split('')
        .sort(),
    ).toEqual(after.split('').sort());
  });

  it('is come towards by four fifths of the excess at once', () => {
    const previous = tableOf('a'.repeat(54) + 'b'.repeat(6));
    const { moves } = told({
      previous,
      work: previous.slots.map(() => 1),
      nodes: [facts('a'), facts('b')],
      ...full,
    });
    expect(moves).toHaveLength(20);
  });

  it('is absolute: 0.10 of capacity, however small the mean', () => {
    const nodes = [facts('a'), facts('b')];
    expect(told({ previous: tableOf('aaab'), work: [3, 3, 3, 0], nodes, ...full }).table).toBe('aaab');
  });

  it('counts what a node has to do besides its partitions', () => {
    const busy = facts('a', { load: 0.5, work: 20 });
    const { moves } = told({
      previous: tableOf('aaaabbbb'),
      work: work.slice(0, 8).map(() => 5),
      nodes: [busy, facts('b', { load: 0.2, work: 20 })],
      ...full,
    });
    expect(moves).toEqual([
      'partition 0: a → b, a has too much to do (0.05 of b)',
      'partition 1: a → b, a has too much to do (0.05 of b)',
      'partition 3: a → b, a has too much to do (0.05 of b)',
    ]);
  });

  it('is not for the first ten seconds of a life, whose numbers say nothing', () => {
    const besides = { load: 0.9, work: 20 };
    const question = (ageMs: number) => ({
      previous: tableOf('aaaabbbb'),
      work: work.slice(0, 8),
      nodes: [facts('a', { ...besides, sinceMs: plusMs(startMs, -ageMs) }), facts('b')],
      settings: plain({ slowStartMs: 0, budgetShare: 1 }),
    });
    expect(told(question(9_999)).moves).toEqual([]);
    expect(told(question(10_000)).moves).toHaveLength(4);
  });
});

describe('the budget', () => {
  it('is 9 % of all partitions in one generation, and at least one', () => {
    const previous = tableOf('a'.repeat(100));
    const { moves } = told({
      previous,
      work: previous.slots.map(() => 0.8),
      nodes: [facts('a'), facts('b')],
    });
    expect(moves).toHaveLength(9);
    const few = tableOf('aaaa');
    expect(
      told({ previous: few, work: [10, 10, 10, 10], nodes: [facts('a'), facts('b')] }).moves,
    ).toHaveLength(1);
  });
});

describe('the rest of what has just moved', () => {
  const settings = plain({ dwellMs: 20_000, budgetShare: 1 });
  const slots = tableOf('aaaaaaaaaa').slots;
  const moved = (agoMs: number, each: number) =>
    told({
      previous: {
        generation: 1,
        slots: slots.map((known) => ({ ...known, sinceMs: plusMs(startMs, -agoMs) })),
      },
      work: slots.map(() => each),
      nodes: [facts('a'), facts('b', { sinceMs: startMs })],
      settings,
    }).moves.filter((move) => move.includes('→')).length;

  it('lasts 20 s', () => {
    expect(moved(19_999, 10)).toBe(0);
    expect(moved(20_000, 10)).toBeGreaterThan(0);
  });

  it('is not for a node that has more than half again of what it can do: that is no chance', () => {
    expect(moved(0, 15)).toBe(0);
    expect(moved(0, 15.1)).toBeGreaterThan(0);
  });
});

describe('a new node', () => {
  const previous = tableOf('aaaaaaaaaabbbbbbbbbb');
  const nodes = (ageMs: number) => [facts('a'), facts('b'), facts('n', { sinceMs: plusMs(startMs, -ageMs) })];
  const work = previous.slots.map(() => 6);

  it.each([
    [0, 1],
    [22_500, 4],
    [45_000, 6],
  ])('%i ms after its start holds %i partitions', (ageMs, held) => {
    const { table } = told({ previous, work, nodes: nodes(ageMs), ...full });
    expect(table.split('n').length - 1).toBe(held);
  });

  it('takes from those that have most, and leaves them balanced', () => {
    const { table, moves } = told({ previous, work: work.map(() => 3), nodes: nodes(minuteMs), ...full });
    expect([table.split('a').length - 1, table.split('b').length - 1]).toEqual([7, 7]);
    expect(moves[0]).toMatch(/^partition \d+: [ab] → n, n is new \(0\.03 of n\)$/);
  });

  it('gets nothing of an idle fleet’s that is not worth a move, and its part of the reserve otherwise', () => {
    const idle = work.map(() => 0);
    expect(told({ previous, work: idle, nodes: nodes(minuteMs), ...full }).moves).toEqual([]);
    const settings = plain({ reserveShare: 0.05, budgetShare: 1 });
    expect(told({ previous, work: idle, nodes: nodes(minuteMs), settings }).table.split('n').length - 1).toBe(
      6,
    );
  });
});

describe('a restarted node', () => {
  it('keeps what it has, and takes little at first', () => {
    const nodes = [
      facts('a', { sinceMs: plusMs(startMs, -15_000) }),
      facts('b'),
      facts('c', { health: 'silent' }),
    ];
    const { table } = told({
      previous: tableOf('aaaabbbbcccc'),
      work: Array.from({ length: 12 }, () => 10),
      nodes,
    });
    expect(table).toBe('aaaabbbbbbbb');
  });
});

describe('a partition hotter than the band', () => {
  const previous = tableOf('aaaabbbb');
  const work = [60, 5, 5, 5, 5, 5, 5, 5];
  const nodes = [facts('a'), facts('b')];

  it('gets its node for itself, as the others leave', () => {
    const first = inputOf({ previous, work, nodes, ...full });
    expect(shown(inForce(first, assign(first)))).toBe('abbbbbbb');
  });

  it('is told, when it may have no more owners', () => {
    const answer = assign(inputOf({ previous: tableOf('abbbbbbb'), work, nodes }));
    expect(answer.concerns.map(describeConcern)).toEqual([
      'partition 0 is 0.60 of node a and may have no more owners',
    ]);
  });
  it('gets several owners where its work may be done by several, apart in their zones', () => {
    const zoned = [
      facts('a', { zone: 'x' }),
      facts('b', { zone: 'x' }),
      facts('c', { zone: 'y' }),
      facts('d', { zone: 'y' }),
    ];
    const settings = plain({ owners: { most: 2 } });
    const { table, moves } = told({ previous: tableOf('abccccdd'), work, nodes: zoned, settings });
    expect(table).toBe('a+dbccccdd');
    expect(moves).toEqual(['partition 0: nobody → d, it is hot and may have several owners (0.30 of d)']);
  });

  it('never gets more owners than it may have', () => {
    const slots = [slot('a', 'b'), slot('c')];
    const settings = plain({ budgetShare: 1, owners: { most: 2 } });
    const { moves } = told({
      previous: { generation: 1, slots },
      work: [150, 1],
      nodes: [facts('a'), facts('b'), facts('c')],
      settings,
    });
    expect(moves).toEqual(['partition 0 is 0.75 of node a and may have no more owners']);
  });

  it('is shared by its owners as they can', () => {
    const slots = [slot('a', 'b'), slot('a'), slot('b')];
    const unequal = [facts('a', { capacity: 200 }), facts('b')];
    const settings = plain({ owners: { most: 2 } });
    expect(
      told({ previous: { generation: 1, slots }, work: [90, 20, 10], nodes: unequal, settings }).moves,
    ).toEqual([]);
  });

  it('gives an owner back when it has cooled', () => {
    const slots = [slot('a', 'b'), ...tableOf('aaaabbb').slots];
    const settings = plain({ owners: { most: 2 } });
    const question = (heat: number) => ({
      previous: { generation: 1, slots },
      work: [heat, 5, 5, 5, 5, 5, 5, 5],
      nodes,
      settings,
    });
    expect(told(question(12)).table).toBe('a+baaaabbb');
    expect(told(question(3))).toEqual({
      table: 'baaaabbb',
      moves: ['partition 0: a → nobody, it is no longer hot'],
    });
  });

  it('keeps the owners that live when one of them dies', () => {
    const slots = [slot('a', 'b'), slot('a'), slot('b'), slot('c')];
    const settings = plain({ owners: { most: 2 } });
    const living = [facts('a'), facts('b', { health: 'silent' }), facts('c')];
    expect(told({ previous: { generation: 1, slots }, nodes: living, settings }).table).toBe('aacc');
  });
});

describe('a fleet that is offered more than it can do', () => {
  it('is told', () => {
    const answer = assign(
      inputOf({ previous: tableOf('ab'), work: [150, 90], nodes: [facts('a'), facts('b')] }),
    );
    expect(answer.concerns.map(describeConcern)[0]).toBe('the fleet is offered 1.20 of what it can do');
  });
});

it('weighs a partition that nobody measured as the others on average', () => {
  const { table } = told({
    previous: emptyAssignment(3),
    work: [30, undefined, 10],
    nodes: [facts('a'), facts('b')],
  });
  expect(table).toBe('abb');
});
