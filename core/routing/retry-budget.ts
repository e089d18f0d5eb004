/** How often a router may try again: a share of its requests, so that retries cannot double the load of a fleet that fails. */

export interface RetryBudget {
  /** Retries that may be made now. */
  readonly tokens: number;
}

/** Each request earns this much of a retry (Finagle's default is a fifth, Envoy's too; half of that is enough here). */
const earnedByRequest = 0.1;
/** Earned at most, and had at the start: a burst of failures after quiet. */
const tokensMax = 100;

export const fullRetryBudget: RetryBudget = { tokens: tokensMax };

export const earnRetry = ({ tokens }: RetryBudget): RetryBudget => ({
  tokens: Math.min(tokensMax, tokens + earnedByRequest),
});

/** The budget after one more retry; undefined when there is none left. */
export const spendRetry = ({ tokens }: RetryBudget): RetryBudget | undefined =>
  tokens >= 1 ? { tokens: tokens - 1 } : undefined;
