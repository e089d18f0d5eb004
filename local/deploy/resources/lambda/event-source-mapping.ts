/** AWS::Lambda::EventSourceMapping from a Kinesis stream. */
import * as z from 'zod';
import type { Json } from '../../../kernel/aws.js';
import { defineResource, type ResourceHandler } from '../handler.js';
import { choice, flag, number, tagChanges, tagMap, tags, text } from '../properties.js';

const properties = z.strictObject({
  EventSourceArn: text,
  FunctionName: text,
  StartingPosition: choice(['AT_TIMESTAMP', 'LATEST', 'TRIM_HORIZON']),
  /** Seconds since the epoch. */
  StartingPositionTimestamp: number.optional(),
  Enabled: flag.optional(),
  BatchSize: number.optional(),
  MaximumBatchingWindowInSeconds: number.optional(),
  MaximumRecordAgeInSeconds: number.optional(),
  MaximumRetryAttempts: number.optional(),
  BisectBatchOnFunctionError: flag.optional(),
  FunctionResponseTypes: z.array(choice(['ReportBatchItemFailures'])).optional(),
  DestinationConfig: z
    .strictObject({ OnFailure: z.strictObject({ Destination: text.optional() }).optional() })
    .optional(),
  FilterCriteria: z
    .strictObject({ Filters: z.array(z.strictObject({ Pattern: text })).optional() })
    .optional(),
  ParallelizationFactor: number.optional(),
  TumblingWindowInSeconds: number.optional(),
  Tags: tags.optional(),
});
type Properties = z.output<typeof properties>;

interface Mapping {
  readonly UUID: string;
  readonly EventSourceMappingArn: string;
}

export const lambdaEventSourceMapping: ResourceHandler = defineResource({
  type: 'AWS::Lambda::EventSourceMapping',
  properties,
  attributes: ['EventSourceMappingArn', 'Id'],
  replaceOn: ['EventSourceArn', 'StartingPosition', 'StartingPositionTimestamp'],
  async create(context, wanted) {
    const seconds = wanted.StartingPositionTimestamp;
    const made = await context.aws.call<Mapping>('lambda', 'CreateEventSourceMapping', {
      ...tuningOf(wanted),
      EventSourceArn: wanted.EventSourceArn,
      StartingPosition: wanted.StartingPosition,
      ...(seconds === undefined ? {} : { StartingPositionTimestamp: new Date(seconds * 1000) }),
      Tags: tagMap(wanted.Tags),
    });
    const { UUID, EventSourceMappingArn } = made;
    return { physicalId: UUID, attributes: { Id: UUID, EventSourceMappingArn } };
  },
  async update(context, { physicalId: UUID, attributes, before, after }) {
    await context.aws.call('lambda', 'UpdateEventSourceMapping', { UUID, ...tuningOf(after) });
    const { put, gone } = tagChanges(before.Tags, after.Tags);
    const Resource = attributes['EventSourceMappingArn'];
    if (gone.length > 0) await context.aws.call('lambda', 'UntagResource', { Resource, TagKeys: gone });
    if (Object.keys(put).length > 0) await context.aws.call('lambda', 'TagResource', { Resource, Tags: put });
    return { physicalId: UUID, attributes };
  },
  async remove(context, { physicalId }) {
    await context.aws.call('lambda', 'DeleteEventSourceMapping', { UUID: physicalId });
  },
});

/** Every setting, so that one that left the template goes back to its default. */
function tuningOf(wanted: Properties): Json {
  return {
    FunctionName: wanted.FunctionName,
    Enabled: wanted.Enabled ?? true,
    BatchSize: wanted.BatchSize ?? 100,
    MaximumBatchingWindowInSeconds: wanted.MaximumBatchingWindowInSeconds ?? 0,
    MaximumRecordAgeInSeconds: wanted.MaximumRecordAgeInSeconds ?? -1,
    MaximumRetryAttempts: wanted.MaximumRetryAttempts ?? -1,
    BisectBatchOnFunctionError: wanted.BisectBatchOnFunctionError ?? false,
    FunctionResponseTypes: wanted.FunctionResponseTypes ?? [],
    DestinationConfig: wanted.DestinationConfig ?? { OnFailure: {} },
    FilterCriteria: wanted.FilterCriteria ?? { Filters: [] },
    ParallelizationFactor: wanted.ParallelizationFactor ?? 1,
    TumblingWindowInSeconds: wanted.TumblingWindowInSeconds ?? 0,
  };
}
