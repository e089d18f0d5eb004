import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { figure, quantile, round, show } from '../../bench/figures.js';

const samples = fc.array(fc.double({ min: -1e9, max: 1e9, noNaN: true }), { minLength: 1 });

describe('figure', () => {
  it('takes the middle one of an odd number of samples', () => {
    expect(figure([9, 1, 5])).toEqual({ median: 5, least: 1, most: 9, samples: 3 });
  });

  it('takes the mean of the two in the middle of an even number', () => {
    expect(figure([4, 1, 2, 30]).median).toBe(3);
  });

  it('is the sample itself when there is one', () => {
    expect(figure([7])).toEqual({ median: 7, least: 7, most: 7, samples: 1 });
  });

  it('refuses to quote what was not measured', () => {
    expect(() => figure([])).toThrow(new RangeError('a figure needs samples'));
  });

  it('sorts by size, not by spelling', () => {
    expect(figure([10, 9, 100]).median).toBe(10);
  });

  it('leaves the samples as they are', () => {
    const given = Object.freeze([3, 1, 2]);
    expect(figure(given).median).toBe(2);
  });

  it('has at least half of the samples on either side of its median', () => {
    fc.assert(
      fc.property(samples, (given) => {
        const { median } = figure(given);
        const half = given.length / 2;
        expect(given.filter((sample) => sample <= median).length).toBeGreaterThanOrEqual(half);
        expect(given.filter((sample) => sample >= median).length).toBeGreaterThanOrEqual(half);
      }),
    );
  });
});

describe('quantile', () => {
  it.each([
    [0, 10],
    [0.25, 20],
    [0.5, 30],
    [0.99, 49.6],
    [1, 50],
  ])('of %d lies at %d', (share, expected) => {
    expect(quantile([50, 10, 40, 20, 30], share)).toBeCloseTo(expected);
  });

  it('never leaves the spread of the samples', () => {
    fc.assert(
      fc.property(samples, fc.double({ min: 0, max: 1, noNaN: true }), (given, share) => {
        const found = quantile(given, share);
        expect(found).toBeGreaterThanOrEqual(Math.min(...given));
        expect(found).toBeLessThanOrEqual(Math.max(...given));
      }),
    );
  });
});

describe('round', () => {
  it.each([
    [0, '0'],
    [0.000001234, '0.000001'],
    [0.012345, '0.0123'],
    [0.9996, '1'],
    [1.2345, '1.23'],
    [-1.2345, '-1.23'],
    [12.345, '12.3'],
    [123.45, '123'],
    [12345.6, '12,346'],
  ])('writes %d as %s', (value, expected) => {
    expect(round(value)).toBe(expected);
  });
});

describe('show', () => {
  it('puts the spread behind the median', () => {
    expect(show({ median: 12.34, least: 11.9, most: 14, samples: 3 })).toBe('12.3 (11.9 – 14)');
  });
});
