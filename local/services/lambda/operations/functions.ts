/** Functions: create, change, look at, list, delete. */
import * as z from 'zod';
import type { Json } from '../../../kernel/aws.js';
import { defineOperation } from '../../../kernel/operations.js';
import type { LambdaContext } from '../context.js';
import { invalidParameter, resourceConflict } from '../errors.js';
import { findFunction, findVersion, functionArn, parseReference } from '../names.js';
import type { Configuration } from '../state.js';
import { newConfiguration, withCode, withSettings } from './configuration.js';
import {
  createSchema,
  functionName,
  updateCodeSchema,
  updateConfigurationSchema,
} from './function-schema.js';
import { publish } from './versions.js';

const reference = z.strictObject({ FunctionName: functionName, Qualifier: z.string().optional() });

/** A dead letter queue that was taken away is not shown. */
export function shown(configuration: Configuration): Json {
  const { DeadLetterConfig, ...rest } = configuration;
  return { ...rest, ...(DeadLetterConfig?.TargetArn ? { DeadLetterConfig } : {}) };
}

export const createFunction = defineOperation({
  input: createSchema,
  async run(context: LambdaContext, input) {
    const { name, qualifier } = parseReference(input.FunctionName);
    if (qualifier) throw invalidParameter(`FunctionName '${input.FunctionName}' has a qualifier`);
    const refuseTaken = () => {
      if (Object.hasOwn(context.state.functions, name))
        throw resourceConflict(`Function already exist: ${name}`);
    };
    refuseTaken();
    const code = await context.code.add(input.Code.LocalDirectory);
    refuseTaken();
    const arn = functionArn(context.identity, name);
    const nowMs = context.clock.now();
    const architectures = input.Architectures ?? ['x86_64'];
    const configuration = newConfiguration({ arn, name, architectures, nowMs, code, settings: input });
    const record = {
      latest: { configuration, directory: input.Code.LocalDirectory },
      versions: {},
      aliases: {},
      policy: [],
      policyRevisionId: '',
      reservedConcurrency: undefined,
      eventInvoke: undefined,
      tags: input.Tags ?? {},
    };
    context.state.functions[name] = record;
    return input.Publish ? shown(publish(context, record)) : shown(configuration);
  },
});

export const updateFunctionConfiguration = defineOperation({
  input: updateConfigurationSchema,
  run(context: LambdaContext, input) {
    const { name } = parseReference(input.FunctionName);
    const record = findFunction(context.state, context.identity, name);
    const configuration = withSettings(record.latest.configuration, input, context.clock.now());
    record.latest = { ...record.latest, configuration };
    context.invoker.refresh(name);
    return shown(configuration);
  },
});

export const updateFunctionCode = defineOperation({
  input: updateCodeSchema,
  async run(context: LambdaContext, input) {
    const { name } = parseReference(input.FunctionName);
    findFunction(context.state, context.identity, name);
    const code = await context.code.add(input.LocalDirectory);
    const record = findFunction(context.state, context.identity, name);
    const configuration = {
      ...withCode(record.latest.configuration, code, context.clock.now()),
      ...(input.Architectures ? { Architectures: input.Architectures } : {}),
    };
    if (input.DryRun) return shown(configuration);
    record.latest = { configuration, directory: input.LocalDirectory };
    context.invoker.refresh(name);
    return input.Publish ? shown(publish(context, record)) : shown(configuration);
  },
});

export const getFunction = defineOperation({
  input: reference,
  run(context: LambdaContext, input) {
    const { name, qualifier } = parseReference(input.FunctionName, input.Qualifier);
    const record = findFunction(context.state, context.identity, name);
    const { configuration, directory } = findVersion(record, qualifier);
    const reserved = record.reservedConcurrency;
    return {
      Configuration: shown(configuration),
      Code: { RepositoryType: 'LocalDirectory', Location: directory },
      Tags: record.tags,
      ...(reserved === undefined ? {} : { Concurrency: { ReservedConcurrentExecutions: reserved } }),
    };
  },
});

export const getFunctionConfiguration = defineOperation({
  input: reference,
  run(context: LambdaContext, input) {
    const { name, qualifier } = parseReference(input.FunctionName, input.Qualifier);
    return shown(findVersion(findFunction(context.state, context.identity, name), qualifier).configuration);
  },
});

/** All functions in one page: a laptop has few. */
export const listFunctions = defineOperation({
  input: z.strictObject({ MaxItems: z.coerce.number().optional(), Marker: z.string().optional() }),
  run(context: LambdaContext) {
    const records = Object.values(context.state.functions);
    return { Functions: records.map((record) => shown(record.latest.configuration)) };
  },
});

export const deleteFunction = defineOperation({
  input: reference,
  async run(context: LambdaContext, input) {
    const { name, qualifier } = parseReference(input.FunctionName, input.Qualifier);
    const record = findFunction(context.state, context.identity, name);
    if (qualifier !== undefined) {
      findVersion(record, qualifier);
      if (Object.values(record.aliases).some((alias) => alias.FunctionVersion === qualifier))
        throw resourceConflict(`Version ${qualifier} is the target of an alias`);
      delete record.versions[qualifier];
      context.invoker.refresh(name);
      return {};
    }
    delete context.state.functions[name];
    await context.invoker.forget(name);
    return {};
  },
});
