/** Numbers of DynamoDB, each with its source. */

/**
 * How often expired items are deleted. AWS deletes "within a few days of their expiration"; here within a minute
 * (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/howitworks-ttl.html).
 */
export const sweepEveryMs = 60_000;

/**
 * An item whose expiry lies further back is not deleted: "items with a TTL value older than 5 years are not deleted"
 * (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/time-to-live-ttl-before-you-start.html).
 */
export const oldestExpirySeconds = 5 * 365 * 24 * 60 * 60;

/** Days that point-in-time recovery covers unless told otherwise (API reference, PointInTimeRecoverySpecification). */
export const recoveryDaysByDefault = 35;
