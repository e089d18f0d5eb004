/**
 * Filters of an event source: which records are handed to the function at all. The rest counts as handled.
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis-filtering.html.
 */
import { type EventPattern, parsePattern } from '../../../kernel/event-pattern.js';
import type { StreamRecord } from './records.js';

export type RecordFilter = (record: StreamRecord) => boolean;

interface FilterCriteria {
  readonly Filters: readonly { readonly Pattern: string }[];
}

/** A record passes when one of the filters fits; without filters each does. Throws PatternError. */
export function recordFilter(criteria: FilterCriteria | undefined): RecordFilter {
  const filters = (criteria?.Filters ?? []).map(({ Pattern }) => compile(Pattern));
  return (record) => filters.length === 0 || filters.some((fits) => fits(record));
}

type DataFormat = 'json' | 'text';

function compile(text: string): RecordFilter {
  const fits = parsePattern(text);
  const { data } = JSON.parse(text) as { data?: unknown };
  // A list of values is for data that is no JSON; an object is for data that is.
  const format: DataFormat | undefined =
    data === undefined ? undefined : Array.isArray(data) ? 'text' : 'json';
  return (record) => fitsRecord(fits, format, record);
}

/** Data in another format than the filter's is dropped, whatever else the filter asks. */
function fitsRecord(fits: EventPattern, format: DataFormat | undefined, record: StreamRecord): boolean {
  const text = Buffer.from(record.Data).toString('utf8');
  const json = format === undefined ? undefined : parse(text);
  if (format !== undefined && (json === undefined) !== (format === 'text')) return false;
  return fits({
    kinesisSchemaVersion: '1.0',
    partitionKey: record.PartitionKey,
    sequenceNumber: record.SequenceNumber,
    approximateArrivalTimestamp: record.ApproximateArrivalTimestamp.getTime() / 1000,
    data: json ?? text,
  });
}

/** Undefined when the text is no JSON object or list: numbers and bare words are plain text. */
function parse(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
