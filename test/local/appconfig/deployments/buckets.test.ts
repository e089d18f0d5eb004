import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bucketOf, isSelected } from '../../../../local/services/appconfig/deployments/buckets.js';

const clients = Array.from({ length: 10_000 }, (_, index) => `client-${index}`);

describe('buckets', () => {
  it('lie between 0 and 99 and are the same for the same client in the same deployment', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), (seed, deployment, client) => {
        const bucket = bucketOf(seed, deployment, client);
        expect(bucket).toBe(bucketOf(seed, deployment, client));
        expect(Number.isInteger(bucket) && bucket >= 0 && bucket <= 99).toBe(true);
      }),
    );
  });

  it('keep a client that was selected selected as the percentage rises', () => {
    const percents = fc.double({ min: 0, max: 100, noNaN: true });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 99 }), percents, percents, (bucket, a, b) => {
        const [low, high] = a < b ? [a, b] : [b, a];
        if (isSelected(bucket, low)) expect(isSelected(bucket, high)).toBe(true);
      }),
    );
  });

  it('select nobody at 0 % and everybody at 100 %', () => {
    expect(isSelected(0, 0)).toBe(false);
    expect(isSelected(99, 100)).toBe(true);
    expect(isSelected(99, 99)).toBe(false);
  });

  it('select about as many as the percentage says', () => {
    const selected = clients.filter((client) => isSelected(bucketOf('seed', 'env/1', client), 20));
    expect(selected.length).toBeGreaterThan(1800);
    expect(selected.length).toBeLessThan(2200);
  });

  it('are unrelated between two deployments', () => {
    const both = clients.filter(
      (client) =>
        isSelected(bucketOf('seed', 'env/1', client), 20) &&
        isSelected(bucketOf('seed', 'env/2', client), 20),
    );
    expect(both.length).toBeGreaterThan(300);
    expect(both.length).toBeLessThan(500);
  });

  it('differ with the seed', () => {
    const same = clients.filter(
      (client) => bucketOf('a', 'env/1', client) === bucketOf('b', 'env/1', client),
    );
    expect(same.length).toBeLessThan(200);
  });
});
