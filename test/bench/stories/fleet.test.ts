import { describe, expect, it } from 'vitest';
import { capacityOf, drawNodes } from '../../../bench/stories/fleet.js';
import { pointsOf } from '../../../bench/stories/story.js';

describe('drawNodes', () => {
  it('draws the same nodes every time, with names and places of their own', () => {
    const nodes = drawNodes(20, (index) => 1 + (index % 2));
    expect(drawNodes(20, (index) => 1 + (index % 2))).toEqual(nodes);
    expect(nodes.slice(0, 2).map(({ name, slots }) => [name, slots])).toEqual([
      ['node-01', 1],
      ['node-02', 2],
    ]);
    expect(new Set(nodes.map(({ name }) => name)).size).toBe(20);
  });

  it('draws speeds that differ widely around what the sizing says', () => {
    const speeds = drawNodes(2_000, () => 1).map(({ speed }) => speed);
    const mean = speeds.reduce((sum, speed) => sum + speed, 0) / speeds.length;
    const logs = speeds.map(Math.log);
    const logMean = logs.reduce((sum, log) => sum + log, 0) / logs.length;
    const sigma = Math.sqrt(logs.reduce((sum, log) => sum + (log - logMean) ** 2, 0) / logs.length);
    expect(mean).toBeCloseTo(1, 1);
    expect(sigma).toBeCloseTo(0.5, 1);
  });
});

describe('capacityOf', () => {
  it('adds up what each node can do by its places and its speed', () => {
    const nodes = [
      { name: 'a', slots: 4, speed: 1 },
      { name: 'b', slots: 2, speed: 0.5 },
    ];
    // 4 × 50 + 2 × 25 a second.
    expect(capacityOf({ nodes, workMs: 20 })).toBe(250);
  });
});

describe('pointsOf', () => {
  const both = { before: [1, 2, 3], after: [1, 3, 5, 9] };

  it('has time for all', () => {
    expect(pointsOf(both, { points: 'all' })).toEqual(both);
  });

  it('or for the ends: where the curves meet, and where the other one ends', () => {
    expect(pointsOf(both, { points: 'ends' })).toEqual({ before: [1, 3], after: [1, 3, 9] });
  });
});
