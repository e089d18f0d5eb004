/**
 * Numbers of SQS. Source: the quotas pages
 * (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-quotas.html) and the API reference.
 */

/** 1 MiB a message, attributes included; the sum of a batch as well. */
export const messageBytes = 1_048_576;
export const batchEntries = 10;
export const receivedMessages = 10;
export const messageAttributes = 10;
export const visibilitySeconds = { byDefault: 30, most: 43_200 };
export const delaySeconds = { byDefault: 0, most: 900 };
export const waitSeconds = { byDefault: 0, most: 20 };
export const retentionSeconds = { least: 60, byDefault: 345_600, most: 1_209_600 };
export const receivesBeforeDeadLetter = { least: 1, most: 1000 };
