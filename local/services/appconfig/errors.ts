/**
 * AppConfig's errors, by the names, statuses and members of its models. A refusal that is this local AWS's own, because
 * AWS would have done what was asked, is `notHere`.
 */
import { AwsError, type Json } from '../../kernel/aws.js';

/** One entry of a BadRequestException's `Details.InvalidConfiguration`. */
export interface InvalidConfigurationDetail {
  readonly Type?: string | undefined;
  readonly Constraint?: string | undefined;
  readonly Location?: string | undefined;
  readonly Reason?: string | undefined;
  readonly Value?: string | undefined;
}

/** Why a data-plane token was refused. */
export type TokenProblem = 'Corrupted' | 'Expired' | 'PollIntervalNotSatisfied';

/** What a data-plane 404 says is missing. */
export type DataResource =
  | 'Application'
  | 'ConfigurationProfile'
  | 'Deployment'
  | 'Environment'
  | 'Configuration';

export function badRequest(message: string): AwsError {
  return new AwsError({ name: 'BadRequestException', status: 400, message });
}

/** A configuration that a validator or an extension refused. */
export function invalidConfiguration(
  message: string,
  details: readonly InvalidConfigurationDetail[],
): AwsError {
  const members: Json = { Reason: 'InvalidConfiguration', Details: { InvalidConfiguration: details } };
  return new AwsError({ name: 'BadRequestException', status: 400, message, members });
}

export function conflict(message: string): AwsError {
  return new AwsError({ name: 'ConflictException', status: 409, message });
}

/** `resource` is the kind that is missing: `Environment`. */
export function notFound(resource: string, message: string): AwsError {
  return new AwsError({
    name: 'ResourceNotFoundException',
    status: 404,
    message,
    members: { ResourceName: resource },
  });
}

/** 402, as the model has it. */
export function quotaExceeded(message: string): AwsError {
  return new AwsError({ name: 'ServiceQuotaExceededException', status: 402, message });
}

export function payloadTooLarge(sizeBytes: number, limitKilobytes: number): AwsError {
  const sizeKilobytes = sizeBytes / 1024;
  return new AwsError({
    name: 'PayloadTooLargeException',
    status: 413,
    message: `The configuration has ${sizeKilobytes.toFixed(1)} KB, the limit is ${limitKilobytes} KB`,
    members: { Measure: 'KILOBYTES', Limit: limitKilobytes, Size: sizeKilobytes },
  });
}

/** The data plane's refusal of a token. */
export function tokenRefused(problem: TokenProblem, message: string): AwsError {
  const details = { InvalidParameters: { ConfigurationToken: { Problem: problem } } };
  return new AwsError({
    name: 'BadRequestException',
    status: 400,
    message,
    members: { Reason: 'InvalidParameters', Details: details },
  });
}

/** The data plane's 404: what kind is missing, and which request parameters named it. */
export function dataNotFound(
  resource: DataResource,
  referencedBy: Readonly<Record<string, string>>,
  message: string,
): AwsError {
  const members: Json = { ResourceType: resource, ReferencedBy: referencedBy };
  return new AwsError({ name: 'ResourceNotFoundException', status: 404, message, members });
}

/** AWS does this, the local AWS does not: 501, so that nobody takes it for AWS's own answer. */
export function notHere(what: string): AwsError {
  return new AwsError({
    name: 'NotImplementedException',
    status: 501,
    message: `The local AppConfig does not have ${what} (local/services/appconfig/behaviour.md, "Missing on purpose")`,
  });
}
