import { describe, expect, it } from 'vitest';
import { capacitiesOf } from '../../../core/fleet/capacity.js';
import { record } from '../assignment/run/fleet.js';

describe('what nodes can do', () => {
  it('is what they measured, whatever they declare', () => {
    const capacityOf = capacitiesOf([record('a', { unitsPerSecond: 18, capacity: 1 })]);
    expect(capacityOf({ unitsPerSecond: 6, capacity: 1 })).toBe(6);
  });

  it('is, before they measured, as much for what they declare as with the middle one of the others', () => {
    const capacityOf = capacitiesOf([
      record('a', { unitsPerSecond: 18, capacity: 1 }),
      record('b', { unitsPerSecond: 50, capacity: 2 }),
      record('slow', { unitsPerSecond: 6, capacity: 1 }),
      record('new', { capacity: 4 }),
    ]);
    expect(capacityOf({ capacity: 4 })).toBe(72);
  });

  it('is what they declare while nobody has measured, and a measured nothing is no measurement', () => {
    const capacityOf = capacitiesOf([
      record('a', { capacity: 10 }),
      record('b', { unitsPerSecond: 0, capacity: 5 }),
    ]);
    expect([capacityOf({ capacity: 10 }), capacityOf({ unitsPerSecond: 0, capacity: 5 })]).toEqual([10, 5]);
  });
});
