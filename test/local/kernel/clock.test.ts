import { describe, expect, it } from 'vitest';
import { ManualClock, sleep } from '../../../local/kernel/clock.js';

describe('the manual clock', () => {
  it('stands still until it is advanced', async () => {
    const clock = new ManualClock(1000);
    const ran: number[] = [];
    clock.after(10, () => ran.push(clock.now()));
    await clock.advance(9);
    expect([ran, clock.now()]).toEqual([[], 1009]);
    await clock.advance(1);
    expect(ran).toEqual([1010]);
  });

  it('runs timers at their own instant, in order, also those set by others', async () => {
    const clock = new ManualClock(0);
    const ran: [string, number][] = [];
    const note = (name: string) => ran.push([name, clock.now()]);
    clock.after(20, () => note('later'));
    clock.after(5, () => {
      note('first');
      clock.after(5, () => note('nested'));
    });
    clock.after(5, () => note('second'));
    await clock.advance(100);
    expect(ran).toEqual([
      ['first', 5],
      ['second', 5],
      ['nested', 10],
      ['later', 20],
    ]);
  });

  it('waits for work that a timer started before it takes the next one', async () => {
    const clock = new ManualClock(0);
    const woke: number[] = [];
    const work = async () => {
      for (let turn = 0; turn < 3; turn++) {
        await sleep(clock, 10);
        woke.push(clock.now());
      }
    };
    const done = work();
    await clock.advance(30);
    await done;
    expect(woke).toEqual([10, 20, 30]);
  });

  it('shows whole milliseconds, and runs no timer early', async () => {
    const clock = new ManualClock(1000);
    const ran: number[] = [];
    clock.after(4.2, () => ran.push(clock.now()));
    await clock.advance(4);
    expect(ran).toEqual([]);
    await clock.advance(1);
    expect(ran).toEqual([1005]);
  });

  it('forgets a timer that is cancelled', async () => {
    const clock = new ManualClock(0);
    let ran = false;
    const cancel = clock.after(1, () => {
      ran = true;
    });
    cancel();
    await clock.advance(10);
    expect(ran).toBe(false);
  });

  it('waits before each timer and at the end until work has settled', async () => {
    const clock = new ManualClock(0);
    const told: string[] = [];
    const settled = async () => {
      // As a request over a socket would: longer than a few turns.
      for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
      told.push(`settled at ${clock.now()}`);
    };
    clock.after(5, () => told.push('five'));
    clock.after(7, () => told.push('seven'));
    await clock.advance(10, settled);
    expect(told).toEqual(['settled at 0', 'five', 'settled at 5', 'seven', 'settled at 7', 'settled at 10']);
  });
});
