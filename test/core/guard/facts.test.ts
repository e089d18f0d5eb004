import { describe, expect, it } from 'vitest';
import type { NodeObservation } from '../../../core/guard/observations.js';
import { plusMs } from '../../../core/time.js';
import { finding, minuteMs, newLabel, seen, startMs, Watch } from './fleet.js';

type Change = Partial<NodeObservation>;
const refusing: Change = { refused: { label: newLabel, reason: 'limits.queueSize: must be at most 500' } };
const applied: Change = { label: newLabel };
const silent: Change = { silent: true, arrivedAtMs: plusMs(startMs, minuteMs) };
const life = (number: number, minute: number): Change => ({
  ...applied,
  incarnation: `life-${number}`,
  retired: Array.from({ length: number - 1 }, (_, index) => `life-${number - 1 - index}`),
  sinceMs: plusMs(startMs, minute * minuteMs - 5_000),
});

/** A minute each: the nodes as described; those of `others` are the same throughout. The last judgement. */
function judged(minutes: readonly Readonly<Record<string, Change>>[], settings = {}) {
  const watch = new Watch(settings);
  const judgements = minutes.map((nodes, minute) =>
    watch.look(Object.entries(nodes).map(([node, change]) => seen(node, minute, change))),
  );
  const last = judgements.at(-1);
  if (!last) throw new Error('a fact needs a minute');
  return { ...last, judgements };
}

const named = (count: number, change: Change, prefix = 'n'): Record<string, Change> =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`${prefix}${index}`, change]));

describe('refusals', () => {
  it.each([
    ['one of six that were offered it', 5, 1, 'warn'],
    ['one of five: a fifth', 4, 1, 'rollback'],
    ['two, however many took it', 200, 2, 'rollback'],
    ['all that were offered it, be it one', 0, 1, 'rollback'],
    ['none', 3, 0, 'none'],
  ])('by %s', (_, took, refused, action) => {
    const nodes = { ...named(took, applied), ...named(refused, refusing, 'r'), ...named(5, {}, 'old') };
    expect(judged([nodes]).action).toBe(action);
  });

  it('are told with who, how many and why', () => {
    expect(judged([{ ...named(40, applied), ...named(5, refusing, 'r') }])).toMatchObject({
      verdict: 'unhealthy',
      summary:
        '5 of 45 nodes that were offered it refused it (r0, r1, r2 and 2 more): limits.queueSize: must be at most 500',
    });
  });

  it('of another version are no news', () => {
    const before: Change = { refused: { label: 'v0-00000000', reason: 'long ago' } };
    expect(judged([{ a: before, b: before, c: applied }]).action).toBe('none');
  });
});

describe('crash loops', () => {
  const took = { ...named(8, applied), ...named(10, {}, 'old') };

  it.each([
    ['one node, two new lives, of eight', [life(3, 2)], 'warn'],
    ['two nodes', [life(3, 2), life(3, 2)], 'rollback'],
    ['two nodes that restarted once', [life(2, 2), life(2, 2)], 'none'],
  ])('of %s', (_, lives, action) => {
    const crashed = Object.fromEntries(lives.map((each, index) => [`n${index}`, each]));
    expect(judged([{ ...took }, { ...took }, { ...took, ...crashed }]).action).toBe(action);
  });

  it('of a fifth of the nodes roll back', () => {
    const five = named(5, applied);
    expect(judged([five, five, { ...five, n0: life(3, 2) }]).action).toBe('rollback');
  });

  it('are seen from look to look, of the only node too', () => {
    const { judgements } = judged([{ a: applied }, { a: life(2, 1) }, { a: life(3, 2) }]);
    expect(judgements.map(({ action }) => action)).toEqual(['none', 'none', 'rollback']);
  });

  it.each([
    ['within', 5, 'rollback'],
    ['later than', 6, 'none'],
  ])('count %s five minutes of applying', (_, minute, action) => {
    const calm = Array.from({ length: minute }, () => ({ a: applied, old: {} }));
    expect(judged([...calm, { a: life(3, minute), old: {} }]).action).toBe(action);
  });

  it('are not the version’s doing when old nodes crash as often', () => {
    const nodes = { ...named(4, applied), ...named(4, {}, 'old') };
    const { label: _held, ...crashing } = life(3, 2);
    const all = { ...nodes, n0: life(3, 2), n1: life(3, 2), old0: crashing, old1: crashing };
    const judgement = judged([nodes, nodes, all]);
    expect(judgement.action).toBe('warn');
    expect(judgement.summary).toBe(
      '2 of 4 nodes that took it restarted again and again (n0, n1); so did 2 of 4 old',
    );
  });

  it('are the version’s doing when one old node of many crashes too', () => {
    const nodes = { ...named(4, applied), ...named(30, {}, 'old') };
    const { label: _held, ...crashing } = life(3, 2);
    expect(judged([nodes, nodes, { ...nodes, n0: life(3, 2), n1: life(3, 2), old0: crashing }]).action).toBe(
      'rollback',
    );
  });
});

