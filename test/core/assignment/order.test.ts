import fc from 'fast-check';
import { expect, it } from 'vitest';
import { heaviestFirst } from '../../../core/assignment/rule/order.js';

it('orders partitions by weight, the heaviest first, and leaves equal ones as they were', () => {
  const weights = fc.array(
    fc.oneof(fc.constantFrom(0, 1, 2, 1e-300, 1e300), fc.double({ min: 0, max: 1e6, noNaN: true })),
    { maxLength: 200 },
  );
  fc.assert(
    fc.property(weights, (drawn) => {
      const positive = drawn.map((weight) => Math.abs(weight));
      const some = positive.flatMap((_, partition) => (partition % 3 === 1 ? [] : [partition]));
      const compared = some.toSorted((a, b) => (positive[b] ?? 0) - (positive[a] ?? 0) || a - b);
      expect([...heaviestFirst(some, Float64Array.from(positive))]).toEqual(compared);
    }),
    { numRuns: 500 },
  );
});
