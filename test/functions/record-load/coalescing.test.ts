import { describe, expect, it } from 'vitest';
import { presenceOf } from '../../../core/fleet/liveness.js';
import type { NodeRecords } from '../../../core/fleet/node-records.js';
import type { LivenessItems } from '../../../core/fleet/shard-liveness.js';
import { epochMs } from '../../../core/time.js';
import { batch, batchOf, json, nowMs, recorder, report, say, stage } from './recorder.js';

const cluster = 'app/staging';
const done = { batchItemFailures: [] };

/** Counts what a container asks of its tables. */
function counting() {
  const calls = { read: 0, write: 0, readShard: 0, writeShard: 0 };
  return {
    calls,
    records: (records: NodeRecords): NodeRecords => ({
      ...records,
      read: (...asked) => {
        calls.read += 1;
        return records.read(...asked);
      },
      write: (...written) => {
        calls.write += 1;
        return records.write(...written);
      },
    }),
    liveness: (items: LivenessItems): LivenessItems => ({
      readShard: (...asked) => {
        calls.readShard += 1;
        return items.readShard(...asked);
      },
      writeShard: (...written) => {
        calls.writeShard += 1;
        return items.writeShard(...written);
      },
    }),
  };
}

const recordOf = async (on: ReturnType<typeof stage>, node = 'n-1') =>
  (await on.stored.list(cluster)).find((record) => record.node === node);

describe('a node that says what its record says', () => {
  it('costs neither a read nor a write of its record, and is shown as fresh as it was heard', async () => {
    const on = stage();
    const counted = counting();
    const one = recorder({ on, ...counted });
    await say(one, 0);
    expect(counted.calls).toEqual({ read: 1, write: 1, readShard: 1, writeShard: 1 });
    for (const afterSeconds of [5, 10, 15, 20]) await say(one, afterSeconds);
    expect(counted.calls).toEqual({ read: 1, write: 1, readShard: 1, writeShard: 5 });
    const record = await recordOf(on);
    expect(record?.sequence).toBe(1);
    // In steps of 64 ms.
    expect(record?.arrivedAtMs).toBe(nowMs + 19_968);
    expect(one.counts()).toMatchObject({ NodeRecordsWritten: 1, ReportsUnchanged: 4, LivenessWritten: 5 });
  });

  it('is written again after at most 30 s in a small fleet', async () => {
    const on = stage();
    const one = recorder({ on });
    for (let afterSeconds = 0; afterSeconds <= 120; afterSeconds += 5) {
      await say(one, afterSeconds);
      const read = (await on.stored.read(cluster, ['n-1'])).get('n-1');
      expect(nowMs + afterSeconds * 1000 - (read?.asOfMs ?? 0)).toBeLessThanOrEqual(30_000);
    }
    const written = one.counts()['NodeRecordsWritten'];
    expect(written).toBeGreaterThanOrEqual(4);
    expect(written).toBeLessThanOrEqual(6);
  });

  it('is known again when its reports come twice', async () => {
    const on = stage();
    const one = recorder({ on });
    for (const afterSeconds of [0, 5, 5, 0]) await say(one, afterSeconds);
    expect(one.counts()).toMatchObject({ ReportsUnchanged: 1, ReportsStale: 2 });
  });

  it('is written at that pace however often containers change', async () => {
    const on = stage();
    for (let afterSeconds = 0; afterSeconds <= 120; afterSeconds += 5) {
      await say(recorder({ on }), afterSeconds);
      const read = (await on.stored.read(cluster, ['n-1'])).get('n-1');
      expect(nowMs + afterSeconds * 1000 - (read?.asOfMs ?? 0)).toBeLessThanOrEqual(30_000);
    }
    expect((await on.stored.read(cluster, ['n-1'])).get('n-1')?.revision).toBeLessThanOrEqual(6);
  });

  it('is packed at most every two seconds, and nothing that was heard is lost', async () => {
    const on = stage();
    const counted = counting();
    const one = recorder({ on, ...counted });
    const two = (afterMs: number, node: string) => {
      on.setNow(afterMs);
      return one.handle(batch(json(report(node, 1 + afterMs), afterMs / 1000)));
    };
    await two(0, 'n-1');
    await two(64, 'n-2');
    expect(counted.calls.writeShard).toBe(2);
    await two(640, 'n-1');
    await two(1_920, 'n-2');
    expect(counted.calls.writeShard).toBe(2);
    await two(2_112, 'n-3');
    expect(counted.calls.writeShard).toBe(3);
    const listed = await on.stored.list(cluster);
    expect(listed.map(({ arrivedAtMs }) => arrivedAtMs - nowMs)).toEqual([640, 1_920, 2_112]);
  });

  it('is packed at once where another one has changed: other containers learn that their memory is old', async () => {
    const on = stage();
    const counted = counting();
    const one = recorder({ on, ...counted });
    await say(one, 0);
    on.setNow(500);
    await one.handle(batch(json(report('n-1', 2, { health: 'draining' }), 0.5)));
    expect(counted.calls.writeShard).toBe(2);
  });
});

