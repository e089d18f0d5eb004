import fc from 'fast-check';
import { expect, it } from 'vitest';
import { IndexedHeap } from '../../../core/assignment/rule/heap.js';

it('has the greatest key on top, the lower index first among equals, whatever changes and goes', () => {
  const changes = fc.array(
    fc.record({ index: fc.nat(19), key: fc.integer({ min: 0, max: 6 }), goes: fc.boolean() }),
  );
  fc.assert(
    fc.property(fc.constantFrom(1 as const, -1 as const), changes, (sign, happened) => {
      const keys = new Float64Array(20);
      const inside = new Set(keys.keys());
      const heap = new IndexedHeap([...inside], keys, sign);
      for (const { index, key, goes } of happened) {
        if (goes) {
          heap.remove(index);
          inside.delete(index);
        }
        // What has gone stays gone, though its key changes.
        keys[index] = key;
        heap.update(index);
        const [first] = [...inside].sort((a, b) => sign * ((keys[b] ?? 0) - (keys[a] ?? 0)) || a - b);
        expect([heap.top, heap.at(inside.size)]).toEqual([first, undefined]);
      }
    }),
    { numRuns: 300 },
  );
});
