/** EventBridge's limits: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html. */

export const targetsPerRule = 5;
/** The rate of a schedule has the resolution of a minute. */
export const minimumRateMinutes = 1;
/** Length of a target's `Input`. */
export const inputLength = 8192;
/** Events of one PutEvents. */
export const entriesPerCall = 10;
/** Sources of AWS's own services begin so, and users may not use them. */
export const reservedSourcePrefix = 'aws.';
/** Length of a rule's pattern. */
export const patternLength = 4096;
