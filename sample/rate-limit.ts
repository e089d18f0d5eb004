/** A token bucket per player: `burst` attempts at once, then `ratePerSecond`. */

export interface Bucket {
  readonly tokens: number;
  /** Milliseconds since the epoch. */
  readonly filledAtMs: number;
}

export interface Rate {
  readonly ratePerSecond: number;
  readonly burst: number;
}

export interface Draw {
  readonly bucket: Bucket;
  /** 0 when a token was taken; else how long until there is one. */
  readonly retryAfterMs: number;
}

/**
 * Takes a token if there is one. Rates may change between two draws: a bucket is judged by the rates in force, so a
 * published change counts from the next attempt on.
 */
export function draw(bucket: Bucket | undefined, { ratePerSecond, burst }: Rate, nowMs: number): Draw {
  const { tokens: left, filledAtMs } = bucket ?? { tokens: burst, filledAtMs: nowMs };
  const passedMs = Math.max(0, nowMs - filledAtMs);
  const tokens = Math.min(burst, left + (passedMs / 1000) * ratePerSecond);
  if (tokens >= 1) return { bucket: { tokens: tokens - 1, filledAtMs: nowMs }, retryAfterMs: 0 };
  const retryAfterMs = Math.ceil(((1 - tokens) / ratePerSecond) * 1000);
  return { bucket: { tokens, filledAtMs: nowMs }, retryAfterMs };
}
