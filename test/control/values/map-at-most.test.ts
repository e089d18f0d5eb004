import { describe, expect, it } from 'vitest';
import { mapAtMost } from '../../../control/values/map-at-most.js';

describe('mapAtMost', () => {
  it('gives results in the order of the items, however long each takes', async () => {
    const turns = { a: 3, b: 1, c: 2 };
    const map = async (item: keyof typeof turns) => {
      for (let turn = 0; turn < turns[item]; turn++) await Promise.resolve();
      return item.toUpperCase();
    };
    expect(await mapAtMost(2, ['a', 'b', 'c'], map)).toEqual(['A', 'B', 'C']);
  });

  it('begins nothing more after a failure', async () => {
    const begun: number[] = [];
    const mapped = mapAtMost(1, [1, 2, 3], async (item) => {
      begun.push(item);
      if (item === 2) throw new Error('no');
    });
    await expect(mapped).rejects.toThrow('no');
    expect(begun).toEqual([1, 2]);
  });

  it('of nothing is nothing', async () => {
    expect(await mapAtMost(10, [], async () => 1)).toEqual([]);
  });
});
