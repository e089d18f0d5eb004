import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Bucket, draw } from '../../sample/rate-limit.js';

const rate = { ratePerSecond: 2, burst: 3 };

/** How long each of these draws is told to wait. */
function waits(timesMs: readonly number[], drawn = rate): number[] {
  let bucket: Bucket | undefined;
  return timesMs.map((nowMs) => {
    const result = draw(bucket, drawn, nowMs);
    bucket = result.bucket;
    return result.retryAfterMs;
  });
}

describe('a bucket', () => {
  it('admits a burst, then tells how long to wait', () => {
    expect(waits([0, 0, 0, 0, 100])).toEqual([0, 0, 0, 500, 400]);
  });

  it('admits at the rate after the burst', () => {
    expect(waits([0, 0, 0, 500, 875, 1000])).toEqual([0, 0, 0, 0, 125, 0]);
  });

  it('holds no more than a burst, however long the pause', () => {
    expect(waits([0, 3_600_000, 3_600_000, 3_600_000, 3_600_000])).toEqual([0, 0, 0, 0, 500]);
  });

  it('takes a clock that steps back for one that stands still', () => {
    expect(waits([1_000, 1_000, 1_000, 0])).toEqual([0, 0, 0, 500]);
  });

  it('follows a rate that changes between two draws', () => {
    const empty = { tokens: 0, filledAtMs: 0 };
    expect(draw(empty, { ratePerSecond: 10, burst: 3 }, 100).retryAfterMs).toBe(0);
    expect(draw({ tokens: 3, filledAtMs: 0 }, { ratePerSecond: 1, burst: 1 }, 0).bucket.tokens).toBe(0);
  });

  it('never admits more than burst + rate × time, in any order of arrivals', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 60 }), (gapsMs) => {
        const timesMs = gapsMs.map((_, index) =>
          gapsMs.slice(0, index + 1).reduce((sum, gap) => sum + gap, 0),
        );
        const admitted = waits(timesMs).filter((wait) => wait === 0).length;
        const spanMs = (timesMs.at(-1) ?? 0) - (timesMs[0] ?? 0);
        expect(admitted).toBeLessThanOrEqual(3 + (2 * spanMs) / 1000 + 1e-9);
      }),
    );
  });
});
