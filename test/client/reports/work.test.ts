import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LabelCounters } from '../../../client/reports/label-counters.js';
import { LoadMeter } from '../../../client/reports/load-meter.js';
import { Work } from '../../../client/reports/work.js';

function createWork({ capacity = 10, slowAfterMs = 100 } = {}) {
  const time = { nowMs: 0 };
  const monotonicMs = () => time.nowMs;
  const counters = new LabelCounters();
  counters.hold('v1');
  const meter = new LoadMeter(capacity, monotonicMs);
  const work = new Work({ counters: [counters], meter, monotonicMs, slowAfterMs });
  return { time, counters, meter, work };
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

describe('count', () => {
  it('adds whole numbers and nothing else', () => {
    const { work, counters } = createWork();
    work.count({ requests: 5, errors: 2 });
    work.count({ requests: -1, errors: Number.NaN, slow: 0.5 });
    work.count({ slow: 1 });
    expect(counters.report()).toEqual({ v1: { requests: 5, errors: 2, slow: 1 } });
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
