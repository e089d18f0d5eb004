import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { largestHashKey, SequenceNumbers } from '../../../local/services/kinesis/numbers.js';
import {
  areAdjacent,
  merge,
  openEvenly,
  scaleTo,
  shardOf,
  split,
} from '../../../local/services/kinesis/shards.js';
import { openShards, type Shard, type Stream } from '../../../local/services/kinesis/state.js';

function stream(count: number): Stream {
  const made: Stream = {
    name: 's',
    arn: 'arn',
    id: 'id',
    createdAtMs: 0,
    sequences: new SequenceNumbers(0),
    mode: 'PROVISIONED',
    retentionHours: 24,
    recordSizeKib: 1024,
    tags: new Map(),
    shards: [],
    nextShardIndex: 0,
    keptBytes: 0,
  };
  openEvenly(made, count, 0);
  return made;
}

function ordered(shards: readonly Shard[]): Shard[] {
  return [...shards].sort((one, other) => (one.firstHashKey < other.firstHashKey ? -1 : 1));
}

/** The open shards divide all hash keys: no gap, no overlap. */
function expectWhole(made: Stream): void {
  const open = ordered(openShards(made));
  expect(open[0]?.firstHashKey).toBe(0n);
  expect(open.at(-1)?.lastHashKey).toBe(largestHashKey);
  for (const [index, shard] of open.slice(1).entries())
    expect(shard.firstHashKey).toBe((open[index]?.lastHashKey ?? 0n) + 1n);
}

const step = fc.record({ kind: fc.constantFrom('split', 'merge'), which: fc.nat(50) });

describe('shards', () => {
  it('divide three ways as in the API reference', () => {
    expect(
      stream(3).shards.map(({ firstHashKey, lastHashKey }) => [String(firstHashKey), String(lastHashKey)]),
    ).toEqual([
      ['0', '113427455640312821154458202477256070484'],
      ['113427455640312821154458202477256070485', '226854911280625642308916404954512140969'],
      ['226854911280625642308916404954512140970', '340282366920938463463374607431768211455'],
    ]);
  });

  it('hold every hash key exactly once, however they are split and merged', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), fc.array(step, { maxLength: 20 }), (count, steps) => {
        const made = stream(count);
        for (const [nowMs, { kind, which }] of steps.entries()) {
          const open = ordered(openShards(made));
          const index = which % open.length;
          const [shard, next] = [open[index], open[index + 1]];
          if (kind === 'merge' && shard && next) merge(made, [shard, next], nowMs);
          if (kind === 'split' && shard)
            split(made, shard, { at: (shard.firstHashKey + shard.lastHashKey) / 2n, nowMs });
        }
        expectWhole(made);
      }),
    );
  });

  it('hold every hash key exactly once, whatever they are scaled to', () => {
    const counts = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(counts, (targets) => {
        const made = stream(2);
        for (const target of targets) {
          scaleTo(made, target, 0);
          expect(openShards(made)).toHaveLength(target);
          expectWhole(made);
        }
      }),
    );
  });

  it('are found by any hash key in their range', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.bigInt({ min: 0n, max: largestHashKey }),
        (count, key) => {
          const shard = shardOf(stream(count), key);
          expect(shard.firstHashKey <= key && key <= shard.lastHashKey).toBe(true);
        },
      ),
    );
  });

  it('know their neighbours', () => {
    const [one, two, three] = stream(3).shards as [Shard, Shard, Shard];
    expect([areAdjacent(one, two), areAdjacent(two, one), areAdjacent(one, three)]).toEqual([
      true,
      true,
      false,
    ]);
  });
});
