/** Counts work that is under way, so that a test on a manual clock can wait for its end before it moves time on. */

export interface Activity {
  /** Counts `work` from the call until it settles; gives back the same promise. */
  track<T>(work: Promise<T>): Promise<T>;
  /** Waits inside tracked work for something that only time brings: meanwhile the work does not count. */
  pause<T>(waiting: Promise<T>): Promise<T>;
  /** Resolves when nothing is under way. */
  settled(): Promise<void>;
}

export function createActivity(): Activity {
  let underWay = 0;
  let watchers: (() => void)[] = [];
  const end = () => {
    underWay -= 1;
    if (underWay > 0) return;
    const wake = watchers;
    watchers = [];
    for (const resolve of wake) resolve();
  };
  const settled = async (): Promise<void> => {
    // Work often starts more work one turn later.
    for (;;) {
      await new Promise((resolve) => setImmediate(resolve));
      if (underWay === 0) return;
      await new Promise<void>((resolve) => watchers.push(resolve));
    }
  };
  return {
    settled,
    async pause(waiting) {
      end();
      try {
        return await waiting;
      } finally {
        underWay += 1;
      }
    },
    track(work) {
      underWay += 1;
      work.then(end, end);
      return work;
    },
  };
}
