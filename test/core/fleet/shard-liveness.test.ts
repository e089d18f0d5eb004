import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { liveNodes, presenceOf } from '../../../core/fleet/liveness.js';
import {
  decodeLiveness,
  encodeLiveness,
  type Heard,
  heardIn,
  lifeKey,
  livesMax,
  mergeLiveness,
  type ShardLiveness,
  withLiveness,
} from '../../../core/fleet/shard-liveness.js';
import { epochMs } from '../../../core/time.js';
import { record } from '../../control/in-memory-cloud.js';

const startMs = 64 * 1_000_000_000;
const minuteMs = 60_000;

const heard = (node: string, afterMs: number, incarnation = 'life-1'): Heard => ({
  node,
  incarnation,
  arrivedAtMs: epochMs(startMs + afterMs),
});
/** Handled as soon as it arrived. */
const prompt = (shard: string, batch: readonly Heard[]): ShardLiveness =>
  heardIn(shard, batch, epochMs(Math.max(...batch.map(({ arrivedAtMs }) => arrivedAtMs))));
const named = (node: string, afterMs = 0) => ({
  ...record({ node, arrivedAtMs: startMs + afterMs }),
  incarnation: 'life-1',
});
const crowd = (prefix: string, count: number, afterMs: number) =>
  Array.from({ length: count }, (_, index) => heard(`${prefix}${index}`, afterMs));

/** Batches whose nodes, arrivals and lags are anything. */
const batches = fc
  .record({
    batch: fc.array(
      fc
        .record({
          node: fc.constantFrom('a', 'b', 'c', 'd'),
          incarnation: fc.constantFrom('1', '2'),
          afterMs: fc.nat(2 * 60 * minuteMs),
        })
        .map(({ node, incarnation, afterMs }) => heard(node, afterMs, incarnation)),
      { minLength: 1, maxLength: 6 },
    ),
    nowMs: fc.nat(3 * 60 * minuteMs),
  })
  .map(({ batch, nowMs }) => heardIn('shard', batch, epochMs(startMs + nowMs)));

const plain = ({ arrivals, ...rest }: ShardLiveness) => ({
  ...rest,
  arrivals: [...arrivals].toSorted(([a], [b]) => a - b),
});

describe('what a batch tells', () => {
  it('is when each life was last heard, in steps of 64 ms, and how late it was handled', () => {
    const batch = [heard('a', 127), heard('b', 64), heard('a', 63), heard('a', 640, 'life-2')];
    expect(plain(heardIn('s', batch, epochMs(startMs + 700)))).toEqual({
      shard: 's',
      throughMs: startMs + 640,
      lagMs: 60,
      arrivals: [
        [lifeKey('a', 'life-1'), startMs + 64],
        [lifeKey('b', 'life-1'), startMs + 64],
        [lifeKey('a', 'life-2'), startMs + 640],
      ].toSorted(([a = 0], [b = 0]) => a - b),
    });
  });

  it('is never late because clocks differ, and never nothing', () => {
    expect(heardIn('s', [heard('a', 640)], epochMs(startMs)).lagMs).toBe(0);
    expect(() => heardIn('s', [], epochMs(startMs))).toThrow(RangeError);
  });
});

describe('a life’s key', () => {
  it('has 48 bits that any other program can compute', () => {
    // MurmurHash3 (x86, 32 bits, seed 0) of `life-1/node-1`, its lower half, before that of `node-1/life-1`.
    expect(lifeKey('node-1', 'life-1')).toBe(0x62c10fd62620);
    expect(lifeKey('life-1', 'node-1')).not.toBe(lifeKey('node-1', 'life-1'));
  });

  it('is hardly ever that of another one', () => {
    const keys = new Set(Array.from({ length: 50_000 }, (_, index) => lifeKey(`node-${index}`, 'life')));
    expect(keys.size).toBe(50_000);
  });
});

