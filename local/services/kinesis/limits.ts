/**
 * Numbers of Kinesis Data Streams. Sources: the quotas page
 * (https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html) and the API reference of the operation.
 */

/** PutRecords: "up to 500 records". */
export const recordsPerPut = 500;
/** PutRecords: "up to a limit of 10 MiB for the entire request, including partition keys". */
export const bytesPerPut = 10 * 1024 * 1024;
/** MaxRecordSizeInKiB of a stream: 1 MiB unless raised, at most 10 MiB; partition key and data count. */
export const recordSizeKib = { byDefault: 1024, most: 10_240 };
/** GetRecords: "up to 10 MB of data from a single shard, and up to 10,000 records per call". */
export const bytesPerGet = 10_000_000;
export const recordsPerGet = 10_000;
/** GetShardIterator: "A shard iterator expires 5 minutes after it is returned to the requester". */
export const iteratorLifeMs = 300_000;
/** ListShards: "The token expires after 300 seconds". */
export const tokenLifeMs = 300_000;
/** ListShards: MaxResults, by default and at most. */
export const shardsPerList = { byDefault: 1000, most: 10_000 };
/** DescribeStream: Limit, by default and at most 100 and 10,000. */
export const shardsPerDescribe = { byDefault: 100, most: 10_000 };
/** ListStreams: Limit, by default and at most. */
export const streamsPerList = { byDefault: 100, most: 10_000 };
/** Retention: 24 hours unless raised, at most 8760 (a year). */
export const retentionHours = { byDefault: 24, most: 8760 };
/** "New data streams created with the on-demand capacity mode have 4 MB/s of write": four shards. */
export const onDemandShards = 4;
/** Of the local AWS alone: more than a laptop needs, little enough to list. AWS's quota is 1,000 to 20,000 an account. */
export const shardsPerStream = 1000;
export const partitionKeyCharacters = 256;
export const streamNameCharacters = 128;

/**
 * Of the local AWS alone: the oldest records of a stream go before their retention is over when the stream holds more than
 * this, or a stream that nobody trims would fill the machine's memory within its day.
 */
export const keptBytesPerStream = 128 * 1024 * 1024;
/** What a record weighs in memory beside its data and key: three strings and an object. */
export const recordOverheadBytes = 200;
