import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { strategies } from '../../../core/delivery/strategies.js';
import { blindChance, stepsOf, weaknesses } from '../../../core/guard/weaknesses.js';

const pace = { pollSeconds: 60, reportSeconds: 5, tickSeconds: 60 };
const steady = { durationMinutes: 30, growthType: 'LINEAR', growthPercent: 20, bakeMinutes: 10 } as const;

describe('the weaknesses of a rollout', () => {
  it('are none for many nodes, long steps and a long bake', () => {
    expect(weaknesses({ nodes: 40, strategy: steady, ...pace })).toEqual({ weaknesses: [] });
  });

  it('name few nodes, with the chance to see nothing, and propose two small steps for each', () => {
    expect(weaknesses({ nodes: 3, strategy: steady, ...pace })).toEqual({
      weaknesses: [
        {
          kind: 'few-nodes',
          words:
            '3 nodes: comparison weak, expect warnings or inconclusive; in 4 % of rollouts old and new are never seen side by side',
        },
      ],
      // Seven steps of 16 % and the interval before them: 8 × 125 s.
      proposal: { durationMinutes: 30, growthType: 'LINEAR', growthPercent: 16, bakeMinutes: 10 },
    });
  });

  it('name steps that are over before the guard sees them', () => {
    const { weaknesses: found, proposal } = weaknesses({
      nodes: 40,
      strategy: strategies['linear-20'],
      ...pace,
    });
    expect(found).toEqual([
      {
        kind: 'short-steps',
        words:
          'a step lasts 100 s; until the guard sees it 125 s pass (poll 60, report 5, look 60), so the next step may go out unjudged',
      },
    ]);
    // Five steps and the interval before them: 6 × 125 s = 12.5 min.
    expect(proposal).toEqual({
      durationMinutes: 13,
      growthType: 'LINEAR',
      growthPercent: 20,
      bakeMinutes: 10,
    });
  });

  it.each([
    [1, ['short-bake']],
    [2, []],
  ])('name a bake of %i minutes: %j', (bakeMinutes, kinds) => {
    const { weaknesses: found } = weaknesses({ nodes: 40, strategy: { ...steady, bakeMinutes }, ...pace });
    expect(found.map(({ kind }) => kind)).toEqual(kinds);
  });

  it('propose steps where all nodes would take the version at once', () => {
    const { weaknesses: found, proposal } = weaknesses({
      nodes: 40,
      strategy: strategies.immediate,
      ...pace,
    });
    expect(found.map(({ kind }) => kind)).toEqual(['few-nodes', 'short-steps', 'short-bake']);
    expect(found[0]?.words).toMatch(/in 100 % of rollouts/);
    expect(proposal).toEqual({ durationMinutes: 7, growthType: 'LINEAR', growthPercent: 50, bakeMinutes: 2 });
  });

  it('say of a single node that nothing compares it, and propose nothing for that', () => {
    const found = weaknesses({ nodes: 1, strategy: steady, ...pace });
    expect(found.weaknesses[0]?.words).toMatch(/^1 node: comparison weak, .* in 100 % of rollouts/);
    expect(found.proposal).toBeUndefined();
  });

  it('are gone under the proposal, but for the number of nodes', () => {
    const strategy = fc.record({
      durationMinutes: fc.integer({ min: 0, max: 60 }),
      growthType: fc.constantFrom('LINEAR' as const, 'EXPONENTIAL' as const),
      growthPercent: fc.integer({ min: 1, max: 100 }),
      bakeMinutes: fc.integer({ min: 0, max: 20 }),
    });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 60 }), strategy, (nodes, given) => {
        const { proposal } = weaknesses({ nodes, strategy: given, ...pace });
        if (!proposal) return;
        const left = weaknesses({ nodes, strategy: proposal, ...pace });
        expect(left.weaknesses.filter(({ kind }) => kind !== 'few-nodes')).toEqual([]);
        expect(left.proposal).toBeUndefined();
      }),
    );
  });
});

describe('steps', () => {
  it.each([
    ['LINEAR', 25, [25, 25, 25, 25]],
    ['LINEAR', 40, [40, 40, 20]],
    ['EXPONENTIAL', 10, [10, 10, 20, 40, 20]],
    ['LINEAR', 100, [100]],
  ] as const)('%s by %i %%', (growthType, growthPercent, steps) => {
    expect(stepsOf({ growthType, growthPercent })).toEqual(steps);
  });

  it('hide the comparison from three nodes in one rollout of 25, from twelve hardly ever', () => {
    expect(blindChance(3, steady)).toBeCloseTo(0.04, 12);
    expect(blindChance(12, steady)).toBeLessThan(1e-7);
  });
});
