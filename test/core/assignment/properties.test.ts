/** What holds for every fleet, whatever its sizes, its work and its misfortunes. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assign } from '../../../core/assignment/rule/assign.js';
import type { AssignmentInput, NodeFacts } from '../../../core/assignment/rule/facts.js';
import { isForced, type Move } from '../../../core/assignment/rule/moves.js';
import { plusMs } from '../../../core/time.js';
import { facts, fleets, inForce, loadsOf, meanLoadOf, plain, settle, settledFleets } from './fleets.js';

const seeds = { numRuns: 200, interruptAfterTimeLimit: 20_000, markInterruptAsFailure: true };

/** What befalls a fleet from one generation to the next. */
const turns = fc.array(
  fc.record({
    node: fc.nat(11),
    health: fc.constantFrom<NodeFacts['health']>(
      'ready',
      'ready',
      'silent',
      'draining',
      'stopped',
      'degraded',
      'starting',
    ),
    partition: fc.nat(700),
    times: fc.double({ min: 0, max: 40, noNaN: true }),
    passedMs: fc.integer({ min: 0, max: 60_000 }),
    expired: fc.boolean(),
  }),
  { minLength: 1, maxLength: 8 },
);

/** Plays turns and hands each generation's question and answer to a check. */
function play(
  first: AssignmentInput,
  happened: typeof turns extends fc.Arbitrary<infer T> ? T : never,
  check: (input: AssignmentInput, answer: ReturnType<typeof assign>) => void,
): void {
  let input = first;
  for (const { node, health, partition, times, passedMs, expired } of [undefined, ...happened].map(
    (turn) => turn ?? nothing,
  )) {
    const nowMs = plusMs(input.nowMs, passedMs);
    const nodes = input.nodes.map((each, index) => ({
      ...each,
      health: index === node % input.nodes.length ? health : each.health,
      measuredAtMs: expired && index === partition % input.nodes.length ? plusMs(nowMs, -20_000) : nowMs,
    }));
    const work = input.work.map((each, index) => (index === partition ? (each ?? 0) * times : each));
    input = { ...input, nowMs, nodes, work };
    const answer = assign(input);
    check(input, answer);
    input = { ...input, previous: inForce(input, answer) };
  }
}
const nothing = {
  node: 0,
  health: 'ready' as const,
  partition: 100_000,
  times: 1,
  passedMs: 1_000,
  expired: false,
};

const alive = ({ nodes }: AssignmentInput) =>
  new Set(nodes.filter(({ health }) => health === 'ready' || health === 'degraded').map(({ node }) => node));

/** Load of each node: by its partitions, by those that it had to take in this generation, and by what else it said it has to do. */
function burdensOf(input: AssignmentInput, moves: readonly Move[]): Map<string, number> {
  const burdens = loadsOf(input.previous, input);
  for (const { node, capacity, load, work } of input.nodes) {
    const taken = moves.filter((move) => isForced(move) && move.to === node);
    const given = taken.reduce((sum, { partition }) => sum + (input.work[partition] ?? 0), 0);
    const besides = Math.max(0, load - work / capacity);
    burdens.set(node, (burdens.get(node) ?? 0) + given / capacity + besides);
  }
  return burdens;
}

