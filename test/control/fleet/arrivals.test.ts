import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arrivals } from '../../../control/fleet/arrivals.js';
import { epochMs } from '../../../core/time.js';
import { type NodeFacts, record, startMs } from '../in-memory-cloud.js';

const awaited = { profile: 'rules', label: 'v2-new' };
const at = { startedAtMs: epochMs(startMs - 60_000), now: epochMs(startMs) };
const timesOf = (facts: readonly NodeFacts[]) => arrivals(facts.map(record), awaited, at);
const taken = (node: string, afterMs: number) => ({
  node,
  label: 'v2-new',
  heldSinceMs: at.startedAtMs + afterMs,
});

describe('arrivals', () => {
  it('tell after how long half, 95 % and all nodes held a version', () => {
    const nodes = Array.from({ length: 20 }, (_, index) => taken(`n${index}`, 1_000 * (index + 1)));
    expect(timesOf(nodes)).toEqual({ to50PercentMs: 10_000, to95PercentMs: 19_000, to100PercentMs: 20_000 });
  });

  it('leave out what is not reached', () => {
    expect(timesOf([taken('a', 3_000), { node: 'b', label: 'v1-old', heldSinceMs: 1 }])).toEqual({
      to50PercentMs: 3_000,
    });
  });

  it('leave out what nobody kept: a node without an instant is never the fast one', () => {
    expect(timesOf([{ node: 'a', label: 'v2-new' }, taken('b', 7_000)])).toEqual({ to50PercentMs: 7_000 });
  });

  it('count only nodes that are there, and a version that was held before as held at once', () => {
    const gone = [
      { ...taken('c', 1), arrivedAtMs: startMs - 50_000 },
      { ...taken('d', 1), health: 'stopped' as const },
    ];
    expect(timesOf([taken('a', -500_000), ...gone])).toEqual({
      to50PercentMs: 0,
      to95PercentMs: 0,
      to100PercentMs: 0,
    });
    expect(timesOf([])).toEqual({});
  });

  it('never run backwards', () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.integer({ min: 0, max: 60_000 })), { minLength: 1 }), (delays) => {
        const nodes = delays.map((delay, index) =>
          delay === null ? { node: `n${index}`, label: 'v1-old' } : taken(`n${index}`, delay),
        );
        const { to50PercentMs, to95PercentMs, to100PercentMs } = timesOf(nodes);
        const known = delays.filter((delay) => delay !== null);
        expect(to100PercentMs).toBe(known.length === delays.length ? Math.max(...known) : undefined);
        if (to95PercentMs !== undefined) expect(to50PercentMs).toBeLessThanOrEqual(to95PercentMs);
        if (to100PercentMs !== undefined) expect(to95PercentMs).toBeLessThanOrEqual(to100PercentMs);
        expect(to50PercentMs !== undefined).toBe(known.length >= delays.length / 2);
      }),
      { numRuns: 300 },
    );
  });
});
