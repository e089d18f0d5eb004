import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LabelCounters } from '../../../client/reports/label-counters.js';
import { LoadMeter } from '../../../client/reports/load-meter.js';
import { Work } from '../../../client/reports/work.js';

function createWork({ capacity = 10, slowAfterMs = 100 } = {}) {
  const logged: unknown[] = [];
  const time = { nowMs: 0 };
  const monotonicMs = () => time.nowMs;
  const counters = new LabelCounters();
  counters.hold('v1');
  const meter = new LoadMeter({ capacity, monotonicMs });
  const log = (_level: string, message: string, fields: object) => logged.push([message, fields]);
  const work = new Work({ ledgers: [{ counters, slowAfterMs }], meter, monotonicMs, log });
  return { time, counters, meter, work, logged };
}

/** A promise that ends when told to. */
function deferred<T>() {
  let resolve: (value: T) => void = () => undefined;
  let reject: (error: unknown) => void = () => undefined;
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

describe('measure', () => {
  it('returns what the work returns, and throws what it throws', async () => {
    const { work } = createWork();
    expect(work.measure(() => 7)).toBe(7);
    expect(await work.measure(async () => 'later')).toBe('later');
    expect(() => work.measure(() => JSON.parse('{'))).toThrow(SyntaxError);
    await expect(work.measure(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
  });

  it('counts requests, errors and slow ones', async () => {
    const { work, counters, time } = createWork();
    work.measure(() => 1);
    await work.measure(() => Promise.reject(new Error('no'))).catch(() => undefined);
    const slow = deferred<void>();
    const measured = work.measure(() => slow.promise);
    time.nowMs += 101;
    slow.resolve();
    await measured;
    expect(counters.report()).toEqual({ v1: { requests: 3, errors: 1, slow: 1 } });
  });

  it('counts for the version that was in force when the work began', async () => {
    const { work, counters } = createWork();
    const long = deferred<void>();
    const measured = work.measure(() => long.promise);
    counters.hold('v2');
    work.measure(() => 1);
    long.resolve();
    await measured;
    expect(counters.report()).toEqual({
      v1: { requests: 1, errors: 0, slow: 0 },
      v2: { requests: 1, errors: 0, slow: 0 },
    });
  });

  it('knows what is in flight, also when work fails', async () => {
    const { work } = createWork();
    const [a, b] = [deferred<void>(), deferred<void>()];
    const first = work.measure(() => a.promise);
    const second = work.measure(() => b.promise).catch(() => undefined);
    let isIdle = false;
    const idle = work.whenIdle().then(() => {
      isIdle = true;
    });
    expect(work.inFlight).toBe(2);
    a.resolve();
    await first;
    expect([work.inFlight, isIdle]).toEqual([1, false]);
    b.reject(new Error('no'));
    await Promise.all([second, idle]);
    expect([work.inFlight, isIdle]).toEqual([0, true]);
  });
});

describe('measure, with odd work', () => {
  it('passes errors through as they are, whatever is thrown', async () => {
    const { work, counters } = createWork();
    const thrown = { code: 7 };
    const rejected = new RangeError('far');
    const caught = (run: () => unknown) => {
      try {
        return run();
      } catch (error) {
        return error;
      }
    };
    const fail = () => {
      throw thrown;
    };
    expect(caught(() => work.measure(fail))).toBe(thrown);
    expect(await work.measure(() => Promise.reject(rejected)).catch((error: unknown) => error)).toBe(
      rejected,
    );
    expect(counters.report()).toEqual({ v1: { requests: 2, errors: 2, slow: 0 } });
  });

  it('counts a thenable once that settles twice, or throws when it is asked', () => {
    const { work, counters } = createWork();
    type Settle = (value?: unknown) => unknown;
    const both = {
      // biome-ignore lint/suspicious/noThenProperty: a thenable that is no promise is what is tried
      then: (yes: Settle, no: Settle) => {
        yes();
        no('too late');
      },
    };
    expect(() => work.measure(() => both)).toThrow('too late');
    const broken = {
      // biome-ignore lint/suspicious/noThenProperty: as above
      get then(): never {
        throw new Error('no then');
      },
    };
    expect(() => work.measure(() => broken)).toThrow('no then');
    expect(counters.report()).toEqual({ v1: { requests: 2, errors: 1, slow: 0 } });
    expect(work.inFlight).toBe(0);
  });

  it('counts a call inside another as work of its own', () => {
    const { work, counters } = createWork();
    const inner = () => work.measure(() => JSON.parse('{'));
    expect(() => work.measure(inner)).toThrow(SyntaxError);
    expect(counters.report()).toEqual({ v1: { requests: 2, errors: 2, slow: 0 } });
  });

  it('counts what takes just as long as it may as not slow', () => {
    const { work, counters, time } = createWork({ slowAfterMs: 100 });
    const take = (durationMs: number) =>
      work.measure(() => {
        time.nowMs += durationMs;
      });
    take(100);
    take(100.5);
    expect(counters.report()).toEqual({ v1: { requests: 2, errors: 0, slow: 1 } });
  });
});

describe('count', () => {
  it('adds whole numbers', () => {
    const { work, counters, logged } = createWork();
    work.count({ requests: 5, errors: 2 });
    work.count({ slow: 1 });
    work.count({ requests: 1_000_000_000 });
    work.count({});
    expect(counters.report()).toEqual({ v1: { requests: 1_000_000_005, errors: 2, slow: 1 } });
    expect(logged).toEqual([]);
  });

  it.each([
    { requests: -1 },
    { requests: 0.5, errors: 1 },
    { requests: 10, errors: Number.NaN },
    { requests: 10, slow: Number.POSITIVE_INFINITY },
    { requests: 1_700_000_000_000 },
    JSON.parse('{ "requests": 3, "errors": "1" }'),
  ])('counts nothing of %j', (counts) => {
    const { work, counters } = createWork();
    work.count(counts);
    expect(counters.report()).toEqual({ v1: { requests: 0, errors: 0, slow: 0 } });
  });

  it('says once that it counted nothing, with what it was given', () => {
    const { work, logged } = createWork();
    work.count({ requests: -1 });
    work.count({ requests: -2 });
    expect(logged).toEqual([
      ['count() takes whole numbers from 0 to a thousand million: nothing was counted', { requests: -1 }],
    ]);
  });
});

describe('work, counted for several profiles', () => {
  /** What happens to a node of two profiles, step by step. */
  const step = fc.oneof(
    fc.record({
      kind: fc.constant('hold' as const),
      profile: fc.nat(1),
      label: fc.constantFrom('v1', 'v2', 'v3'),
    }),
    fc.record({ kind: fc.constant('begin' as const) }),
    fc.record({ kind: fc.constant('end' as const), which: fc.nat(5), failed: fc.boolean() }),
    fc.record({ kind: fc.constant('pass' as const), durationMs: fc.constantFrom(40, 60, 300) }),
  );

  it('counts each request once a profile, for the label it began under, by the objective of the profile', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const time = { nowMs: 0 };
        const monotonicMs = () => time.nowMs;
        const objectivesMs = [100, 250];
        const ledgers = objectivesMs.map((slowAfterMs) => ({ counters: new LabelCounters(), slowAfterMs }));
        const work = new Work({
          ledgers,
          meter: new LoadMeter({ capacity: 1, monotonicMs }),
          monotonicMs,
          log: () => undefined,
        });
        const held = ['v1', 'v1'];
        for (const { counters } of ledgers) counters.hold('v1');
        const expected = [new Map<string, number[]>(), new Map<string, number[]>()];
        const open: { labels: string[]; startedAtMs: number; job: ReturnType<typeof deferred<void>> }[] = [];
        for (const each of steps) {
          if (each.kind === 'hold') {
            held[each.profile] = each.label;
            ledgers[each.profile]?.counters.hold(each.label);
          } else if (each.kind === 'pass') time.nowMs += each.durationMs;
          else if (each.kind === 'begin') {
            const job = deferred<void>();
            open.push({ labels: [...held], startedAtMs: time.nowMs, job });
            void work.measure(() => job.promise).catch(() => undefined);
          } else {
            const [ended] = open.splice(each.which % Math.max(open.length, 1), 1);
            if (!ended) continue;
            if (each.failed) ended.job.reject(new Error('no'));
            else ended.job.resolve();
            await new Promise(setImmediate);
            ended.labels.forEach((label, profile) => {
              const [requests = 0, errors = 0, slow = 0] = expected[profile]?.get(label) ?? [];
              const isSlow = time.nowMs - ended.startedAtMs > (objectivesMs[profile] ?? 0);
              expected[profile]?.set(label, [
                requests + 1,
                errors + Number(each.failed),
                slow + Number(isSlow),
              ]);
            });
          }
        }
        expect(work.inFlight).toBe(open.length);
        ledgers.forEach(({ counters }, profile) => {
          for (const [label, { requests, errors, slow }] of Object.entries(counters.report())) {
            expect([label, requests, errors, slow]).toEqual([
              label,
              ...(expected[profile]?.get(label) ?? [0, 0, 0]),
            ]);
          }
        });
      }),
      { numRuns: 300 },
    );
  });
});