describe('every generation', () => {
  it('gives each partition exactly one owner, who can serve it', () => {
    fc.assert(
      fc.property(fleets, turns, (fleet, happened) => {
        play(fleet, happened, (input, answer) => {
          if (answer.kind === 'unchanged') return;
          const able = alive(input);
          const wrong = answer.assignment.slots.filter(
            ({ owners: [owner, ...others] }) => others.length > 0 || !able.has(owner ?? ''),
          );
          expect(wrong).toEqual([]);
        });
      }),
      seeds,
    );
  });

  it('gives each partition its declared number of different owners, as far as there are nodes', () => {
    fc.assert(
      fc.property(fleets, turns, fc.integer({ min: 2, max: 3 }), (fleet, happened, least) => {
        const settings = plain({ owners: { least, most: 4 } });
        play({ ...fleet, settings }, happened, (input, answer) => {
          if (answer.kind === 'unchanged') return;
          const takers = input.nodes.filter(({ health }) => health === 'ready').length;
          const fewest = Math.min(least, Math.max(1, takers));
          const wrong = answer.assignment.slots.filter(
            ({ owners }) =>
              new Set(owners).size !== owners.length || owners.length < fewest || owners.length > 4,
          );
          expect(wrong).toEqual([]);
        });
      }),
      { numRuns: 100 },
    );
  });

  it('moves no more than the budget without need, and every move is told', () => {
    fc.assert(
      fc.property(fleets, turns, (fleet, happened) => {
        play(fleet, happened, (input, answer) => {
          if (answer.kind === 'unchanged') return;
          const budget = Math.max(1, Math.floor(0.09 * input.previous.slots.length));
          expect(answer.moves.filter((move) => !isForced(move)).length).toBeLessThanOrEqual(budget);
          const changed = answer.assignment.slots.flatMap(({ owners }, partition) =>
            owners[0] === input.previous.slots[partition]?.owners[0] ? [] : [partition],
          );
          expect(answer.moves.map(({ partition }) => partition)).toEqual(changed);
        });
      }),
      seeds,
    );
  });

  it('counts up by one, and so does the epoch of what changed, and of nothing else', () => {
    fc.assert(
      fc.property(fleets, turns, (fleet, happened) => {
        play(fleet, happened, (input, answer) => {
          if (answer.kind === 'unchanged') return;
          expect(answer.assignment.generation).toBe(input.previous.generation + 1);
          const expected = answer.assignment.slots.map((slot, partition) => {
            const before = input.previous.slots[partition];
            if (before?.owners[0] === slot.owners[0]) return before;
            return { owners: slot.owners, epoch: (before?.epoch ?? 0) + 1, sinceMs: input.nowMs };
          });
          expect(answer.assignment.slots).toEqual(expected);
        });
      }),
      seeds,
    );
  });

  it('is the same for the same facts, in whatever order they come', () => {
    fc.assert(
      fc.property(fleets, turns, fc.integer(), (fleet, happened, salt) => {
        play(fleet, happened, (input, answer) => {
          const shuffled = input.nodes.toSorted(
            (a, b) => ((a.node.charCodeAt(1) * salt) % 7) - ((b.node.charCodeAt(1) * salt) % 7),
          );
          expect(assign({ ...input, nodes: shuffled })).toEqual(answer);
          expect(assign({ ...input, nodes: input.nodes.toReversed() })).toEqual(answer);
        });
      }),
      { numRuns: 150 },
    );
  });

  it('moves no partition again without need while it rests, but from a node with far too much to do', () => {
    fc.assert(
      fc.property(fleets, turns, (fleet, happened) => {
        play({ ...fleet, settings: plain({ dwellMs: 20_000 }) }, happened, (input, answer) => {
          if (answer.kind === 'unchanged') return;
          const burdens = burdensOf(input, answer.moves);
          const isOverloaded = (node = '') => (burdens.get(node) ?? 0) > 1.4;
          for (const move of answer.moves.filter((each) => !isForced(each) && !isOverloaded(each.from)))
            expect(input.nowMs - (input.previous.slots[move.partition]?.sinceMs ?? 0)).toBeGreaterThanOrEqual(
              20_000,
            );
        });
      }),
      seeds,
    );
  });

  it('makes no node hotter than the fleet’s mean and band by moves that need not be', () => {
    fc.assert(
      fc.property(settledFleets, fc.double({ min: 0, max: 30, noNaN: true }), ({ input, choice }, times) => {
        const work = input.work.map((each, partition) =>
          partition === choice % input.work.length ? (each ?? 0) * times : each,
        );
        const changed = { ...input, work };
        const before = loadsOf(input.previous, changed);
        const after = loadsOf(inForce(changed, assign(changed)), changed);
        const heaviest = Math.max(...work.map((each) => each ?? 0));
        for (const { node, capacity } of input.nodes) {
          const allowed = Math.max(before.get(node) ?? 0, meanLoadOf(changed) + heaviest / capacity);
          expect(after.get(node)).toBeLessThanOrEqual(allowed + 1e-9);
        }
      }),
      seeds,
    );
  });
});

