import { expect, it } from 'vitest';
import { Recent } from '../../../functions/record-load/recent.js';

it('forgets what was not used for longest when there is no more room', () => {
  const recent = new Recent<number>(2);
  recent.set('a', 1);
  recent.set('b', 2);
  expect(recent.get('a')).toBe(1);
  recent.set('c', 3);
  expect(['a', 'b', 'c'].map((key) => recent.get(key))).toEqual([1, undefined, 3]);
  recent.delete('a');
  recent.set('d', 4);
  expect(['a', 'c', 'd'].map((key) => recent.get(key))).toEqual([undefined, 3, 4]);
});
