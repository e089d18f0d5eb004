/** A function's concurrency, the settings of its asynchronous invocations, and its tags. */
import * as z from 'zod';
import type { Json } from '../../../kernel/aws.js';
import { defineOperation } from '../../../kernel/operations.js';
import type { LambdaContext } from '../context.js';
import { invalidParameter, resourceNotFound } from '../errors.js';
import { asynchronous } from '../limits.js';
import { findFunction, parseReference } from '../names.js';
import type { EventInvokeConfig, FunctionRecord } from '../state.js';
import { functionName } from './function-schema.js';

const byName = z.strictObject({ FunctionName: functionName });

const find = (context: LambdaContext, input: { FunctionName: string }): FunctionRecord =>
  findFunction(context.state, context.identity, parseReference(input.FunctionName).name);

export const putFunctionConcurrency = defineOperation({
  input: z.strictObject({ FunctionName: functionName, ReservedConcurrentExecutions: z.int().min(0) }),
  run(context: LambdaContext, input) {
    find(context, input).reservedConcurrency = input.ReservedConcurrentExecutions;
    return { ReservedConcurrentExecutions: input.ReservedConcurrentExecutions };
  },
});

export const getFunctionConcurrency = defineOperation({
  input: byName,
  run(context: LambdaContext, input) {
    const reserved = find(context, input).reservedConcurrency;
    return reserved === undefined ? {} : { ReservedConcurrentExecutions: reserved };
  },
});

export const deleteFunctionConcurrency = defineOperation({
  input: byName,
  run(context: LambdaContext, input) {
    find(context, input).reservedConcurrency = undefined;
    return {};
  },
});

const destinationArn = z
  .string()
  .regex(
    /^arn:aws:(sqs|lambda):.+/,
    'expected the ARN of an SQS queue or a function: nothing else exists here',
  );
export const destinationConfig = z.strictObject({
  OnSuccess: z.strictObject({ Destination: destinationArn.optional() }).optional(),
  OnFailure: z.strictObject({ Destination: destinationArn.optional() }).optional(),
});

const { retryAttempts, eventAgeSeconds } = asynchronous;
const eventInvokeSchema = z.strictObject({
  FunctionName: functionName,
  Qualifier: z.string().optional(),
  MaximumRetryAttempts: z.int().min(retryAttempts.min).max(retryAttempts.max).optional(),
  MaximumEventAgeInSeconds: z.int().min(eventAgeSeconds.min).max(eventAgeSeconds.max).optional(),
  DestinationConfig: destinationConfig.optional(),
});

export const putFunctionEventInvokeConfig = defineOperation({
  input: eventInvokeSchema,
  run(context: LambdaContext, input) {
    const record = findUnqualified(context, input);
    record.eventInvoke = {
      lastModifiedMs: context.clock.now(),
      maximumRetryAttempts: input.MaximumRetryAttempts,
      maximumEventAgeInSeconds: input.MaximumEventAgeInSeconds,
      destinations: input.DestinationConfig,
    };
    return shownEventInvoke(record, record.eventInvoke);
  },
});

export const updateFunctionEventInvokeConfig = defineOperation({
  input: eventInvokeSchema,
  run(context: LambdaContext, input) {
    const record = findUnqualified(context, input);
    const old = findEventInvoke(record);
    record.eventInvoke = {
      lastModifiedMs: context.clock.now(),
      maximumRetryAttempts: input.MaximumRetryAttempts ?? old.maximumRetryAttempts,
      maximumEventAgeInSeconds: input.MaximumEventAgeInSeconds ?? old.maximumEventAgeInSeconds,
      destinations: input.DestinationConfig ?? old.destinations,
    };
    return shownEventInvoke(record, record.eventInvoke);
  },
});

const qualified = z.strictObject({ FunctionName: functionName, Qualifier: z.string().optional() });

export const getFunctionEventInvokeConfig = defineOperation({
  input: qualified,
  run(context: LambdaContext, input) {
    const record = findUnqualified(context, input);
    return shownEventInvoke(record, findEventInvoke(record));
  },
});

export const deleteFunctionEventInvokeConfig = defineOperation({
  input: qualified,
  run(context: LambdaContext, input) {
    const record = findUnqualified(context, input);
    findEventInvoke(record);
    record.eventInvoke = undefined;
    return {};
  },
});

/** The settings belong to the function as a whole: those of single versions and aliases are refused. */
function findUnqualified(
  context: LambdaContext,
  input: { FunctionName: string; Qualifier?: string | undefined },
): FunctionRecord {
  const { name, qualifier } = parseReference(input.FunctionName, input.Qualifier);
  if (qualifier !== undefined && qualifier !== '$LATEST')
    throw invalidParameter(
      `Qualifier '${qualifier}': settings of asynchronous invocations exist for $LATEST only`,
    );
  return findFunction(context.state, context.identity, name);
}

function findEventInvoke(record: FunctionRecord): EventInvokeConfig {
  if (record.eventInvoke) return record.eventInvoke;
  const { FunctionArn } = record.latest.configuration;
  throw resourceNotFound(`The function ${FunctionArn}:$LATEST doesn't have an EventInvokeConfig`);
}

function shownEventInvoke(record: FunctionRecord, config: EventInvokeConfig): Json {
  return {
    FunctionArn: `${record.latest.configuration.FunctionArn}:$LATEST`,
    LastModified: new Date(config.lastModifiedMs),
    MaximumRetryAttempts: config.maximumRetryAttempts,
    MaximumEventAgeInSeconds: config.maximumEventAgeInSeconds,
    DestinationConfig: config.destinations ?? { OnSuccess: {}, OnFailure: {} },
  };
}
