/**
 * Counts work that is under way, so that a test on a manual clock can wait for its end before it moves time on. What waits for
 * nothing but promises of this process, such as one service that calls another, is over within a turn and need not be counted:
 * sockets, processes and files do.
 */

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
  const watchers: (() => void)[] = [];
  const end = () => {
    underWay -= 1;
    for (const lookAgain of watchers.splice(0)) lookAgain();
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
