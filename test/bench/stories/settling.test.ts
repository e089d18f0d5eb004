import { describe, expect, it } from 'vitest';
import { describeSettling, untilSettled } from '../../../bench/stories/settling.js';
import type { LocalAws } from '../../../local/index.js';

/** A table whose generation is, look after look, what the list says; then as it was last. */
function tableOf(generations: readonly number[]) {
  let looks = 0;
  const call = async (_service: string, operation: string, input: unknown) => {
    expect(operation).toBe('GetItem');
    expect(input).toMatchObject({ Key: { cluster: { S: 'treasure-hunt/staging' }, part: { S: 'head' } } });
    const generation = generations[Math.min(looks++, generations.length - 1)] ?? 0;
    return generation === 0 ? {} : { Item: { generation: { N: String(generation) } } };
  };
  return { call } as unknown as LocalAws;
}

describe('untilSettled', () => {
  it('looks for 45 seconds at least, also at a table that rests', async () => {
    const rounds: number[] = [];
    const drive = async (round: number) => rounds.push(round) && 0;
    expect(await untilSettled(tableOf([1]), drive)).toEqual({
      afterMs: 45_000,
      failedShare: 0,
      isAtRest: true,
    });
    expect(rounds).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('goes on until nothing has moved for 15 seconds', async () => {
    const generations = [1, 1, 1, 1, 1, 1, 1, 1, 1, 2];
    expect(await untilSettled(tableOf(generations), async () => 0.1)).toEqual({
      afterMs: 60_000,
      failedShare: expect.closeTo(0.1),
      isAtRest: true,
    });
  });

  it('gives up after 90 seconds at a table that never rests', async () => {
    const generations = Array.from({ length: 40 }, (_, index) => index);
    expect(await untilSettled(tableOf(generations), async (round) => (round === 1 ? 0.9 : 0))).toEqual({
      afterMs: 90_000,
      failedShare: 0.05,
      isAtRest: false,
    });
  });
});

describe('describeSettling', () => {
  it('says how long it took, and what failed until then', () => {
    const text = describeSettling({ afterMs: 60_000, failedShare: 0.0312, isAtRest: true });
    expect(text).toContain('until it came to rest, after 60 s, in which 3.12 % failed');
    expect(describeSettling({ afterMs: 90_000, failedShare: 0, isAtRest: false })).toContain(
      'it had not come to rest',
    );
  });
});
