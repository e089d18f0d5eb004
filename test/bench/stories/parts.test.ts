import { setTimeout as delay } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Benches } from '../../../bench/stories/parts/benches.js';
import { FairLock, type Mode } from '../../../bench/stories/parts/fair-lock.js';
import { doubleGrants, type Grant, grantsSchema } from '../../../bench/stories/parts/grants.js';
import { largeGameplay } from '../../../bench/stories/parts/large-content.js';
import { allSets, changed, setOf } from '../../../bench/stories/parts/replica-sets.js';
import { Resources } from '../../../bench/stories/parts/resources.js';
import { Slots } from '../../../bench/stories/parts/slots.js';
import { gameplay } from '../../../config/treasure-hunt/gameplay.js';

describe('Benches', () => {
  const take = (benches: Benches, workMs: number) =>
    new Promise<number>((resolve) => {
      const beganMs = performance.now();
      benches.take(workMs, () => resolve(performance.now() - beganMs));
    });

  it('does one piece after the other on one bench', async () => {
    const benches = new Benches({ benches: 1, waitingMax: 9 });
    const tookMs = await Promise.all([take(benches, 40), take(benches, 40), take(benches, 40)]);
    // Timers may fire a millisecond early by the clock of performance.now().
    expect(tookMs[0]).toBeGreaterThan(38);
    expect(tookMs[1]).toBeGreaterThan(78);
    expect(tookMs[2]).toBeGreaterThan(118);
    expect(benches.busyMs).toBe(120);
  });

  it('does as many at once as it has benches', async () => {
    const benches = new Benches({ benches: 3, waitingMax: 0 });
    let done = 0;
    const taken = [1, 2, 3].map(() => benches.take(20, () => (done += 1)));
    expect(taken).toEqual([true, true, true]);
    await take(new Benches({ benches: 1, waitingMax: 0 }), 20);
    await delay(20);
    expect(done).toBe(3);
  });

  it('turns away what may not wait, and takes work again when some is done', async () => {
    const benches = new Benches({ benches: 1, waitingMax: 1 });
    const first = take(benches, 20);
    expect(benches.take(20, () => undefined)).toBe(true);
    expect(benches.take(20, () => undefined)).toBe(false);
    await first;
    expect(benches.take(20, () => undefined)).toBe(true);
    expect(benches.busyMs).toBe(60);
  });
});