describe('LabelCounters', () => {
  it('reports the last two versions, and goes on counting one that returns', () => {
    const { work, counters } = createWork();
    work.count({ requests: 1 });
    counters.hold('v2');
    work.count({ requests: 2 });
    counters.hold('v3');
    work.count({ requests: 3 });
    expect(counters.report()).toEqual({
      v2: { requests: 2, errors: 0, slow: 0 },
      v3: { requests: 3, errors: 0, slow: 0 },
    });
    counters.hold('v1');
    work.count({ requests: 10 });
    expect(counters.report()).toEqual({
      v3: { requests: 3, errors: 0, slow: 0 },
      v1: { requests: 11, errors: 0, slow: 0 },
    });
  });

  it('reports nothing of work under a default', () => {
    const counters = new LabelCounters();
    counters.current().requests += 1;
    expect(counters.report()).toEqual({});
  });

  it('does not grow with the number of versions', () => {
    const counters = new LabelCounters();
    for (let version = 0; version < 10_000; version++) counters.hold(`v${version}`);
    expect(Object.keys(counters.report())).toEqual(['v9998', 'v9999']);
  });
});

describe('LoadMeter', () => {
  it('averages over time: half the capacity for half the window is a quarter', () => {
    const { meter, work, time } = createWork({ capacity: 10 });
    work.setQueueDepth(5);
    time.nowMs += 1000;
    work.setQueueDepth(0);
    time.nowMs += 1000;
    expect(meter.load()).toBe(0.25);
  });

  it('adds what waits to what is in flight, and exceeds 1 when more is asked for than can be done', () => {
    const { meter, work, time } = createWork({ capacity: 2 });
    void work.measure(() => deferred<void>().promise);
    work.setQueueDepth(4);
    time.nowMs += 5000;
    expect(meter.load()).toBe(2.5);
  });

  it('sees a burst between two reports', () => {
    const { meter, work, time } = createWork({ capacity: 1 });
    time.nowMs += 2000;
    work.setQueueDepth(10);
    time.nowMs += 1000;
    work.setQueueDepth(0);
    time.nowMs += 2000;
    expect(meter.load()).toBe(2);
  });

  it('looks back further when its window has just begun', () => {
    const { meter, work, time } = createWork({ capacity: 1 });
    work.setQueueDepth(1);
    time.nowMs += 5000;
    meter.nextWindow();
    work.setQueueDepth(0);
    time.nowMs += 20;
    expect(meter.load()).toBeCloseTo(5000 / 5020);
    time.nowMs += 980;
    expect(meter.load()).toBe(0);
  });

  it('knows what the node can do: what it gets done in the time that its capacity is in use', () => {
    const { meter, time } = createWork({ capacity: 4 });
    expect(meter.unitsPerSecond()).toBeUndefined();
    meter.setLevel(2, 0, time.nowMs);
    time.nowMs += 1000;
    meter.done(19);
    expect(meter.unitsPerSecond()).toBeUndefined();
    meter.done(1);
    expect(meter.unitsPerSecond()).toBe(40);
    meter.nextWindow();
    meter.setLevel(9, 0, time.nowMs);
    time.nowMs += 1000;
    meter.done(40);
    // More at once than the capacity is no more than all of it.
    expect(meter.unitsPerSecond()).toBeCloseTo((20 * 0.9 + 40) / (0.5 * 0.9 + 1), 9);
  });

  it('is what was offered by what the node can do, once that is known: what is shed counts', () => {
    const { meter, time } = createWork({ capacity: 1 });
    meter.setLevel(1, 0, time.nowMs);
    time.nowMs += 2000;
    meter.done(40);
    meter.offered(100);
    expect(meter.load()).toBe(2.5);
    meter.nextWindow();
    meter.offered(30);
    time.nowMs += 2000;
    meter.done(40);
    // The greater of the two: it was in use all the time.
    expect(meter.load()).toBe(1);
  });

  it('counts what waits as work for the next ten seconds, once the pace is known', () => {
    const { meter, time } = createWork({ capacity: 1 });
    meter.setLevel(1, 0, time.nowMs);
    time.nowMs += 2000;
    meter.done(40);
    meter.setLevel(1, 10, time.nowMs);
    meter.offered(40);
    expect(meter.load()).toBe(1.05);
  });

  it('never says more than a report may hold', () => {
    const { meter, work, time } = createWork({ capacity: 1 });
    work.setQueueDepth(1_000_000);
    expect(meter.load()).toBe(1000);
    time.nowMs += 1000;
    expect(meter.load()).toBe(1000);
  });

  it('is what a sum over every millisecond would give', () => {
    const step = fc.record({ level: fc.nat(20), durationMs: fc.nat(500) });
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 30 }), (steps) => {
        const { meter, work, time } = createWork({ capacity: 7 });
        let sum = 0;
        for (const { level, durationMs } of steps) {
          work.setQueueDepth(level);
          time.nowMs += durationMs;
          sum += level * durationMs;
        }
        const expected = time.nowMs === 0 ? (steps.at(-1)?.level ?? 0) : sum / time.nowMs;
        expect(meter.load()).toBeCloseTo(expected / 7);
      }),
    );
  });
});