describe('merged liveness', () => {
  it('has each life as it was heard last, whichever order and however often', () => {
    fc.assert(
      fc.property(batches, batches, batches, (a, b, c) => {
        const once = mergeLiveness(mergeLiveness(a, b), c);
        expect(plain(mergeLiveness(a, mergeLiveness(c, b)))).toEqual(plain(once));
        expect(plain(mergeLiveness(once, b))).toEqual(plain(once));
      }),
      { numRuns: 300 },
    );
  });

  it('never forgets who was heard within the hour, and always who was not', () => {
    fc.assert(
      fc.property(batches, batches, (a, b) => {
        const { arrivals, throughMs } = mergeLiveness(a, b);
        for (const [key, arrivedAtMs] of [...a.arrivals, ...b.arrivals]) {
          const isKept = (arrivals.get(key) ?? 0) >= arrivedAtMs;
          if (throughMs - arrivedAtMs < 60 * minuteMs) expect(isKept).toBe(true);
        }
        for (const arrivedAtMs of arrivals.values()) {
          expect(throughMs - arrivedAtMs).toBeLessThan(60 * minuteMs);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('keeps the latest heard where there are too many for one item', () => {
    const batch = Array.from({ length: livesMax + 1 }, (_, index) => heard(`n-${index}`, 64 * (index % 100)));
    const all = heardIn('s', batch, epochMs(startMs + 6_400));
    expect(all.arrivals.size).toBe(livesMax);
    const counted = [...all.arrivals.values()].filter((arrivedAtMs) => arrivedAtMs === startMs);
    // 401 arrived first.
    expect(counted).toHaveLength(400);
    expect(encodeLiveness(all).length).toBe(320_011);
  });

  it('takes a redelivered batch’s lag for nothing new', () => {
    const [first, again] = [
      heardIn('s', [heard('a', 640)], epochMs(startMs + 1_640)),
      heardIn('s', [heard('a', 640)], epochMs(startMs + 99_640)),
    ];
    expect(mergeLiveness(first, again).lagMs).toBe(1_000);
    expect(mergeLiveness(again, first).lagMs).toBe(1_000);
  });
});

describe('packed liveness', () => {
  it('takes eight bytes a life, big-endian behind a head of eleven', () => {
    const bytes = encodeLiveness({
      shard: 's',
      throughMs: epochMs(0x010203040506 * 64),
      lagMs: 0x0a0b0c0d,
      arrivals: new Map([[0xa1a2a3a4a5a6, epochMs((0x010203040506 - 0x0708) * 64)]]),
    });
    expect(Buffer.from(bytes).toString('hex')).toBe('010102030405060a0b0c0da1a2a3a4a5a60708');
  });

  it('is read as it was written', () => {
    fc.assert(
      fc.property(batches, batches, (a, b) => {
        const liveness = mergeLiveness(a, b);
        const back = decodeLiveness('shard', encodeLiveness(liveness));
        expect(back && plain(back)).toEqual(plain(liveness));
      }),
      { numRuns: 300 },
    );
  });

  it('is nothing when it is of another form', () => {
    const bytes = encodeLiveness(prompt('s', [heard('a', 0)]));
    expect(decodeLiveness('s', bytes)).toBeDefined();
    expect(decodeLiveness('s', bytes.slice(0, -1))).toBeUndefined();
    expect(decodeLiveness('s', bytes.slice(0, 10))).toBeUndefined();
    expect(
      decodeLiveness(
        's',
        bytes.map((byte, index) => (index === 0 ? 2 : byte)),
      ),
    ).toBeUndefined();
    // From the middle of a larger buffer, as an SDK may hand it over.
    const inside = new Uint8Array([7, 7, ...bytes, 7]).subarray(2, 2 + bytes.length);
    expect(decodeLiveness('s', inside)).toEqual(decodeLiveness('s', bytes));
  });
});

describe('records with what was heard since', () => {
  it('are as fresh as their life was last heard, on whichever shard', () => {
    const shards = [
      prompt('parent', [heard('a', 640), heard('b', 640)]),
      prompt('child', [heard('a', 1_280), heard('c', 1_280)]),
    ];
    for (const order of [shards, shards.toReversed()]) {
      const [a, b, d] = withLiveness([named('a'), named('b', 700), named('d', 5)], order);
      expect([a?.arrivedAtMs, b?.arrivedAtMs, d?.arrivedAtMs]).toEqual([
        startMs + 1_280,
        startMs + 700,
        startMs + 5,
      ]);
      expect([a, b, d].map((each) => each?.heldUpMs)).toEqual([undefined, undefined, undefined]);
    }
  });

  it('stay as they are where nothing was heard', () => {
    expect(withLiveness([named('a')], [])).toEqual([named('a')]);
  });

  it('know of a shard that was seen to lag, however few nodes it has', () => {
    const late = (lagMs: number) => heardIn('late', [heard('a', 0)], epochMs(startMs + lagMs));
    const ahead = prompt('ahead', [heard('b', 64_000)]);
    const heldUp = (lagMs: number) => withLiveness([named('a')], [late(lagMs), ahead])[0]?.heldUpMs;
    expect(heldUp(5_001)).toBe(64_000);
    expect(heldUp(5_000)).toBeUndefined();
  });

  it('know of a shard whose many nodes all fell silent at once', () => {
    const ahead = prompt('ahead', [heard('other', 64_000)]);
    const heldUp = (batch: readonly Heard[]) =>
      withLiveness([named('n0')], [prompt('held', batch), ahead])[0]?.heldUpMs;
    expect(heldUp(crowd('n', 8, 0))).toBe(64_000);
    expect(heldUp(crowd('n', 7, 0))).toBeUndefined();
    // Of these, one was silent before.
    expect(heldUp([heard('n0', 0), ...crowd('m', 7, 15_040)])).toBeUndefined();
    expect(heldUp([heard('n0', 64), ...crowd('m', 7, 15_040)])).toBe(48_960);
  });

  it('declare nobody dead for a shard that is held up, and nobody of it live for ever', () => {
    const held = prompt('held', crowd('held', 20, 0));
    const liveAt = (afterMs: number) => {
      const speaking = prompt('speaking', crowd('speaking', 20, afterMs));
      const records = withLiveness(
        [...crowd('held', 20, 0), ...crowd('speaking', 20, 0)].map(({ node }) => named(node)),
        [held, speaking],
      );
      return liveNodes(records, epochMs(startMs + afterMs)).length;
    };
    expect([liveAt(0), liveAt(64_000), liveAt(300_032), liveAt(314_944)]).toEqual([40, 40, 40, 40]);
    expect(liveAt(315_072)).toBe(20);
  });

  it('tell the dead of a shard that speaks from the living', () => {
    const nodes = crowd('n', 12, 0).map(({ node }) => node);
    const live = mergeLiveness(prompt('s', crowd('n', 12, 0)), prompt('s', crowd('n', 9, 20_032)));
    const presences = withLiveness(
      nodes.map((node) => named(node)),
      [live],
    ).map((each) => presenceOf(each, epochMs(startMs + 20_032)));
    expect(presences).toEqual([...Array(9).fill('live'), ...Array(3).fill('silent')]);
  });
});