describe('a node that says something else', () => {
  it.each([
    ['health', { health: 'degraded' }],
    ['load', { load: 0.56 }],
    ['a queue', { queueDepth: 10 }],
    ['capacity', { capacity: 101 }],
    ['an endpoint', { endpoint: 'http://10.0.0.8' }],
    ['its ownership', { ownership: { letGo: 1, begun: 0 } }],
    ['that it stops', { health: 'stopped' }],
  ] as const)('is written at once: %s', async (_name, changes) => {
    const on = stage();
    const one = recorder({ on });
    await say(one, 0);
    await say(one, 5, changes);
    expect(await recordOf(on)).toMatchObject({ ...changes, sequence: 6 });
  });
});

describe('a version on its way', () => {
  const holding = (labels: readonly string[], requests = 0) => ({
    profiles: {
      gameplay: {
        label: labels.at(-1) ?? '',
        source: 'cloud' as const,
        schemaVersion: 1,
        counters: Object.fromEntries(labels.map((label) => [label, { requests, errors: 0, slow: 0 }])),
      },
    },
  });

  it('has every report of a node that took it written for a minute and a half, where the guard takes its start', async () => {
    const on = stage();
    const one = recorder({ on });
    for (let at = 0; at <= 300; at += 5) await say(one, at, holding(['v1']));
    const before = one.counts()['NodeRecordsWritten'] ?? 0;
    for (let at = 305; at < 395; at += 5) {
      await say(one, at, holding(['v1', 'v2'], at));
      expect((await recordOf(on))?.profiles['gameplay']?.counters['v2']?.requests).toBe(at);
    }
    expect((one.counts()['NodeRecordsWritten'] ?? 0) - before).toBe(18);
    await say(one, 395, holding(['v1', 'v2'], 395));
    expect((await recordOf(on))?.profiles['gameplay']?.counters['v2']?.requests).toBe(390);
  });

  it('has the counters of the others fresh as well, and in a large fleet only then', async () => {
    const on = stage();
    const one = recorder({ on });
    const fleet = (at: number, moved: boolean) => {
      on.setNow(at * 1000);
      const reports = Array.from({ length: 200 }, (_, index) =>
        json(report(`n-${index}`, at + 1, holding(moved && index === 0 ? ['v1', 'v2'] : ['v1'])), at),
      );
      return one.handle(batch(...reports));
    };
    const written = async (from: number, moved: boolean) => {
      const before = one.counts()['NodeRecordsWritten'] ?? 0;
      for (let at = from; at < from + 90; at += 5) await fleet(at, moved);
      return (one.counts()['NodeRecordsWritten'] ?? 0) - before;
    };
    await written(0, false);
    await written(90, false);
    // Each every 48 to 60 s, and then every 24 to 30.
    const quiet = await written(180, false);
    expect(quiet).toBeGreaterThanOrEqual(200);
    expect(quiet).toBeLessThan(420);
    await written(270, true);
    const moving = await written(360, true);
    expect(moving / quiet).toBeGreaterThan(1.5);
  });
});

