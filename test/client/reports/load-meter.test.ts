import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createWorkload } from '../../../client/reports/workload.js';
import { Cluster } from '../../../client/routing/cluster.js';
import { epochMs } from '../../../core/time.js';
import { seededRandom } from '../world.js';

function createMeasured({ capacity = 100, hasLoop = true } = {}) {
  const time = { nowMs: 0, loopBusyMs: 7_000 };
  const { meter, work } = createWorkload({
    node: 'n1',
    capacity,
    queueMax: undefined,
    ledgers: [],
    monotonicMs: () => time.nowMs,
    loopBusyMs: hasLoop ? () => time.loopBusyMs : undefined,
    random: () => 0.5,
    log: () => undefined,
  });
  return { time, meter, work };
}
type Measured = ReturnType<typeof createMeasured>;

/** One piece of work; ends when told to. */
function begin({ work }: Measured): (how: 'well' | 'failed') => void {
  let settle: (how: 'well' | 'failed') => void = () => undefined;
  const ended = {
    // biome-ignore lint/suspicious/noThenProperty: settles at once, so that the test needs no turns
    then: (yes: (value: unknown) => unknown, no: (error: unknown) => unknown) => {
      settle = (how) => {
        try {
          (how === 'well' ? yes : no)(undefined);
        } catch {
          // What `measure` throws again is for its caller.
        }
      };
    },
  };
  void work.measure(() => ended);
  return settle;
}

/** One after the other, each as long, over a window of five seconds. */
function serve(node: Measured, count: number, { eachMs = 50, how = 'well' as 'well' | 'failed' } = {}) {
  for (let nth = 0; nth < count; nth += 1) {
    const end = begin(node);
    node.time.nowMs += eachMs;
    end(how);
    node.time.nowMs += 5_000 / count - eachMs;
  }
}

