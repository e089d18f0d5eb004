/**
 * Lambda's limits and defaults.
 * Sources: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html (quotas),
 * https://docs.aws.amazon.com/lambda/latest/api/ (ranges of members). What is chosen here says so.
 */

const MiB = 1024 * 1024;

/** Payload of a synchronous invocation and of its response. */
export const syncPayloadBytes = 6 * MiB;
/** Payload of an asynchronous invocation. */
export const asyncPayloadBytes = 1 * MiB;
/** Records of one batch, base64 included: the invocation that carries them is a synchronous one. */
export const batchPayloadBytes = 6 * MiB;
/** All environment variables of a function together. */
export const environmentBytes = 4096;
export const timeoutSeconds = { default: 3, min: 1, max: 900 } as const;
export const memoryMiB = { default: 128, min: 128, max: 10_240 } as const;
/** Last bytes of the log that `LogType: Tail` returns. */
export const logTailBytes = 4096;

/** Asynchronous invocations: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html. */
export const asynchronous = {
  retryAttempts: { default: 2, min: 0, max: 2 },
  eventAgeSeconds: { default: 21_600, min: 60, max: 21_600 },
  /** Wait before the second attempt, and before the third. */
  retryDelaysMs: [60_000, 120_000],
} as const;

/** Stream event sources: https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-parameters.html. */
export const streams = {
  batchSize: { default: 100, min: 1, max: 10_000 },
  windowSeconds: { default: 0, min: 0, max: 300 },
  recordAgeSeconds: { min: 60, max: 604_800 },
  retryAttempts: { min: 0, max: 10_000 },
  /** https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html. */
  filters: 5,
  patternLength: 4096,
} as const;

/**
 * Pace of stream polling. AWS polls a shard about once a second; this is quicker while records flow, so that a person
 * who tries something sees it at once. Chosen here.
 */
export const polling = {
  busyMs: 200,
  idleMs: 500,
  /** A shard is idle when it gave nothing for this long. */
  idleAfterMs: 10_000,
  /** Wait after an error of the stream itself (deleted, throttled). */
  troubleMs: 2_000,
} as const;

/** Waits between attempts of a failing batch, doubling from the first to the last. AWS does not publish its own. */
export const batchBackoffMs = { first: 500, last: 60_000 } as const;

/** Processes of a function that reserves no concurrency. AWS's own default is the account's 1,000; chosen here. */
export const defaultConcurrency = 10;
/** A process that was idle for this long ends. Chosen here (AWS: unpublished, minutes). */
export const idleProcessMs = 5 * 60_000;
/** Time to load a handler. AWS allows 10 s; a laptop that is busy deserves more. */
export const initTimeoutMs = 30_000;
/** Once the answer has arrived, the last output of an invocation is waited for until nothing came for this long. */
export const outputGraceMs = 250;
/** A longer line of output is cut: CloudWatch Logs takes 1 MiB an event. */
export const logLineBytes = 256 * 1024;
/** Series of metrics that are kept; further ones are counted and dropped. Chosen here. */
export const metricSeries = 5_000;