describe('containers that know nothing of each other', () => {
  it('write nothing twice when both are handed the same batch', async () => {
    const on = stage();
    const [one, two] = [recorder({ on }), recorder({ on })];
    const event = batch(json(report('n-1', 1)), json(report('n-2', 1), 1));
    expect(await Promise.all([one.handle(event), two.handle(event)])).toEqual([done, done]);
    expect((await on.stored.read(cluster, ['n-1'])).get('n-1')?.revision).toBe(1);
    expect((await on.stored.list(cluster)).map(({ node }) => node).toSorted()).toEqual(['n-1', 'n-2']);
  });

  it('find out at once that another has written since they remember', async () => {
    const on = stage();
    const [one, two] = [recorder({ on }), recorder({ on })];
    await say(one, 0, { load: 0.5 });
    await say(two, 5, { load: 0.9 });
    // As `one` remembers it; stored is something else.
    await say(one, 10, { load: 0.5 });
    expect(await recordOf(on)).toMatchObject({ load: 0.5, sequence: 11 });
  });

  it('take in what the other heard', async () => {
    const on = stage();
    const [one, two] = [recorder({ on }), recorder({ on })];
    await say(one, 0);
    on.setNow(3_000);
    await two.handle(batch(json(report('n-2', 1), 3)));
    await say(one, 5);
    const ages = (await on.stored.list(cluster)).map(({ node, arrivedAtMs }) => [node, arrivedAtMs - nowMs]);
    expect(ages).toEqual([
      ['n-1', 4_992],
      ['n-2', 3_000],
    ]);
  });
});

describe('what was heard and not yet written', () => {
  it('is written beside what another container wrote meanwhile', async () => {
    const on = stage();
    const [one, two] = [recorder({ on }), recorder({ on })];
    const hear = (by: typeof one, afterMs: number, node: string) => {
      on.setNow(afterMs);
      return by.handle(batch(json(report(node, 1 + afterMs), afterMs / 1000)));
    };
    await hear(one, 0, 'n-1');
    await hear(one, 1_024, 'n-1');
    await hear(two, 1_280, 'n-2');
    await hear(one, 3_200, 'n-3');
    const listed = await on.stored.list(cluster);
    expect(listed.map(({ arrivedAtMs }) => arrivedAtMs - nowMs)).toEqual([1_024, 1_280, 3_200]);
  });
});

describe('liveness that cannot be kept', () => {
  const failing = (name: keyof LivenessItems) => (items: LivenessItems) => ({
    ...items,
    [name]: async () => {
      throw new Error('throttled');
    },
  });

  it.each(['readShard', 'writeShard'] as const)('stops no report (%s), and is counted', async (name) => {
    const on = stage();
    const one = recorder({ on, liveness: failing(name) });
    await say(one, 0);
    expect(await recordOf(on)).toMatchObject({ sequence: 1 });
    expect(one.counts()).toMatchObject({ NodeRecordsWritten: 1, LivenessFailed: 1 });
    expect(one.lines()).toContain('throttled');
  });

  it('is given up for a batch when others are always quicker', async () => {
    let writes = 0;
    const liveness = (items: LivenessItems) => ({
      ...items,
      writeShard: async () => {
        writes += 1;
        return 'lost' as const;
      },
    });
    const one = recorder({ liveness });
    await say(one, 0);
    expect(writes).toBe(5);
    expect(one.counts()).toMatchObject({ LivenessFailed: 1 });
  });
});

describe('two shards of the stream', () => {
  it('are heard apart, and a node is judged by the one where it was heard last', async () => {
    const on = stage();
    const one = recorder({ on });
    const puts = (shard: string, at: number, nodes: readonly string[]) => {
      on.setNow(at * 1000);
      return one.handle(
        batchOf(
          shard,
          nodes.map((node) => json(report(node, at + 1), at)),
        ),
      );
    };
    const [left, right] = [
      Array.from({ length: 9 }, (_, index) => `left-${index}`),
      Array.from({ length: 9 }, (_, index) => `right-${index}`),
    ];
    for (let at = 0; at <= 20; at += 5) {
      await puts('a', at, left);
      await puts('b', at, right);
    }
    // Shard `b` is held up, and one of the left is dead.
    for (let at = 25; at <= 120; at += 5) await puts('a', at, left.slice(1));
    const presence = new Map(
      (await on.stored.list(cluster)).map((record) => [
        record.node,
        presenceOf(record, epochMs(nowMs + 120_000)),
      ]),
    );
    expect(presence.get('left-0')).toBe('silent');
    expect(presence.get('left-1')).toBe('live');
    expect(right.map((node) => presence.get(node))).toEqual(right.map(() => 'live'));
  });
});
