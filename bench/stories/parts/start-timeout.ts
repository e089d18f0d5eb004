/** Forty processes that start at once on two cores take their time, and the local AWS with them. */
export const startTimeoutMs = 60_000;
