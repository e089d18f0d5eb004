import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plusMs } from '../../../core/time.js';
import { Fleet, minuteMs, newLabel, oldLabel, seen, startMs, tally, Watch } from './fleet.js';

const counters = (old: ReturnType<typeof tally> | undefined, fresh?: ReturnType<typeof tally>) => ({
  ...(old && { [oldLabel]: old }),
  ...(fresh && { [newLabel]: fresh }),
});

describe('the arms of a rollout', () => {
  it('begin at what the nodes had counted before', () => {
    const watch = new Watch();
    const { state } = watch.look([seen('a', 0, { counters: counters(tally(9_000, 90), tally(70, 7)) })]);
    expect([state.tested, state.previous, state.before]).toEqual([
      [0, 0, 0],
      [0, 0, 0],
      [9000, 90, 0],
    ]);
  });

  it('come from the counters, when nodes change sides in both directions', () => {
    const watch = new Watch();
    watch.look([
      seen('a', 0, { counters: counters(tally(100, 1)) }),
      seen('b', 0, { counters: counters(tally(50)) }),
    ]);
    watch.look([
      seen('a', 1, { label: newLabel, counters: counters(tally(130, 1), tally(20, 4)) }),
      seen('b', 1, { counters: counters(tally(60)) }),
    ]);
    const { state } = watch.look([
      seen('a', 2, { label: oldLabel, counters: counters(tally(140, 2), tally(45, 9)) }),
      seen('b', 2, { label: newLabel, counters: counters(tally(61), tally(5, 0, 3)) }),
    ]);
    expect(state.tested).toEqual([50, 9, 3]);
    expect(state.previous).toEqual([51, 1, 0]);
  });

  it('count a new life from 0, and lose nothing of the last one that was seen', () => {
    const watch = new Watch();
    watch.look([seen('a', 0, { counters: counters(tally(1_000, 5)) })]);
    watch.look([seen('a', 1, { label: newLabel, counters: counters(tally(1_000, 5), tally(30, 1)) })]);
    const { state } = watch.look([
      seen('a', 2, {
        incarnation: 'life-2',
        retired: ['life-1'],
        sequence: 3,
        sinceMs: plusMs(startMs, 1.5 * minuteMs),
        label: newLabel,
        counters: counters(undefined, tally(40, 2)),
      }),
    ]);
    expect([state.tested, state.previous]).toEqual([
      [70, 3, 0],
      [0, 0, 0],
    ]);
  });

  it('count a node that joined from its first request, and one that was only missed from where it stands', () => {
    const watch = new Watch();
    watch.look([]);
    const { state } = watch.look([
      seen('joined', 1, { sinceMs: plusMs(startMs, 0.5 * minuteMs), counters: counters(tally(12, 1)) }),
      seen('missed', 1, { counters: counters(tally(5_000, 50)) }),
    ]);
    expect(state.previous).toEqual([12, 1, 0]);
  });

  it('keep what a report no longer carries, and take it up again when it returns', () => {
    const watch = new Watch();
    watch.look([seen('a', 0, { counters: counters(tally(100)) })]);
    watch.look([seen('a', 1, { label: newLabel, counters: counters(undefined, tally(10)) })]);
    const { state } = watch.look([
      seen('a', 2, { label: newLabel, counters: counters(tally(104), tally(25)) }),
    ]);
    expect([state.tested[0], state.previous[0]]).toEqual([25, 4]);
  });

  it('count from 0 what a node had forgotten', () => {
    const watch = new Watch();
    watch.look([seen('a', 0, { counters: counters(tally(100, 3)) })]);
    expect(watch.look([seen('a', 1, { counters: counters(tally(8, 1)) })]).state.previous).toEqual([8, 1, 0]);
  });

  it('take a late report for all the time it covers', () => {
    const watch = new Watch();
    const early = seen('a', 0, { counters: counters(tally(100)) });
    watch.look([early]);
    watch.look([early]);
    expect(watch.look([seen('a', 2, { counters: counters(tally(300)) })]).state.previous[0]).toBe(200);
  });

  it.each([
    ['an older report', { sequence: 90, arrivedAtMs: plusMs(startMs, -minuteMs) }],
    [
      'an older sequence that arrived with the last',
      { sequence: 100, arrivedAtMs: plusMs(startMs, minuteMs) },
    ],
    [
      'an older record of a node that was heard since',
      { sequence: 100, arrivedAtMs: plusMs(startMs, 2 * minuteMs) },
    ],
    ['an earlier life', { incarnation: 'life-0', arrivedAtMs: plusMs(startMs, minuteMs) }],
  ])('are not moved by %s', (_, stale) => {
    const watch = new Watch();
    watch.look([seen('a', 0, { counters: counters(tally(100)) })]);
    watch.look([seen('a', 1, { counters: counters(tally(150)) })]);
    expect(
      watch.look([seen('a', 1, { counters: counters(tally(120, 9)), ...stale })]).state.previous,
    ).toEqual([50, 0, 0]);
  });

  it('hear a node whose counters were not worth a write, until they are', () => {
    const watch = new Watch();
    const first = seen('a', 0, { counters: counters(tally(100)) });
    watch.look([first]);
    const heard = watch.look([{ ...first, arrivedAtMs: plusMs(startMs, minuteMs) }]).state;
    expect(heard.nodes['a']?.arrivedAtMs).toBe(plusMs(startMs, minuteMs));
    expect(heard.previous).toEqual([0, 0, 0]);
    expect(watch.look([seen('a', 2, { counters: counters(tally(300)) })]).state.previous[0]).toBe(200);
  });

  it('leave out what a node does in its warm-up, and only that', () => {
    const watch = new Watch({ warmUpSeconds: 10 });
    watch.look([seen('a', 0)]);
    watch.look([seen('a', 1, { label: newLabel, counters: counters(undefined, tally(40, 40)) })]);
    const { state } = watch.look([
      seen('a', 2, { label: newLabel, counters: counters(undefined, tally(90, 41)) }),
    ]);
    expect(state.tested).toEqual([50, 1, 0]);
  });

  it('warm up again with each life', () => {
    const watch = new Watch({ warmUpSeconds: 10 });
    const held = { label: newLabel };
    watch.look([seen('a', 0, held)]);
    const again = { ...held, incarnation: 'life-2', retired: ['life-1'], sinceMs: plusMs(startMs, 50_000) };
    watch.look([seen('a', 1, { ...again, counters: counters(undefined, tally(30, 30)) })]);
    const { state } = watch.look([seen('a', 2, { ...again, counters: counters(undefined, tally(50, 31)) })]);
    expect(state.tested).toEqual([20, 1, 0]);
  });

  it('begin anew with another deployment', () => {
    const [watch, fleet] = [new Watch(), new Fleet()];
    const work = { a: { label: oldLabel, requests: 100 } };
    watch.look(fleet.work(0, work));
    expect(watch.look(fleet.work(1, work)).state.previous[0]).toBe(100);
    const { state } = watch.look(fleet.work(2, work), { number: 8 });
    expect([state.deployment, state.previous[0], state.before[0]]).toEqual([8, 0, 300]);
  });

  it('know nodes by any name', () => {
    const watch = new Watch();
    watch.look([seen('__proto__', 0, { counters: counters(tally(1)) }), seen('constructor', 0)]);
    const { state } = watch.peek([
      seen('__proto__', 1, { counters: counters(tally(4)) }),
      seen('constructor', 1),
    ]);
    expect([Object.keys(state.nodes), state.previous[0]]).toEqual([['__proto__', 'constructor'], 3]);
  });
});

