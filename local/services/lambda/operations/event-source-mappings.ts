/** Event source mappings from Kinesis streams. */
import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import type { Json } from '../../../kernel/aws.js';
import { PatternError } from '../../../kernel/event-pattern.js';
import { defineOperation } from '../../../kernel/operations.js';
import type { LambdaContext } from '../context.js';
import { invalidParameter, resourceConflict, resourceNotFound } from '../errors.js';
import { streams } from '../limits.js';
import { findFunction, findVersion, parseReference } from '../names.js';
import type { MappingRecord } from '../state.js';
import { recordFilter } from '../streams/filters.js';
import { functionName } from './function-schema.js';
import { destinationConfig } from './settings.js';

const withoutEnd = z.literal(-1);
const { batchSize, windowSeconds, recordAgeSeconds, retryAttempts } = streams;

const tuning = {
  Enabled: z.boolean().optional(),
  BatchSize: z.int().min(batchSize.min).max(batchSize.max).optional(),
  MaximumBatchingWindowInSeconds: z.int().min(windowSeconds.min).max(windowSeconds.max).optional(),
  MaximumRecordAgeInSeconds: z
    .union([withoutEnd, z.int().min(recordAgeSeconds.min).max(recordAgeSeconds.max)])
    .optional(),
  MaximumRetryAttempts: z
    .union([withoutEnd, z.int().min(retryAttempts.min).max(retryAttempts.max)])
    .optional(),
  BisectBatchOnFunctionError: z.boolean().optional(),
  FunctionResponseTypes: z.array(z.literal('ReportBatchItemFailures')).max(1).optional(),
  DestinationConfig: destinationConfig.optional(),
  FilterCriteria: z
    .strictObject({
      Filters: z
        .array(z.strictObject({ Pattern: z.string().max(streams.patternLength) }))
        .max(streams.filters)
        .optional(),
    })
    .optional(),
  ParallelizationFactor: z
    .literal(1, 'expected 1: this local AWS runs one batch of a shard at a time')
    .optional(),
  TumblingWindowInSeconds: z.literal(0, 'tumbling windows do not exist in this local AWS').optional(),
};

type Tuning = z.output<z.ZodObject<typeof tuning>>;

const createSchema = z.strictObject({
  ...tuning,
  EventSourceArn: z
    .string()
    .regex(
      /^arn:aws:kinesis:[^:]+:\d{12}:stream\/[^/]+$/,
      'expected the ARN of a Kinesis stream: no other source exists here',
    ),
  FunctionName: functionName,
  StartingPosition: z.enum(['AT_TIMESTAMP', 'LATEST', 'TRIM_HORIZON']),
  StartingPositionTimestamp: z.date().optional(),
  Tags: z.record(z.string(), z.string()).optional(),
});

const byId = z.strictObject({ UUID: z.string() });

export const createEventSourceMapping = defineOperation({
  input: createSchema,
  async run(context: LambdaContext, input) {
    const FunctionArn = resolveFunction(context, input.FunctionName);
    refuseDuplicate(context, input.EventSourceArn, FunctionArn);
    if (input.StartingPosition === 'AT_TIMESTAMP' && !input.StartingPositionTimestamp)
      throw invalidParameter(
        'StartingPositionTimestamp: expected an instant, since StartingPosition is AT_TIMESTAMP',
      );
    const mapping = newMapping(context, input, FunctionArn);
    context.state.mappings[mapping.UUID] = mapping;
    await start(context, mapping).catch((error: Error) => {
      context.mappings.stop(mapping.UUID);
      delete context.state.mappings[mapping.UUID];
      throw invalidParameter(`${input.EventSourceArn} cannot be read: ${error.message}`);
    });
    return shown(mapping);
  },
});

export const updateEventSourceMapping = defineOperation({
  input: z.strictObject({ ...tuning, UUID: z.string(), FunctionName: functionName.optional() }),
  async run(context: LambdaContext, input) {
    const mapping = findMapping(context, input.UUID);
    if (input.FunctionName) mapping.FunctionArn = resolveFunction(context, input.FunctionName);
    const wasEnabled = mapping.enabled;
    Object.assign(mapping, tuned(mapping, input));
    mapping.lastModifiedMs = context.clock.now();
    if (wasEnabled && !mapping.enabled) context.mappings.stop(mapping.UUID);
    if (!wasEnabled && mapping.enabled) context.mappings.resume(mapping);
    return shown(mapping);
  },
});

export const getEventSourceMapping = defineOperation({
  input: byId,
  run: (context: LambdaContext, input) => shown(findMapping(context, input.UUID)),
});

export const listEventSourceMappings = defineOperation({
  input: z.strictObject({
    EventSourceArn: z.string().optional(),
    FunctionName: functionName.optional(),
    MaxItems: z.coerce.number().optional(),
    Marker: z.string().optional(),
  }),
  run(context: LambdaContext, input) {
    const name = input.FunctionName ? parseReference(input.FunctionName).name : undefined;
    const fits = (mapping: MappingRecord) =>
      (!input.EventSourceArn || mapping.EventSourceArn === input.EventSourceArn) &&
      (!name || parseReference(mapping.FunctionArn).name === name);
    return { EventSourceMappings: Object.values(context.state.mappings).filter(fits).map(shown) };
  },
});