describe('Slots', () => {
  it('does so many at once, the others in the order in which they came', async () => {
    const slots = new Slots({ slots: 2, waitingMax: 10 });
    const [begun, ends]: [number[], (() => void)[]] = [[], []];
    const runs = [0, 1, 2, 3].map((index) =>
      slots.run(
        () =>
          new Promise<number>((resolve) => {
            begun.push(index);
            ends.push(() => resolve(index));
          }),
      ),
    );
    expect(begun).toEqual([0, 1]);
    ends[1]?.();
    expect(await runs[1]).toBe(1);
    await delay(0);
    expect(begun).toEqual([0, 1, 2]);
    ends[0]?.();
    await runs[0];
    await delay(0);
    expect(begun).toEqual([0, 1, 2, 3]);
    ends[2]?.();
    ends[3]?.();
    expect(await Promise.all(runs)).toEqual([0, 1, 2, 3]);
  });

  it('never does more at once than it has places, however work ends', async () => {
    const slots = new Slots({ slots: 3, waitingMax: 100 });
    let [now, most] = [0, 0];
    const work = (index: number) => async () => {
      now += 1;
      most = Math.max(most, now);
      await delay(index % 4);
      now -= 1;
    };
    await Promise.all(Array.from({ length: 40 }, (_, index) => slots.run(work(index))));
    await Promise.all(Array.from({ length: 40 }, (_, index) => slots.run(work(index))));
    expect(most).toBe(3);
  });

  it('turns away what may not wait, and does nothing of it', async () => {
    const slots = new Slots({ slots: 1, waitingMax: 0 });
    const first = slots.run(() => delay(5, 'done'));
    let ran = false;
    const second = slots.run(async () => {
      ran = true;
    });
    expect(await second).toBe('overflow');
    expect(ran).toBe(false);
    expect(await first).toBe('done');
    expect(await slots.run(async () => 'again')).toBe('again');
  });

  it('has its place again after work that failed', async () => {
    const slots = new Slots({ slots: 1, waitingMax: 0 });
    await expect(slots.run(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await slots.run(async () => 'yes')).toBe('yes');
  });
});

/** A lock whose sessions end when the test says so. */
function testLock(waitingMax = 100) {
  const sessions = new Map<number, () => void>();
  let timers = 0;
  const lock = new FairLock({
    sessionMs: 10_000,
    waitingMax,
    after: (_, call) => {
      const timer = ++timers;
      sessions.set(timer, call);
      return () => sessions.delete(timer);
    },
  });
  const held: { readonly name: string; readonly ticket: number }[] = [];
  const acquire = (name: string, mode: Mode) => lock.acquire(mode, (ticket) => held.push({ name, ticket }));
  const names = () => held.map(({ name }) => name);
  const release = (name: string) => lock.release(held.find((holder) => holder.name === name)?.ticket ?? 0);
  return { lock, acquire, release, names, sessions };
}

describe('FairLock', () => {
  it('lets many read, and one write, in the order in which they came', () => {
    const { acquire, release, names } = testLock();
    acquire('r1', 'shared');
    acquire('r2', 'shared');
    acquire('w1', 'exclusive');
    acquire('r3', 'shared');
    acquire('w2', 'exclusive');
    // Who reads after a writer has come waits for the writer: none is starved.
    expect(names()).toEqual(['r1', 'r2']);
    release('r1');
    expect(names()).toEqual(['r1', 'r2']);
    release('r2');
    expect(names()).toEqual(['r1', 'r2', 'w1']);
    release('w1');
    expect(names()).toEqual(['r1', 'r2', 'w1', 'r3']);
    release('r3');
    expect(names()).toEqual(['r1', 'r2', 'w1', 'r3', 'w2']);
  });

  it('takes the lock from a holder whose session is over', () => {
    const { lock, acquire, names, sessions } = testLock();
    acquire('dead', 'exclusive');
    acquire('next', 'exclusive');
    expect(sessions.size).toBe(1);
    for (const end of [...sessions.values()]) end();
    expect(names()).toEqual(['dead', 'next']);
    expect(lock.release(1)).toBe(false);
    expect(lock.release(2)).toBe(true);
  });

  it('turns away who would wait behind too many', () => {
    const { acquire } = testLock(1);
    expect(acquire('a', 'exclusive')).toBe(true);
    expect(acquire('b', 'exclusive')).toBe(true);
    expect(acquire('c', 'exclusive')).toBe(false);
  });

  it('never lets a writer in with anybody else, and lets everybody in at last', () => {
    const steps = fc.array(
      fc.oneof(fc.constantFrom<Mode>('shared', 'exclusive'), fc.constant('release' as const)),
      {
        maxLength: 60,
      },
    );
    fc.assert(
      fc.property(steps, (played) => {
        const inside = new Map<number, Mode>();
        let [asked, granted] = [0, 0];
        const lock = new FairLock({ sessionMs: 1, waitingMax: 1_000, after: () => () => undefined });
        const releaseOne = () => {
          const [ticket] = inside.keys();
          if (ticket === undefined) return false;
          inside.delete(ticket);
          return lock.release(ticket);
        };
        const enter = (mode: Mode) => (ticket: number) => {
          granted += 1;
          inside.set(ticket, mode);
          const modes = [...inside.values()];
          expect(modes.length === 1 || !modes.includes('exclusive')).toBe(true);
        };
        for (const step of played) {
          if (step === 'release') releaseOne();
          else {
            asked += 1;
            lock.acquire(step, enter(step));
          }
        }
        while (releaseOne());
        expect(granted).toBe(asked);
      }),
      { numRuns: 300 },
    );
  });
});

describe('doubleGrants', () => {
  const grant = (key: string, from: number, to: number): Grant => ({
    key,
    fromNs: BigInt(from),
    toNs: BigInt(to),
  });

  it.each<[string, Grant[], number]>([
    ['none of different keys', [grant('a', 0, 10), grant('b', 5, 15)], 0],
    ['none of one key after the other', [grant('a', 10, 20), grant('a', 0, 10)], 0],
    ['one that overlaps another', [grant('a', 0, 10), grant('a', 9, 15)], 1],
    [
      'one within another, and one that overlaps that',
      [grant('a', 0, 100), grant('a', 10, 20), grant('a', 50, 60)],
      2,
    ],
  ])('counts %s', (_, grants, expected) => {
    expect(doubleGrants(grants)).toBe(expected);
  });
});

describe('Resources', () => {
  it('hold a key for one at a time, and different keys at once', async () => {
    const resources = new Resources();
    const beganMs = performance.now();
    await Promise.all([resources.hold('a', 30), resources.hold('a', 30), resources.hold('b', 30)]);
    expect(performance.now() - beganMs).toBeGreaterThan(58);
    const grants = grantsSchema.parse(JSON.parse(resources.take()));
    expect(grants.map(({ key }) => key).toSorted()).toEqual(['a', 'a', 'b']);
    expect(doubleGrants(grants)).toBe(0);
    const [first] = grants;
    expect(Number((first?.toNs ?? 0n) - (first?.fromNs ?? 0n)) / 1e6).toBeGreaterThan(28);
  });

  it('tell of each grant once', async () => {
    const resources = new Resources();
    await resources.hold('a', 1);
    expect(JSON.parse(resources.take())).toHaveLength(1);
    expect(JSON.parse(resources.take())).toEqual([]);
  });

  it('write down two nodes that hold one key at once so that it shows', async () => {
    const [one, other] = [new Resources(), new Resources()];
    await Promise.all([one.hold('a', 20), other.hold('a', 20)]);
    const grants = [one, other].flatMap((node) => grantsSchema.parse(JSON.parse(node.take())));
    expect(doubleGrants(grants)).toBe(1);
  });
});

describe('replica sets', () => {
  it('are sixteen, and each key belongs to one of them', () => {
    const sets = allSets();
    expect(new Set(sets).size).toBe(16);
    const used = new Set(Array.from({ length: 1_000 }, (_, index) => setOf(`key-${index}`)));
    expect([...used].toSorted()).toEqual(sets.toSorted());
  });

  it('take one replica more out of service, and keep fifty', () => {
    const empty = { list: { cluster: 'replica-set/1', drains: [] }, revision: 3 };
    const one = changed(empty, 'replica-7', 1_000);
    expect(one.drains).toEqual([
      { node: 'replica-7', sinceMs: 1_000, untilMs: 61_000, reason: 'moved', by: 'manager' },
    ]);
    let list = one;
    for (let number = 0; number < 60; number += 1)
      list = changed({ list, revision: 1 }, `r-${number}`, 2_000);
    expect(list.drains).toHaveLength(50);
    expect(list.drains[0]?.node).toBe('r-59');
  });
});

describe('largeGameplay', () => {
  it('is as long as its schema admits, and suits it', async () => {
    const content = await largeGameplay();
    const value = gameplay.schema.parse(content);
    expect(value.hunts).toHaveLength(60);
    expect(new Set(value.hunts.map(({ clues }) => clues.length))).toEqual(new Set([20]));
    expect(JSON.stringify(content).length).toBeGreaterThan(300_000);
  });
});
