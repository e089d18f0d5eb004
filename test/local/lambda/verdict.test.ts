import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StreamRecord } from '../../../local/services/lambda/streams/records.js';
import { batchLength, fillsBatch } from '../../../local/services/lambda/streams/records.js';
import { decideNext, judge, type Next, type Work } from '../../../local/services/lambda/streams/verdict.js';

const record = (number: number, sizeBytes = 1): StreamRecord => ({
  SequenceNumber: String(number),
  PartitionKey: 'k',
  Data: new Uint8Array(sizeBytes),
  ApproximateArrivalTimestamp: new Date(0),
});
const records = [record(1), record(2), record(3)];
const whole = { firstFailed: 0, whole: true };
const fine = { firstFailed: 3, whole: false };

describe('judge', () => {
  it.each([
    ['no answer', 'null', fine],
    ['an empty answer', '{}', fine],
    ['no failures', '{"batchItemFailures":[]}', fine],
    ['null failures', '{"batchItemFailures":null}', fine],
    ['one failure', '{"batchItemFailures":[{"itemIdentifier":"2"}]}', { firstFailed: 1, whole: false }],
    [
      'several failures: the first counts',
      '{"batchItemFailures":[{"itemIdentifier":"3"},{"itemIdentifier":"2"}]}',
      { firstFailed: 1, whole: false },
    ],
    ['an empty identifier', '{"batchItemFailures":[{"itemIdentifier":""}]}', whole],
    ['a null identifier', '{"batchItemFailures":[{"itemIdentifier":null}]}', whole],
    ['a wrong key', '{"batchItemFailures":[{"id":"2"}]}', whole],
    ['an identifier of no record', '{"batchItemFailures":[{"itemIdentifier":"9"}]}', whole],
  ])('takes %s', (_, payload, expected) => {
    expect(judge({ payload, failed: false }, records, true)).toEqual(expected);
  });

  it('takes a function error for a failure of the whole batch, whatever it says', () => {
    expect(judge({ payload: '{"batchItemFailures":[]}', failed: true }, records, true)).toEqual(whole);
  });

  it('does not read the answer when failures are not reported', () => {
    expect(
      judge({ payload: '{"batchItemFailures":[{"itemIdentifier":"1"}]}', failed: false }, records, false),
    ).toEqual(fine);
  });
});

describe('decideNext', () => {
  const work: Work = { records, retries: 0, invocations: 0 };

  it('splits before it counts a retry, and retries what cannot be split', () => {
    const rules = { maximumRetryAttempts: 0, bisect: true };
    expect(decideNext(work, whole, rules)).toEqual({
      kind: 'split',
      first: { records: records.slice(0, 2), retries: 0, invocations: 1 },
      second: { records: records.slice(2), retries: 0, invocations: 1 },
    });
    const single = { records: records.slice(0, 1), retries: 0, invocations: 3 };
    expect(decideNext(single, whole, rules)).toEqual({
      kind: 'discard',
      work: { ...single, invocations: 4 },
    });
  });

  it('never gives up without a limit', () => {
    const tired = { records, retries: 9_999, invocations: 9_999 };
    const rules = { maximumRetryAttempts: -1, bisect: false };
    expect(decideNext(tired, whole, rules)).toMatchObject({ kind: 'retry', work: { retries: 10_000 } });
  });

  it('handles every record exactly once or discards it, and invokes no more often than the rules allow', () => {
    const isPoison = fc.array(fc.boolean(), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(
        isPoison,
        fc.boolean(),
        fc.boolean(),
        fc.integer({ min: 0, max: 3 }),
        (poison, bisect, reports, max) => {
          const { handled, discarded, invocations } = simulate(poison, { bisect, reports, max });
          const all = [...handled, ...discarded].sort((a, b) => a - b);
          expect(all).toEqual(poison.map((_, index) => index));
          if (bisect && !reports)
            expect(discarded).toEqual(poison.flatMap((bad, index) => (bad ? [index] : [])));
          expect(invocations).toBeLessThanOrEqual(2 * poison.length * (max + 1));
        },
      ),
    );
  });
});

/** A function that fails for poisoned records, driven by the rules until nothing is left. */
function simulate(poison: readonly boolean[], rules: { bisect: boolean; reports: boolean; max: number }) {
  const handled: number[] = [];
  const discarded: number[] = [];
  let invocations = 0;
  const stack: Work[] = [{ records: poison.map((_, index) => record(index)), retries: 0, invocations: 0 }];
  const numbers = (work: { records: readonly StreamRecord[] }) =>
    work.records.map((one) => Number(one.SequenceNumber));
  for (let work = stack.pop(); work; work = stack.pop()) {
    invocations += 1;
    const bad = numbers(work).filter((number) => poison[number]);
    const batchItemFailures = bad.map((number) => ({ itemIdentifier: String(number) }));
    const failed = bad.length > 0 && !rules.reports;
    const verdict = judge(
      { payload: JSON.stringify({ batchItemFailures }), failed },
      work.records,
      rules.reports,
    );
    handled.push(...numbers(work).slice(0, verdict.firstFailed));
    const next: Next = decideNext(work, verdict, { maximumRetryAttempts: rules.max, bisect: rules.bisect });
    if (next.kind === 'retry') stack.push(next.work);
    if (next.kind === 'split') stack.push(next.second, next.first);
    if (next.kind === 'discard') discarded.push(...numbers(next.work));
  }
  return { handled, discarded, invocations };
}

describe('a batch', () => {
  it('ends before an invocation’s payload would outgrow 6 MiB, and holds one record at least', () => {
    const large = Array.from({ length: 8 }, (_, index) => record(index, 1_000_000));
    expect(batchLength(large, 100)).toBe(4);
    expect(fillsBatch(large, 100)).toBe(true);
    expect(batchLength([record(1, 10_000_000)], 100)).toBe(1);
    expect(batchLength(records, 2)).toBe(2);
    expect(fillsBatch(records, 4)).toBe(false);
  });
});
