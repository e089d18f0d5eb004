/** Lambda's errors: names and HTTP statuses as in https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#API_Invoke_Errors. */
import { AwsError } from '../../kernel/aws.js';

function lambdaError(name: string, status: number, message: string): AwsError {
  return new AwsError({ name, status, message, members: { Type: status < 500 ? 'User' : 'Service' } });
}

export const invalidParameter = (message: string): AwsError =>
  lambdaError('InvalidParameterValueException', 400, message);

export const resourceNotFound = (message: string): AwsError =>
  lambdaError('ResourceNotFoundException', 404, message);

export const resourceConflict = (message: string): AwsError =>
  lambdaError('ResourceConflictException', 409, message);

export const invalidRequestContent = (message: string): AwsError =>
  lambdaError('InvalidRequestContentException', 400, message);

export const requestTooLarge = (sizeBytes: number, limitBytes: number): AwsError =>
  lambdaError(
    'RequestTooLargeException',
    413,
    `${sizeBytes} byte payload is too large for the invocation type (limit ${limitBytes} bytes)`,
  );

export type ThrottleReason =
  | 'ConcurrentInvocationLimitExceeded'
  | 'ReservedFunctionConcurrentInvocationLimitExceeded';

export function tooManyRequests(reason: ThrottleReason): AwsError {
  return new AwsError({
    name: 'TooManyRequestsException',
    status: 429,
    message: 'Rate Exceeded.',
    members: { Type: 'User', Reason: reason },
  });
}

/** The function cannot be run: its code is not where it was deployed from. */
export const codeUnavailable = (message: string): AwsError =>
  lambdaError('ResourceNotReadyException', 502, message);
