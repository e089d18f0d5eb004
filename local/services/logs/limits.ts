/**
 * Numbers of CloudWatch Logs. Source: the API reference
 * (https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html and API_FilterLogEvents.html).
 */
export const eventsPerPut = 10_000;
export const eventsPerPage = 10_000;
export const groupsPerPage = 50;
export const streamsPerPage = 50;
/** PutRetentionPolicy takes these and no others. */
export const retentionDays: readonly number[] = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];
/** Of the local AWS alone: a group forgets its oldest events beyond this, whatever its retention. */
export const keptEventsPerGroup = 10_000;
/** Of the local AWS alone: a group forgets its oldest streams beyond this. */
export const keptStreamsPerGroup = 1000;