describe('a fleet under steady load', () => {
  it('comes to rest within the band, as far as its partitions are fine enough, and stays there', () => {
    fc.assert(
      fc.property(fleets, (fleet) => {
        const { table, generations } = settle(fleet);
        expect(generations).toBeLessThan(60);
        const heaviest = Math.max(...fleet.work.map((each) => each ?? 0));
        const mean = meanLoadOf(fleet);
        for (const { node, capacity } of fleet.nodes) {
          const load = loadsOf(table, fleet).get(node) ?? 0;
          expect(Math.abs(load - mean)).toBeLessThanOrEqual(0.1 + heaviest / capacity + 1e-9);
        }
      }),
      seeds,
    );
  });

  it('moves nothing inside the band, however its load wavers there', () => {
    fc.assert(
      fc.property(
        settledFleets,
        fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 13, maxLength: 13 }),
        ({ input }, noise) => {
          const mean = meanLoadOf(input);
          const loads = [...loadsOf(input.previous, input).values()];
          const room = 0.1 - Math.max(...loads.map((load) => Math.abs(load - mean)));
          fc.pre(room > 0);
          // Wavering by a share moves a load, and the mean, by at most that share of the greatest load.
          const share = room / 2 / Math.max(...loads);
          const work = input.work.map(
            (each, partition) => (each ?? 0) * (1 + 0.99 * share * (noise[partition % 13] ?? 0)),
          );
          expect(assign({ ...input, work })).toMatchObject({ kind: 'unchanged' });
        },
      ),
      seeds,
    );
  });

  it('is less uneven after every generation', () => {
    fc.assert(
      fc.property(
        settledFleets,
        fc.array(fc.double({ min: 0.2, max: 5, noNaN: true }), { minLength: 13, maxLength: 13 }),
        ({ input }, noise) => {
          const work = input.work.map((each, partition) => (each ?? 0) * (noise[(partition * 5) % 13] ?? 1));
          let table = input.previous;
          for (let turn = 0; turn < 40; turn += 1) {
            const changed = { ...input, work, previous: table };
            const answer = assign(changed);
            if (answer.kind === 'unchanged') return;
            // Or as uneven, to the last digit; but it comes to rest.
            const before = unevenness(table, changed);
            expect(unevenness(answer.assignment, changed)).toBeLessThanOrEqual(before * (1 + 1e-12));
            table = answer.assignment;
          }
          expect.unreachable('it never came to rest');
        },
      ),
      seeds,
    );
  });

  it('comes to rest with partitions too heavy for most nodes, and keeps to the budget on the way', () => {
    const heavy = fc.array(
      fc.record({ partition: fc.nat(800), load: fc.double({ min: 0.5, max: 3, noNaN: true }) }),
      {
        minLength: 1,
        maxLength: 6,
      },
    );
    fc.assert(
      fc.property(settledFleets, heavy, fc.constantFrom(0.09, 0.4, 1), ({ input }, heavies, budgetShare) => {
        const work = [...input.work];
        for (const { partition, load } of heavies)
          work[partition % work.length] = load * (input.nodes[0]?.capacity ?? 0);
        const changed = { ...input, work, settings: plain({ budgetShare }) };
        const budget = Math.max(1, Math.floor(budgetShare * work.length));
        let table = input.previous;
        for (let turn = 0; turn < 100; turn += 1) {
          const answer = assign({ ...changed, previous: table });
          if (answer.kind === 'unchanged') return;
          expect(answer.moves.length).toBeLessThanOrEqual(budget);
          table = answer.assignment;
        }
        expect.unreachable('it never came to rest');
      }),
      seeds,
    );
  });
});

/** Work that is not where it should be. */
function unevenness(table: Parameters<typeof loadsOf>[0], input: AssignmentInput): number {
  const mean = meanLoadOf(input);
  const loads = loadsOf(table, input);
  return input.nodes.reduce(
    (sum, { node, capacity }) => sum + capacity * Math.abs((loads.get(node) ?? 0) - mean),
    0,
  );
}

