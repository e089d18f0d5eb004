import { describe, expect, it } from 'vitest';
import { createActivity } from '../../../local/kernel/activity.js';

/** A promise that the test settles. */
function open() {
  let end: () => void = () => undefined;
  const promise = new Promise<void>((resolve) => {
    end = resolve;
  });
  return { promise, end };
}

/** Whether it has resolved after a few turns of the event loop. */
async function isOver(work: Promise<void>): Promise<boolean> {
  let over = false;
  void work.then(() => {
    over = true;
  });
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
  return over;
}

describe('what is under way', () => {
  it('is nothing at first', async () => {
    expect(await isOver(createActivity().settled())).toBe(true);
  });

  it('is over with the last of several', async () => {
    const activity = createActivity();
    const [first, second] = [open(), open()];
    void activity.track(first.promise);
    void activity.track(second.promise);
    const settled = activity.settled();
    first.end();
    expect(await isOver(settled)).toBe(false);
    second.end();
    expect(await isOver(settled)).toBe(true);
  });

  it('is over when it fails, and whoever waits for it is told', async () => {
    const activity = createActivity();
    const work = activity.track(Promise.reject(new Error('no')));
    await expect(work).rejects.toThrow('no');
    expect(await isOver(activity.settled())).toBe(true);
  });

  it('goes on with what it started', async () => {
    const activity = createActivity();
    const [first, second] = [open(), open()];
    void activity.track(first.promise.then(() => void activity.track(second.promise)));
    const settled = activity.settled();
    first.end();
    expect(await isOver(settled)).toBe(false);
    second.end();
    expect(await isOver(settled)).toBe(true);
  });

  it('does not count while it waits for time, and counts again afterwards', async () => {
    const activity = createActivity();
    const [time, rest] = [open(), open()];
    const work = async () => {
      await activity.pause(time.promise);
      await rest.promise;
    };
    void activity.track(work());
    expect(await isOver(activity.settled())).toBe(true);
    time.end();
    await time.promise;
    const settled = activity.settled();
    expect(await isOver(settled)).toBe(false);
    rest.end();
    expect(await isOver(settled)).toBe(true);
  });
});