export const deleteEventSourceMapping = defineOperation({
  input: byId,
  run(context: LambdaContext, input) {
    const mapping = findMapping(context, input.UUID);
    context.mappings.stop(mapping.UUID);
    delete context.state.mappings[mapping.UUID];
    return { ...shown(mapping), State: 'Deleting' };
  },
});

/** Throws ResourceNotFoundException (404). */
export function findMapping(context: LambdaContext, uuid: string): MappingRecord {
  const found = Object.hasOwn(context.state.mappings, uuid) ? context.state.mappings[uuid] : undefined;
  if (found) return found;
  throw resourceNotFound(`The resource you requested does not exist: event source mapping ${uuid}`);
}

async function start(context: LambdaContext, mapping: MappingRecord): Promise<void> {
  if (mapping.enabled) await context.mappings.start(mapping);
}

function resolveFunction(context: LambdaContext, text: string): string {
  const { name, qualifier } = parseReference(text);
  const record = findFunction(context.state, context.identity, name);
  findVersion(record, qualifier);
  return record.latest.configuration.FunctionArn + (qualifier ? `:${qualifier}` : '');
}

function refuseDuplicate(context: LambdaContext, sourceArn: string, functionArn: string): void {
  const same = Object.values(context.state.mappings).find(
    (mapping) => mapping.EventSourceArn === sourceArn && mapping.FunctionArn === functionArn,
  );
  if (!same) return;
  throw resourceConflict(
    `An event source mapping with event source arn (" ${sourceArn} ") and function (" ${functionArn} ") already exists. ` +
      `Please update or delete the existing mapping with UUID ${same.UUID}`,
  );
}

function newMapping(
  context: LambdaContext,
  input: z.output<typeof createSchema>,
  FunctionArn: string,
): MappingRecord {
  const UUID = randomUUID();
  const { partition, region, accountId } = context.identity;
  const defaults = {
    enabled: true,
    BatchSize: batchSize.default,
    MaximumBatchingWindowInSeconds: windowSeconds.default,
    MaximumRecordAgeInSeconds: -1,
    MaximumRetryAttempts: -1,
    BisectBatchOnFunctionError: false,
    FunctionResponseTypes: [],
    DestinationConfig: { OnFailure: {} },
  };
  return {
    UUID,
    EventSourceArn: input.EventSourceArn,
    EventSourceMappingArn: `arn:${partition}:lambda:${region}:${accountId}:event-source-mapping:${UUID}`,
    FunctionArn,
    StartingPosition: input.StartingPosition,
    startingTimestampMs: input.StartingPositionTimestamp?.getTime(),
    createdMs: context.clock.now(),
    lastModifiedMs: context.clock.now(),
    LastProcessingResult: 'No records processed',
    tags: input.Tags ?? {},
    checkpoints: {},
    ...tuned(defaults, input),
  };
}

type TunedMembers =
  | 'BatchSize'
  | 'BisectBatchOnFunctionError'
  | 'DestinationConfig'
  | 'enabled'
  | 'FilterCriteria'
  | 'FunctionResponseTypes'
  | 'MaximumBatchingWindowInSeconds'
  | 'MaximumRecordAgeInSeconds'
  | 'MaximumRetryAttempts';

function tuned(old: Pick<MappingRecord, TunedMembers>, input: Tuning): Pick<MappingRecord, TunedMembers> {
  const Filters = input.FilterCriteria?.Filters ?? [];
  assertFilters(Filters);
  return {
    enabled: input.Enabled ?? old.enabled,
    BatchSize: input.BatchSize ?? old.BatchSize,
    MaximumBatchingWindowInSeconds:
      input.MaximumBatchingWindowInSeconds ?? old.MaximumBatchingWindowInSeconds,
    MaximumRecordAgeInSeconds: input.MaximumRecordAgeInSeconds ?? old.MaximumRecordAgeInSeconds,
    MaximumRetryAttempts: input.MaximumRetryAttempts ?? old.MaximumRetryAttempts,
    BisectBatchOnFunctionError: input.BisectBatchOnFunctionError ?? old.BisectBatchOnFunctionError,
    FunctionResponseTypes: input.FunctionResponseTypes ?? old.FunctionResponseTypes,
    DestinationConfig: input.DestinationConfig ?? old.DestinationConfig,
    // An empty list takes the filters away.
    FilterCriteria: input.FilterCriteria
      ? Filters.length > 0
        ? { Filters }
        : undefined
      : old.FilterCriteria,
  };
}

function assertFilters(Filters: readonly { readonly Pattern: string }[]): void {
  try {
    recordFilter({ Filters });
  } catch (error) {
    if (error instanceof PatternError)
      throw invalidParameter(`Invalid filter pattern definition. ${error.message}`);
    throw error;
  }
}

function shown(mapping: MappingRecord): Json {
  const { startingTimestampMs, createdMs, enabled, lastModifiedMs, checkpoints, tags, ...rest } = mapping;
  return {
    ...rest,
    ParallelizationFactor: 1,
    TumblingWindowInSeconds: 0,
    ...(startingTimestampMs === undefined
      ? {}
      : { StartingPositionTimestamp: new Date(startingTimestampMs) }),
    LastModified: new Date(lastModifiedMs),
    State: enabled ? 'Enabled' : 'Disabled',
    StateTransitionReason: 'User action',
  };
}
