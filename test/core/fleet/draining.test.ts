import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { beginDrain, endDrain, isInForce, roomWithout } from '../../../core/fleet/draining.js';
import { type Drain, type DrainList, drainsInForce } from '../../../core/fleet/drains.js';
import { epochMs } from '../../../core/time.js';
import { record } from '../../control/in-memory-cloud.js';

const drainOf = (node: string, sinceMs: number, untilMs: number): Drain => ({
  node,
  sinceMs: epochMs(sinceMs),
  untilMs: epochMs(untilMs),
  reason: 'melting',
  by: 'anna',
});
const empty: DrainList = { cluster: 'quest/staging', drains: [] };
const endedAt = (atMs: number) => ({ atMs: epochMs(atMs), by: 'ben', reason: 'cooled' });

describe('a drain', () => {
  it('is in force until its time, and not at it', () => {
    expect(isInForce(drainOf('a', 0, 100), epochMs(99))).toBe(true);
    expect(isInForce(drainOf('a', 0, 100), epochMs(100))).toBe(false);
  });

  it('takes the place of the one before, which is kept as ended', () => {
    const first = beginDrain(empty, drainOf('a', 0, 100));
    const { drains } = beginDrain(first, { ...drainOf('a', 50, 500), reason: 'still melting' });
    expect(drains.map(({ sinceMs, ended }) => [sinceMs, ended])).toEqual([
      [50, undefined],
      [0, { atMs: 50, by: 'anna', reason: 'drained anew: still melting' }],
    ]);
  });

  it('ends by a person only while it is in force', () => {
    const list = beginDrain(empty, drainOf('a', 0, 100));
    expect(endDrain(list, { node: 'b', ended: endedAt(50) })).toBeUndefined();
    expect(endDrain(list, { node: 'a', ended: endedAt(100) })).toBeUndefined();
    const ended = endDrain(list, { node: 'a', ended: endedAt(50) });
    expect(ended?.drains).toEqual([{ ...drainOf('a', 0, 100), ended: endedAt(50) }]);
    expect(ended && endDrain(ended, { node: 'a', ended: endedAt(60) })).toBeUndefined();
  });

  it('is never forgotten while it is in force, however many there were since', () => {
    let list = beginDrain(empty, drainOf('old', 0, 1_000_000));
    for (let number = 1; number <= 80; number += 1)
      list = beginDrain(list, drainOf(`n${number}`, number, number + 1));
    expect(list.drains).toHaveLength(50);
    expect(list.drains.at(-1)?.node).toBe('old');
    expect(list.drains[0]?.node).toBe('n80');
  });
});

describe('any history of drains', () => {
  const actions = fc.array(
    fc.record({
      node: fc.constantFrom('a', 'b', 'c'),
      begins: fc.boolean(),
      lastsMs: fc.integer({ min: 1, max: 30 }),
    }),
    { maxLength: 120 },
  );

  it('has at most one in force for each node: the one that was said last', () => {
    fc.assert(
      fc.property(actions, (history) => {
        const said = new Map<string, number>();
        let list = empty;
        history.forEach(({ node, begins, lastsMs }, atMs) => {
          if (begins) list = beginDrain(list, drainOf(node, atMs, atMs + lastsMs));
          else list = endDrain(list, { node, ended: endedAt(atMs) }) ?? list;
          said.set(node, begins ? atMs + lastsMs : 0);
          const now = epochMs(atMs);
          const expected = [...said].filter(([, untilMs]) => untilMs > atMs).map(([name]) => name);
          const inForce = list.drains.filter((drain) => isInForce(drain, now)).map((drain) => drain.node);
          expect(inForce.toSorted()).toEqual(expected.toSorted());
          expect([...drainsInForce(list, now).keys()].toSorted()).toEqual(expected.toSorted());
          expect(list.drains.length).toBeLessThanOrEqual(50);
        });
      }),
      { numRuns: 300 },
    );
  });
});

describe('room without a node', () => {
  const node = (name: string, load: number, capacity = 100) =>
    record({ node: name, load: { load, capacity } });

  it('is what all are offered by what the others can do', () => {
    const fleet = [node('a', 0.9), node('b', 0.45), node('c', 0.45)];
    expect(roomWithout('a', { working: fleet, serving: fleet })).toEqual({
      offered: 180,
      capacity: 200,
      nodes: 2,
      load: 0.9,
      isEnough: true,
    });
  });

  it('is none above 0.9, nor where there is nobody else', () => {
    const fleet = [node('a', 0.91), node('b', 0.45), node('c', 0.45)];
    expect(roomWithout('a', { working: fleet, serving: fleet })).toMatchObject({
      load: 0.905,
      isEnough: false,
    });
    const alone = [node('a', 0)];
    expect(roomWithout('a', { working: alone, serving: alone })).toEqual({
      offered: 0,
      capacity: 0,
      nodes: 0,
      isEnough: false,
    });
  });

  it('counts what was measured, the work of those that serve no more, and no capacity of theirs', () => {
    const slow = record({ node: 'b', load: { load: 0.5, capacity: 100, unitsPerSecond: 40 } });
    const measured = (name: string, load: number) =>
      record({ node: name, load: { load, capacity: 100, unitsPerSecond: 100 } });
    const [a, gone] = [measured('a', 0.2), measured('gone', 0.3)];
    expect(roomWithout('a', { working: [a, slow, gone], serving: [a, slow] })).toMatchObject({
      offered: 70,
      capacity: 40,
      load: 1.75,
      nodes: 1,
    });
  });
});
