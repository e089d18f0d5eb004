/** Calls to the outside that end in time, whatever the other side does. */

import type { NodeClock } from './clock.js';

export interface BoundedCall<Answer> {
  readonly clock: NodeClock;
  readonly timeoutMs: number;
  /** Aborting it ends the call as well. */
  readonly controller: AbortController;
  readonly call: (signal: AbortSignal) => Promise<Answer>;
  /** What to answer when there is none. */
  readonly failed: (reason: string) => Answer;
}

/** Resolves with the answer, or with `failed` when the call rejects, takes too long, or is aborted. Never rejects. */
export function boundedCall<Answer>(bounded: BoundedCall<Answer>): Promise<Answer> {
  const { clock, timeoutMs, controller, call, failed } = bounded;
  return new Promise((resolve) => {
    const cancel = clock.setTimer(() => controller.abort(), timeoutMs, 'keepsAlive');
    const end = (answer: Answer) => {
      cancel();
      resolve(answer);
    };
    const gaveUp = () => end(failed(`no answer within ${timeoutMs / 1000} seconds`));
    controller.signal.addEventListener('abort', gaveUp, { once: true });
    call(controller.signal).then(end, (error: unknown) => end(failed(String(error))));
  });
}

/** Resolves when `work` ends, or after `timeoutMs`: then `late` is called and `work` goes on alone. */
export function waitFor(
  clock: NodeClock,
  timeoutMs: number,
  { work, late }: { readonly work: Promise<unknown>; readonly late?: () => void },
): Promise<void> {
  return new Promise((resolve) => {
    const cancel = clock.setTimer(
      () => {
        late?.();
        resolve();
      },
      timeoutMs,
      'keepsAlive',
    );
    const end = () => {
      cancel();
      resolve();
    };
    work.then(end, end);
  });
}

export interface TimedCall<Result> {
  readonly clock: NodeClock;
  readonly timeoutMs: number;
  readonly call: (signal: AbortSignal) => Result | Promise<Result>;
  /** What to say when it takes too long. */
  readonly late: () => unknown;
}

export type Timed<Result> =
  | { readonly kind: 'returned'; readonly result: Result }
  | { readonly kind: 'thrown' | 'late'; readonly error: unknown };

/** Calls user code at once, and resolves with how it ended, or after `timeoutMs`: then its signal aborts, heeded or not. Never rejects. */
export function timedCall<Result>({
  clock,
  timeoutMs,
  call,
  late,
}: TimedCall<Result>): Promise<Timed<Result>> {
  const controller = new AbortController();
  return new Promise((resolve) => {
    const end = (timed: Timed<Result>) => {
      cancel();
      resolve(timed);
    };
    const cancel = clock.setTimer(() => {
      end({ kind: 'late', error: late() });
      controller.abort();
    }, timeoutMs);
    // What is thrown before the first promise is like a rejection.
    const called = async () => call(controller.signal);
    called().then(
      (result) => end({ kind: 'returned', result }),
      (error: unknown) => end({ kind: 'thrown', error }),
    );
  });
}
