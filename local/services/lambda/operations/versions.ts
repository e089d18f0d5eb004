/** Versions and aliases. A version is what the function was when it was published; an alias names one version. */
import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { defineOperation } from '../../../kernel/operations.js';
import type { LambdaContext } from '../context.js';
import { resourceConflict, resourceNotFound } from '../errors.js';
import { findFunction, findVersion, parseReference } from '../names.js';
import type { Alias, Configuration, FunctionRecord } from '../state.js';
import { functionName } from './function-schema.js';

/** Makes a version of what the function is at present; the newest version again when nothing changed since. */
export function publish(context: LambdaContext, record: FunctionRecord, description?: string): Configuration {
  const { configuration, directory } = record.latest;
  const numbers = Object.keys(record.versions).map(Number);
  const newest = record.versions[String(Math.max(0, ...numbers))]?.configuration;
  if (newest && isSame(newest, configuration)) return newest;
  const Version = String(Math.max(0, ...numbers) + 1);
  const published = {
    ...configuration,
    Version,
    FunctionArn: `${configuration.FunctionArn}:${Version}`,
    Description: description ?? configuration.Description,
    RevisionId: randomUUID(),
  };
  record.versions[Version] = { configuration: published, directory };
  context.invoker.refresh(configuration.FunctionName);
  return published;
}

const isSame = (a: Configuration, b: Configuration): boolean => essence(a) === essence(b);

function essence(configuration: Configuration): string {
  const { RevisionId, Version, FunctionArn, LastModified, Description, ...rest } = configuration;
  return JSON.stringify(rest);
}

export const publishVersion = defineOperation({
  input: z.strictObject({
    FunctionName: functionName,
    CodeSha256: z.string().optional(),
    Description: z.string().optional(),
  }),
  run(context: LambdaContext, input) {
    const record = findFunction(context.state, context.identity, parseReference(input.FunctionName).name);
    return { ...publish(context, record, input.Description) };
  },
});

export const listVersionsByFunction = defineOperation({
  input: z.strictObject({
    FunctionName: functionName,
    MaxItems: z.coerce.number().optional(),
    Marker: z.string().optional(),
  }),
  run(context: LambdaContext, input) {
    const record = findFunction(context.state, context.identity, parseReference(input.FunctionName).name);
    const all = [record.latest, ...Object.values(record.versions)];
    return { Versions: all.map((one) => one.configuration) };
  },
});

const aliasName = z.string().regex(/^(?!^[0-9]+$)[a-zA-Z0-9-_]{1,128}$/, 'expected a name that is no number');
const aliasReference = { FunctionName: functionName, Name: aliasName };

function findAlias(context: LambdaContext, input: { FunctionName: string; Name: string }): Alias {
  const record = findFunction(context.state, context.identity, parseReference(input.FunctionName).name);
  const alias = Object.hasOwn(record.aliases, input.Name) ? record.aliases[input.Name] : undefined;
  if (alias) return alias;
  throw resourceNotFound(`Alias not found: ${record.latest.configuration.FunctionArn}:${input.Name}`);
}

export const createAlias = defineOperation({
  input: z.strictObject({
    ...aliasReference,
    FunctionVersion: z.string(),
    Description: z.string().optional(),
  }),
  run(context: LambdaContext, input) {
    const record = findFunction(context.state, context.identity, parseReference(input.FunctionName).name);
    findVersion(record, input.FunctionVersion);
    const AliasArn = `${record.latest.configuration.FunctionArn}:${input.Name}`;
    if (Object.hasOwn(record.aliases, input.Name))
      throw resourceConflict(`Alias already exists: ${AliasArn}`);
    const alias: Alias = {
      Name: input.Name,
      AliasArn,
      FunctionVersion: input.FunctionVersion,
      Description: input.Description ?? '',
      RevisionId: randomUUID(),
    };
    record.aliases[input.Name] = alias;
    return { ...alias };
  },
});

export const updateAlias = defineOperation({
  input: z.strictObject({
    ...aliasReference,
    FunctionVersion: z.string().optional(),
    Description: z.string().optional(),
  }),
  run(context: LambdaContext, input) {
    const alias = findAlias(context, input);
    const record = findFunction(context.state, context.identity, parseReference(input.FunctionName).name);
    if (input.FunctionVersion) findVersion(record, input.FunctionVersion);
    alias.FunctionVersion = input.FunctionVersion ?? alias.FunctionVersion;
    alias.Description = input.Description ?? alias.Description;
    alias.RevisionId = randomUUID();
    return { ...alias };
  },
});

export const getAlias = defineOperation({
  input: z.strictObject(aliasReference),
  run: (context: LambdaContext, input) => ({ ...findAlias(context, input) }),
});

export const deleteAlias = defineOperation({
  input: z.strictObject(aliasReference),
  run(context: LambdaContext, input) {
    const record = findFunction(context.state, context.identity, parseReference(input.FunctionName).name);
    delete record.aliases[input.Name];
    return {};
  },
});
