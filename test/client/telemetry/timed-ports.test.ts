import { expect, it } from 'vitest';
import { timedReports } from '../../../client/telemetry/timed-ports.js';
import type { PutOutcome } from '../../../core/fleet/load-reports.js';

/** A stream that answers when the test says, and what was noted of it. */
function start() {
  const time = { nowMs: 0 };
  const noted: (readonly [number, string | undefined])[] = [];
  const { promise, resolve, reject } = settled();
  const stream = { put: () => promise, close: () => undefined };
  const monotonicMs = () => time.nowMs;
  const timed = timedReports(stream, { monotonicMs, note: (...about) => noted.push(about) });
  return { time, noted, timed, resolve, reject };
}

function settled() {
  let resolve: (outcome: PutOutcome) => void = () => undefined;
  let reject: (error: Error) => void = () => undefined;
  const promise = new Promise<PutOutcome>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

it('a call that was given up is noted then, and not again when it ends after all', async () => {
  const { time, noted, timed, reject } = start();
  const controller = new AbortController();
  const put = timed.put([], controller.signal);
  time.nowMs = 2_000;
  controller.abort();
  expect(noted).toEqual([[2_000, 'timeout']]);
  time.nowMs = 9_000;
  reject(new Error('aborted'));
  await expect(put).rejects.toThrow('aborted');
  expect(noted).toHaveLength(1);
});

it('an answer is noted once, also when its signal aborts later', async () => {
  const { time, noted, timed, resolve } = start();
  const controller = new AbortController();
  const put = timed.put([], controller.signal);
  time.nowMs = 40;
  resolve({ unsent: [] });
  await put;
  controller.abort();
  expect(noted).toEqual([[40, undefined]]);
});
