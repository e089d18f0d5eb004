import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  applyRosterChanges,
  rosterChangesBetween,
} from '../../../../core/assignment/table/roster-changes.js';
import type { Roster, RosterNode } from '../../../../core/fleet/roster.js';

const member = (node: string, about: Partial<RosterNode> = {}): RosterNode => ({
  node,
  incarnation: `${node}-1`,
  labels: { zone: 'a' },
  health: 'ready',
  unitsPerSecond: 100,
  ...about,
});
const rosterOf = (revision: number, ...nodes: RosterNode[]): Roster => ({ revision, nodes });
const keyed = (value: Roster, key = 'one') => ({ key, value });

const rosters: fc.Arbitrary<Roster> = fc.record({
  revision: fc.integer({ min: 1, max: 2 ** 40 }),
  nodes: fc
    .uniqueArray(
      fc.record<RosterNode>({
        node: fc.constantFrom('a', 'B', 'ab', 'ä', 'z', '10', '9', '✓', '__proto__'),
        incarnation: fc.constantFrom('1', '2'),
        labels: fc.constantFrom({}, { zone: 'a' }, { zone: 'b', cohort: 'x' }),
        health: fc.constantFrom('ready', 'draining'),
        unitsPerSecond: fc.constantFrom(1, 2.5),
      }),
      { selector: ({ node }) => node },
    )
    .map((nodes) => nodes.toSorted((a, b) => (a.node < b.node ? -1 : 1))),
});

describe('what changed in a roster', () => {
  it('makes the next one of the one before, whichever they are', () => {
    fc.assert(
      fc.property(rosters, rosters, (before, next) => {
        const changes = rosterChangesBetween(keyed(before), next);
        expect(applyRosterChanges(keyed(before), changes)).toEqual({ kind: 'applied', value: next });
      }),
      { numRuns: 300 },
    );
  });

  it('names who left, who came and who says something else', () => {
    const before = rosterOf(3, member('a'), member('b'), member('d'));
    const next = rosterOf(4, member('a'), member('c'), member('d', { drained: true }));
    expect(rosterChangesBetween(keyed(before), next)).toEqual({
      form: 1,
      base: 'one',
      revision: 4,
      left: ['b'],
      nodes: [member('c'), member('d', { drained: true })],
    });
  });

  it('is nothing where names are in no order, or there twice', () => {
    const before = keyed(rosterOf(1, member('a')));
    expect(rosterChangesBetween(before, rosterOf(2, member('b'), member('a')))).toBeUndefined();
    expect(rosterChangesBetween(before, rosterOf(2, member('a'), member('a')))).toBeUndefined();
  });

  it('refuses another base', () => {
    const changes = rosterChangesBetween(keyed(rosterOf(1)), rosterOf(2, member('a')));
    expect(applyRosterChanges(keyed(rosterOf(1), 'two'), changes)).toEqual({ kind: 'otherBase' });
  });

  it('is unreadable in another form, and says why', () => {
    const changes = rosterChangesBetween(keyed(rosterOf(1)), rosterOf(2, member('a')));
    for (const read of [undefined, { ...changes, form: 2 }, { ...changes, nodes: [{ node: 'a' }] }])
      expect(applyRosterChanges(keyed(rosterOf(1)), read)).toEqual({
        kind: 'unreadable',
        reason: expect.stringMatching(/./),
      });
  });
});