describe('a node that goes', () => {
  it.each(['silent', 'stopped', 'draining', 'absent'] as const)(
    '%s: just its partitions must move, to others',
    (how) => {
      fc.assert(
        fc.property(settledFleets, ({ input, choice }) => {
          fc.pre(input.nodes.length > 2);
          const gone = input.nodes[choice % input.nodes.length] as NodeFacts;
          const nodes = input.nodes.flatMap((each) => {
            if (each !== gone) return [each];
            return how === 'absent' ? [] : [{ ...each, health: how }];
          });
          const answer = assign({ ...input, nodes });
          const held = input.previous.slots.flatMap(({ owners }, partition) =>
            owners[0] === gone.node ? [partition] : [],
          );
          if (answer.kind === 'unchanged') expect.unreachable('nothing moved');
          const forced = answer.moves.filter(isForced);
          expect(forced.map(({ partition }) => partition)).toEqual(held);
          expect(new Set(forced.map(({ reason }) => reason))).toEqual(
            new Set([how === 'silent' || how === 'absent' ? 'gone' : 'draining']),
          );
          expect(
            forced.every(({ from, to }) => from === gone.node && to !== undefined && to !== gone.node),
          ).toBe(true);
        }),
        { numRuns: 100 },
      );
    },
  );

  it('with five and more than half of all is a fault of the measurement: nothing moves; with fewer, what they had does', () => {
    fc.assert(
      fc.property(settledFleets, fc.nat(), fc.nat(6), fc.boolean(), ({ input }, dead, come, isAbsent) => {
        const many = 1 + (dead % (input.nodes.length - 1));
        const newcomers = Array.from({ length: come }, (_, index) => facts(`x${index}`));
        const left = input.nodes.slice(many);
        const silent = isAbsent
          ? []
          : input.nodes.slice(0, many).map((each) => ({ ...each, health: 'silent' as const }));
        const answer = assign({ ...input, nodes: [...silent, ...left, ...newcomers] });
        const known = input.nodes.length + come;
        if (many >= 5 && many > known / 2)
          expect(answer).toEqual({
            kind: 'unchanged',
            concerns: [{ kind: 'panic', suspects: many, known }],
          });
        else {
          const there = new Set([...left, ...newcomers].map(({ node }) => node));
          for (const { owners } of inForce(input, answer).slots)
            expect(owners.filter((owner) => !there.has(owner))).toEqual([]);
        }
      }),
      seeds,
    );
  });

  it('is no fault of the measurement while it reports', () => {
    fc.assert(
      fc.property(
        settledFleets,
        fc.constantFrom<NodeFacts['health']>('degraded', 'starting', 'draining'),
        ({ input }, health) => {
          const nodes = input.nodes.map((each, index) => (index > 0 ? { ...each, health } : each));
          expect(assign({ ...input, nodes }).concerns.filter(({ kind }) => kind === 'panic')).toEqual([]);
        },
      ),
      seeds,
    );
  });
});

describe('a node that comes', () => {
  it('is filled to what it may take, and never beyond it by more than a partition', () => {
    fc.assert(
      fc.property(settledFleets, fc.integer({ min: 0, max: 90_000 }), ({ input }, ageMs) => {
        const fresh = facts('new', { sinceMs: plusMs(input.nowMs, -ageMs), measuredAtMs: input.nowMs });
        const joined = { ...input, nodes: [...input.nodes, fresh] };
        const ramp = Math.min(1, Math.max(0.1, ageMs / 45_000));
        const [total, others] = [sumOf(input.work), sumOf(input.nodes.map(({ capacity }) => capacity))];
        // A fair share of what can be done now, of which it can do as much as it has come up to.
        const most =
          (total / (others + 100 * ramp)) * 100 * ramp + Math.max(...input.work.map((each) => each ?? 0));
        const load = loadsOf(inForce(joined, assign(joined)), joined).get('new') ?? 0;
        expect(load * 100).toBeLessThanOrEqual(most);
        if (ageMs >= 45_000) expect(loadsOf(settle(joined).table, joined).get('new')).toBeGreaterThan(0);
      }),
      seeds,
    );
  });
});

const sumOf = (values: readonly (number | undefined)[]): number =>
  values.reduce<number>((sum, value) => sum + (value ?? 0), 0);
