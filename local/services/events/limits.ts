/** EventBridge's limits: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html. */

export const targetsPerRule = 5;
/** The rate of a schedule has the resolution of a minute. */
export const minimumRateMinutes = 1;
/** Length of a target's `Input`. */
export const inputLength = 8192;