describe('work that fails', () => {
  it('says nothing of what a node can do, however quickly it fails; the node looks as busy as with work that ends well', () => {
    const node = createMeasured({ hasLoop: false });
    serve(node, 50);
    expect(node.meter.unitsPerSecond()).toBeCloseTo(2_000, 6);
    expect(node.meter.load()).toBeCloseTo(50 / 5 / 2_000, 6);
    for (let window = 0; window < 20; window += 1) {
      node.meter.nextWindow();
      serve(node, 50, { eachMs: 1, how: 'failed' });
      expect(node.meter.unitsPerSecond()).toBeCloseTo(2_000, 6);
      expect(node.meter.load()).toBeCloseTo(50 / 5 / 2_000, 6);
    }
  });

  it('takes no time from what ends well beside it', () => {
    const node = createMeasured({ hasLoop: false });
    for (let nth = 0; nth < 40; nth += 1) {
      const [well, badly] = [begin(node), nth % 20 === 0 ? begin(node) : undefined];
      node.time.nowMs += 50;
      well('well');
      node.time.nowMs += 1_000;
      badly?.('failed');
    }
    expect(node.meter.unitsPerSecond()).toBeCloseTo(2_000, 6);
  });

  it('takes nothing back that a window before counted', () => {
    const node = createMeasured({ hasLoop: false });
    const long = begin(node);
    serve(node, 50, { eachMs: 100 });
    node.meter.nextWindow();
    serve(node, 50, { eachMs: 100 });
    long('failed');
    // A hundredth of the node each; the long piece as well, for all of the first window.
    expect(node.meter.unitsPerSecond()).toBeCloseTo((1_000 * (0.9 * 50 + 50)) / (0.9 * 100 + 50), 6);
  });

  it('leaves what is light: while a tenth fails, what ends well does not make a node strong, and may make it weak', () => {
    const node = createMeasured({ hasLoop: false });
    serve(node, 50);
    node.meter.nextWindow();
    serve(node, 44, { eachMs: 1 });
    serve(node, 5, { how: 'failed' });
    expect(node.meter.unitsPerSecond()).toBeCloseTo(2_000, 6);
    serve(node, 44, { eachMs: 100 });
    expect(node.meter.unitsPerSecond()).toBeLessThan(2_000);
  });

  it('is as heavy as work is taken to be, on a node that never did any well', () => {
    const node = createMeasured({ hasLoop: false });
    serve(node, 500, { eachMs: 1, how: 'failed' });
    expect([node.meter.unitsPerSecond(), node.meter.load()]).toEqual([undefined, 1]);
    serve(node, 25, { eachMs: 1 });
    expect(node.meter.unitsPerSecond()).toBeUndefined();
    node.meter.nextWindow();
    serve(node, 19);
    expect(node.meter.unitsPerSecond()).toBeUndefined();
    serve(node, 1);
    expect(node.meter.unitsPerSecond()).toBeCloseTo(2_000, 6);
  });

  it('of any length and at any time leaves the pace as it is, and never takes load away', () => {
    const piece = fc.oneof(
      fc.record({ lastsMs: fc.constant(50), fails: fc.constant(false) }),
      fc.record({ lastsMs: fc.integer({ min: 1, max: 500 }), fails: fc.constant(true) }),
    );
    fc.assert(
      fc.property(fc.array(piece, { minLength: 30, maxLength: 120 }), (pieces) => {
        const [all, well] = [createMeasured({ hasLoop: false }), createMeasured({ hasLoop: false })];
        for (const node of [all, well]) {
          serve(node, 50);
          node.meter.nextWindow();
        }
        for (const [index, { lastsMs, fails }] of pieces.entries()) {
          const ends = [begin(all), ...(fails ? [] : [begin(well)])];
          for (const node of [all, well]) node.time.nowMs += lastsMs;
          for (const end of ends) end(fails ? 'failed' : 'well');
          if (index % 25 === 24) for (const node of [all, well]) node.meter.nextWindow();
          expect(all.meter.unitsPerSecond()).toBeCloseTo(2_000, 6);
          expect(all.meter.load()).toBeGreaterThanOrEqual(well.meter.load() - 1e-9);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('a node that fails fast, among nine that do not', () => {
  it('gets no more than its router sends to whoever answers first, and no more of what it can do', () => {
    const nodes = Array.from({ length: 10 }, (_, index) => ({ name: `n${index}`, ...createMeasured() }));
    const time = { nowMs: 0 };
    const about = { self: 'r', zone: undefined, partitions: 16, log: () => undefined };
    const router = new Cluster({ ...about, monotonicMs: () => time.nowMs, random: seededRandom(5) });
    const tell = (revision: number) =>
      router.takeRoster({
        revision,
        nodes: nodes.map(({ name, meter }) => ({
          node: name,
          incarnation: 'one',
          labels: {},
          health: 'ready' as const,
          unitsPerSecond: meter.unitsPerSecond() ?? 100,
          sinceMs: epochMs(0),
        })),
      });
    const ends = new Map<number, (() => void)[]>();
    const sent = { all: 0, failing: 0 };
    tell(1);
    for (time.nowMs = 1; time.nowMs <= 40_000; time.nowMs += 1) {
      for (const node of nodes) node.time.nowMs = time.nowMs;
      for (const end of ends.get(time.nowMs) ?? []) end();
      const peer = router.pick();
      const node = nodes.find(({ name }) => name === peer?.node);
      if (!peer || !node) throw new Error('nobody');
      const fails = node.name === 'n0' && time.nowMs > 10_000;
      const [answered, end] = [router.begin(peer), begin(node)];
      const atMs = time.nowMs + (fails ? 1 : 50);
      const over = () => {
        end(fails ? 'failed' : 'well');
        answered('answered');
      };
      ends.set(atMs, [...(ends.get(atMs) ?? []), over]);
      if (time.nowMs > 20_000) sent.all += 1;
      if (time.nowMs > 20_000 && node.name === 'n0') sent.failing += 1;
      if (time.nowMs % 5_000 === 0) {
        for (const { meter } of nodes) meter.nextWindow();
        tell(1 + time.nowMs / 5_000);
      }
    }
    for (const { meter } of nodes) {
      expect(meter.unitsPerSecond()).toBeGreaterThan(1_900);
      expect(meter.unitsPerSecond()).toBeLessThan(2_100);
    }
    // Of two that are drawn it is taken whenever it is one of them: 1 − 0.9².
    expect(sent.failing / sent.all).toBeGreaterThan(0.05);
    expect(sent.failing / sent.all).toBeLessThan(0.22);
  });
});

describe('a busy event loop', () => {
  /** Work that the processor does, one piece after the other: `share` of the time. */
  function compute(node: Measured, share: number, fails: (index: number) => boolean = () => false) {
    const eachMs = 10;
    for (let index = 0; index < 500; index += 1) {
      const end = begin(node);
      node.time.nowMs += share * eachMs;
      node.time.loopBusyMs += share * eachMs;
      end(fails(index) ? 'failed' : 'well');
      node.time.nowMs += (1 - share) * eachMs;
    }
  }

  it('is a busy node, whatever its capacity says', () => {
    const node = createMeasured();
    compute(node, 1);
    expect(node.meter.load()).toBe(1);
    expect(node.meter.unitsPerSecond()).toBeCloseTo(100, 6);
    node.meter.nextWindow();
    compute(node, 0.5);
    expect(node.meter.load()).toBeGreaterThan(0.49);
    expect(node.meter.unitsPerSecond()).toBeLessThan(220);
  });

  it('is none where work waits for others, or little is done at all', () => {
    const node = createMeasured();
    serve(node, 50);
    node.time.loopBusyMs += 200;
    expect(node.meter.load()).toBe(0.04);
    expect(node.meter.unitsPerSecond()).toBeCloseTo(2_000, 6);
  });

  it('is not held against what ended well when other work fails', () => {
    const node = createMeasured();
    compute(node, 0.5);
    const before = node.meter.unitsPerSecond();
    node.meter.nextWindow();
    compute(node, 0.5, (index) => index % 2 === 0);
    expect(before).toBeGreaterThan(200);
    expect(node.meter.unitsPerSecond()).toBeCloseTo(before ?? 0, 6);
  });

  it('counts for the whole time when the window has just begun, and is never more than all of it', () => {
    const node = createMeasured();
    node.time.nowMs += 5_000;
    node.time.loopBusyMs += 5_000;
    node.meter.nextWindow();
    node.time.nowMs += 500;
    expect(node.meter.load()).toBeCloseTo(5_000 / 5_500, 6);
    node.time.nowMs += 500;
    // Of two clocks, one is asked a moment later.
    node.time.loopBusyMs += 1_001;
    expect(node.meter.load()).toBe(1);
  });
});

describe('a pace beyond what reports say', () => {
  it('is cut', () => {
    const node = createMeasured({ capacity: 10_000, hasLoop: false });
    serve(node, 5_000, { eachMs: 0.000_001 });
    expect(node.meter.unitsPerSecond()).toBe(1e9);
  });
});
