/**
 * What an invocation's result means for its batch, and what happens next. Pure.
 * Sources: https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-batchfailurereporting.html and
 * https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html.
 */
import * as z from 'zod';
import type { StreamRecord } from './records.js';

/** Index of the first record to handle again; the batch's length when all is well. */
export interface Verdict {
  readonly firstFailed: number;
  /** The function itself failed, or gave an answer that cannot be understood: nothing is known about any record. */
  readonly whole: boolean;
}

/** A batch on its way: records, retries used up, and invocations that saw it. */
export interface Work {
  readonly records: readonly StreamRecord[];
  readonly retries: number;
  readonly invocations: number;
}

export interface RetryRules {
  /** -1: without end. */
  readonly maximumRetryAttempts: number;
  readonly bisect: boolean;
}

export type Next =
  | { readonly kind: 'done' }
  | { readonly kind: 'retry'; readonly work: Work }
  | { readonly kind: 'split'; readonly first: Work; readonly second: Work }
  | { readonly kind: 'discard'; readonly work: Work };

const partialResponse = z.object({
  batchItemFailures: z.array(z.object({ itemIdentifier: z.string().min(1) })).nullish(),
});

/** Reads a function's answer. An identifier that no record of the batch has fails the whole batch. */
export function judge(
  result: { readonly payload: string; readonly failed: boolean },
  records: readonly StreamRecord[],
  reportsFailures: boolean,
): Verdict {
  const wholeBatch = { firstFailed: 0, whole: true };
  const success = { firstFailed: records.length, whole: false };
  if (result.failed) return wholeBatch;
  if (!reportsFailures) return success;
  const answer = parse(result.payload);
  if (answer === null || answer === undefined) return success;
  const parsed = partialResponse.safeParse(answer);
  if (!parsed.success) return wholeBatch;
  const failed = parsed.data.batchItemFailures ?? [];
  const indexes = failed.map((item) =>
    records.findIndex((one) => one.SequenceNumber === item.itemIdentifier),
  );
  if (indexes.includes(-1)) return wholeBatch;
  return indexes.length === 0 ? success : { firstFailed: Math.min(...indexes), whole: false };
}

/** Decides what follows. Splitting uses up no retry; a reported failure is retried from the first failed record. */
export function decideNext(work: Work, verdict: Verdict, rules: RetryRules): Next {
  const records = work.records.slice(verdict.firstFailed);
  if (records.length === 0) return { kind: 'done' };
  const rest = { records, retries: work.retries, invocations: work.invocations + 1 };
  if (rules.bisect && verdict.whole && records.length > 1) return split(rest);
  if (rules.maximumRetryAttempts >= 0 && work.retries >= rules.maximumRetryAttempts)
    return { kind: 'discard', work: rest };
  return { kind: 'retry', work: { ...rest, retries: work.retries + 1 } };
}

function split(work: Work): Next {
  const middle = Math.ceil(work.records.length / 2);
  return {
    kind: 'split',
    first: { ...work, records: work.records.slice(0, middle) },
    second: { ...work, records: work.records.slice(middle) },
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