describe('looking', () => {
  const minute = fc.record({
    flips: fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
    errors: fc.array(fc.nat(20), { minLength: 4, maxLength: 4 }),
  });

  it('again at the same counters, in any order, changes nothing but the time of the look', () => {
    fc.assert(
      fc.property(fc.array(minute, { minLength: 2, maxLength: 8 }), fc.integer(), (minutes, salt) => {
        const [once, often, fleet] = [new Watch(), new Watch(), new Fleet()];
        for (const [index, { flips, errors }] of minutes.entries()) {
          const nodes = fleet.work(
            index,
            Object.fromEntries(
              flips.map((flip, node) => [
                `n${node}`,
                { label: flip ? newLabel : oldLabel, requests: 100, errors: errors[node] ?? 0 },
              ]),
            ),
          );
          const shuffled = nodes.toSorted(
            (a, b) => ((salt ^ a.node.charCodeAt(1)) % 3) - ((salt ^ b.node.charCodeAt(1)) % 3),
          );
          const plain = once.look(nodes);
          expect(often.look([...shuffled, ...nodes])).toEqual(plain);
          expect({ ...once.peek(nodes).state, lookedAtMs: 0 }).toEqual({ ...plain.state, lookedAtMs: 0 });
        }
      }),
      { numRuns: 60 },
    );
  });

  it('keeps the memory of a node for as long as its record, and small', () => {
    const watch = new Watch();
    const node = (name: string, at: number) =>
      seen(name, at, { counters: counters(tally(1_000_000, 1_000), tally(1_000_000, 1_000)) });
    const names = Array.from({ length: 1_000 }, (_, index) => `node-${index}`);
    const { state } = watch.look(names.map((name) => node(name, 0)));
    expect(JSON.stringify(state).length / 1_000).toBeLessThan(300);
    for (let at = 1; at < 62; at += 1) watch.look([node('node-0', at)]);
    expect(Object.keys(watch.peek([]).state.nodes)).toEqual(['node-0']);
  });
});
