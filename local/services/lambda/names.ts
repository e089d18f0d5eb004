/**
 * How functions are named in calls: a name, a partial ARN (`ACCOUNT:function:NAME`) or an ARN, each with an optional
 * qualifier (version or alias).
 * Source: https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#API_Invoke_RequestSyntax, FunctionName.
 */
import type { Identity } from '../../kernel/aws.js';
import { invalidParameter, resourceNotFound } from './errors.js';
import type { Deployed, FunctionRecord, LambdaState } from './state.js';

export interface FunctionReference {
  readonly name: string;
  readonly qualifier: string | undefined;
}

const reference =
  /^(?:arn:aws[a-zA-Z-]*:lambda:(?<region>[a-z0-9-]+):)?(?:(?<account>\d{12}):)?(?:function:)?(?<name>[a-zA-Z0-9-_]{1,64})(?::(?<qualifier>\$LATEST|[a-zA-Z0-9-_]+))?$/;

/** Throws InvalidParameterValueException for a name that is none, or for two qualifiers that differ. */
export function parseReference(text: string, qualifier?: string | undefined): FunctionReference {
  const groups = reference.exec(text)?.groups;
  const name = groups?.['name'];
  if (!groups || !name)
    throw invalidParameter(`FunctionName '${text}' is neither a name nor an ARN of a function`);
  const inner = groups['qualifier'];
  if (inner && qualifier && inner !== qualifier)
    throw invalidParameter(`The qualifier '${qualifier}' is not that of FunctionName '${text}'`);
  return { name, qualifier: inner ?? qualifier };
}

export function functionArn(identity: Identity, name: string): string {
  return `arn:${identity.partition}:lambda:${identity.region}:${identity.accountId}:function:${name}`;
}

/** Throws ResourceNotFoundException (404). */
export function findFunction(state: LambdaState, identity: Identity, name: string): FunctionRecord {
  const record = Object.hasOwn(state.functions, name) ? state.functions[name] : undefined;
  if (record) return record;
  throw resourceNotFound(`Function not found: ${functionArn(identity, name)}`);
}

/** The version that a qualifier means. Throws ResourceNotFoundException (404). */
export function findVersion(record: FunctionRecord, qualifier: string | undefined): Deployed {
  if (qualifier === undefined || qualifier === '$LATEST') return record.latest;
  const alias = Object.hasOwn(record.aliases, qualifier) ? record.aliases[qualifier] : undefined;
  if (alias?.FunctionVersion === '$LATEST') return record.latest;
  const version = alias?.FunctionVersion ?? qualifier;
  const found = Object.hasOwn(record.versions, version) ? record.versions[version] : undefined;
  if (found) return found;
  throw resourceNotFound(`Function not found: ${record.latest.configuration.FunctionArn}:${qualifier}`);
}