describe('silence', () => {
  const falls = (count: number, of: number, change: Change = silent) => {
    const nodes = { ...named(of, applied), ...named(5, {}, 'old') };
    return judged([nodes, nodes, { ...nodes, ...named(count, { ...applied, ...change }) }]);
  };

  it.each([
    [1, 1, 'warn'],
    [1, 3, 'warn'],
    [1, 40, 'warn'],
    [2, 40, 'rollback'],
    [2, 200, 'rollback'],
    [2, 201, 'warn'],
    [3, 201, 'rollback'],
  ])('of %i of %i nodes', (count, of, action) => {
    expect(falls(count, of).action).toBe(action);
  });

  it('of the only node that took it, twice, rolls back', () => {
    const again = { ...applied, ...silent, arrivedAtMs: plusMs(startMs, 3 * minuteMs) };
    const { judgements } = judged([
      { a: applied, old: {} },
      { a: applied, old: {} },
      { a: { ...applied, ...silent }, old: {} },
      { a: applied, old: {} },
      { a: again, old: {} },
    ]);
    expect(judgements.map(({ action }) => action)).toEqual(['none', 'none', 'warn', 'none', 'rollback']);
  });

  it('of all is silence of none: nothing arrives, from whomever', () => {
    const nodes = { ...named(3, applied), ...named(3, {}, 'old') };
    const all = Object.fromEntries(
      Object.entries(nodes).map(([name, change]) => [name, { ...change, ...silent }]),
    );
    const { judgements, state } = judged([nodes, nodes, all, all]);
    expect(judgements.map(({ action }) => action)).toEqual(['none', 'none', 'none', 'none']);
    expect(Object.values(state.nodes).map(({ silences }) => silences)).toEqual([0, 0, 0, 0, 0, 0]);
  });

  it('is told by anything that arrives later, be it a goodbye', () => {
    const nodes = named(3, applied);
    const gone = { ...nodes, n0: { ...applied, ...silent }, n1: { ...applied, ...silent } };
    const { findings } = judged([nodes, nodes, { ...gone, n2: { ...applied, health: 'stopped' } }]);
    expect(findings.find(({ signal }) => signal === 'silence')?.words).toMatch(/^2 of 3 nodes/);
  });

  describe('that may be a shard of the stream that lags', () => {
    const three = named(12, applied);
    const at = (ms: number) => ({ ...applied, silent: true, arrivedAtMs: plusMs(startMs, ms) });
    /** Three of twelve are last heard of at these moments; the rest go on, and look after look passes. */
    const lagging = (looks: number, heard: readonly [number, number, number], others = {}) => {
      const [n0, n1, n2] = heard.map(at);
      const nodes = { ...three, ...others };
      const lag = { ...nodes, n0: n0 ?? {}, n1: n1 ?? {}, n2: n2 ?? {} };
      return judged([{ ...nodes }, { ...nodes }, ...Array.from({ length: looks }, () => lag)]);
    };

    it('only warns, when all hold the version and its nodes stop at one moment', () => {
      const judgement = lagging(1, [60_000, 65_000, 75_000]);
      expect(judgement.action).toBe('warn');
      expect(judgement.summary).toBe(
        '3 of 12 nodes that took it fell silent (n0, n1, n2); at one moment, so their reports may be held up',
      );
    });

    it('rolls back once that lasts longer than reports are tried for', () => {
      const { judgements } = lagging(6, [60_000, 60_000, 60_000]);
      const actions = judgements.map(({ action }) => action);
      expect(actions).toEqual(['none', 'none', 'warn', 'warn', 'warn', 'warn', 'warn', 'rollback']);
    });

    it.each([
      ['they stop at different moments', [60_000, 60_000, 75_001], {}, 'rollback'],
      ['old nodes speak', [60_000, 60_000, 60_000], { old: {} }, 'rollback'],
      [
        'the only old node said that it stops',
        [60_000, 60_000, 60_000],
        { old: { health: 'stopped' } },
        'warn',
      ],
      [
        'an old node of many stops with them',
        [60_000, 60_000, 60_000],
        { ...named(40, {}, 'old'), old0: { silent: true, arrivedAtMs: plusMs(startMs, 70_000) } },
        'warn',
      ],
      [
        'an old node stopped at another moment',
        [60_000, 60_000, 60_000],
        { ...named(40, {}, 'old'), old0: { silent: true, arrivedAtMs: plusMs(startMs, 30_000) } },
        'rollback',
      ],
    ] as const)('when %s', (_, heard, others, action) => {
      expect(lagging(1, heard, others).action).toBe(action);
    });
  });

  it('of nodes that said they stop is none', () => {
    expect(falls(3, 5, { ...silent, health: 'stopped' }).action).toBe('none');
  });

  it('that began later than five minutes after applying is none', () => {
    const nodes = named(3, applied);
    const late = { ...applied, silent: true, arrivedAtMs: plusMs(startMs, 6 * minuteMs) };
    expect(judged([...Array.from({ length: 7 }, () => nodes), named(3, late)]).action).toBe('none');
  });

  it('of nodes that were dead before the rollout hides nothing', () => {
    const dead = named(20, { silent: true }, 'dead');
    const nodes = { ...named(5, applied), ...named(5, {}, 'old'), ...dead };
    const judgement = judged([nodes, nodes, { ...nodes, ...named(2, { ...applied, ...silent }) }]);
    expect(judgement.action).toBe('rollback');
    expect(judgement.summary).toBe('2 of 5 nodes that took it fell silent (n0, n1)');
  });
});

describe('health', () => {
  const nodes = {
    a: { ...applied, health: 'degraded' },
    b: { ...applied, health: 'degraded' },
    c: {},
  } as const;

  it('warns by default: it is AWS that cannot be reached', () => {
    const judgement = judged([nodes]);
    expect(judgement).toMatchObject({ verdict: 'unhealthy', action: 'warn' });
    expect(finding(judgement, 'health', 'facts')?.words).toBe(
      '2 of 2 nodes that took it say they are degraded (a, b)',
    );
  });

  it('does what its owner says', () => {
    expect(judged([nodes], { actions: { health: 'rollback' } }).action).toBe('rollback');
  });
});
